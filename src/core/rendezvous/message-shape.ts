import type { Plain } from '../bytes/cbor.ts'
import { tuple, type Shape } from '../bytes/shape.ts'

/** The items of a message after its kind, made into a value. Items beyond these are ignored. */
export const message =
  <const Shapes extends readonly Shape<unknown>[], Value>(
    shapes: Shapes,
    make: (...items: { -readonly [I in keyof Shapes]: Shapes[I] extends Shape<infer Item> ? Item : never }) => Value,
  ): Shape<Value> =>
  (plain) => {
    const given = plain as readonly (Plain | undefined)[]
    const fields = Array.from(shapes, (_, index) => given[index + 1])
    const items = tuple(...shapes)(fields as readonly Plain[])
    return items === undefined ? undefined : make(...(items as never))
  }

/** What an earlier version of the message ended before: missing there, which reads as `null`. */
export const appended =
  <Value>(shape: Shape<Value>): Shape<Value | null> =>
  (plain) =>
    plain === undefined || plain === null ? null : shape(plain)
