import type { Plain } from './cbor.ts'
import { toHex, type Hex } from './hex.ts'

/**
 * A shape reads a value out of decoded bytes, or answers `undefined` when it does not fit: the parsers of all messages
 * are made of these, so every length and range is named where the message is described. A shape never throws.
 */
export type Shape<Value> = (plain: Plain | undefined) => Value | undefined

export type Shaped<S> = S extends Shape<infer Value> ? Value : never

/** Whole numbers from 0 to `max`. */
export const uint =
  (max: number = Number.MAX_SAFE_INTEGER): Shape<number> =>
  (plain) =>
    typeof plain === 'number' && plain >= 0 && plain <= max && Number.isInteger(plain) ? plain : undefined

export const bool: Shape<boolean> = (plain) => (typeof plain === 'boolean' ? plain : undefined)

/** Byte strings of `min` to `max` bytes. */
export const bytes =
  (min: number, max: number = min): Shape<Uint8Array> =>
  (plain) =>
    plain instanceof Uint8Array && plain.length >= min && plain.length <= max ? plain : undefined

/** Byte strings of exactly `length` bytes, as hexadecimal text: keys and ids. */
export const hex =
  (length: number): Shape<Hex> =>
  (plain) =>
    plain instanceof Uint8Array && plain.length === length ? toHex(plain) : undefined

/** Text of at most `max` UTF-16 units. */
export const text =
  (max: number): Shape<string> =>
  (plain) =>
    typeof plain === 'string' && plain.length <= max ? plain : undefined

export const literal =
  <const Value extends string | number | boolean>(value: Value): Shape<Value> =>
  (plain) =>
    plain === value ? value : undefined

/** `null`, which stands for absence, or the shape. */
export const nullable =
  <Value>(shape: Shape<Value>): Shape<Value | null> =>
  (plain) =>
    plain === null ? null : shape(plain)

/** Arrays of at most `max` items of one shape. */
export const list =
  <Value>(shape: Shape<Value>, max: number): Shape<readonly Value[]> =>
  (plain) => {
    if (!Array.isArray(plain) || plain.length > max) return undefined
    const values: Value[] = []
    for (const item of plain as readonly Plain[]) {
      const value = shape(item)
      if (value === undefined) return undefined
      values.push(value)
    }
    return values
  }

/** Arrays of exactly these items. */
export const tuple =
  <const Shapes extends readonly Shape<unknown>[]>(
    ...shapes: Shapes
  ): Shape<{ readonly [Index in keyof Shapes]: Shaped<Shapes[Index]> }> =>
  (plain) => {
    if (!Array.isArray(plain) || plain.length !== shapes.length) return undefined
    const values: unknown[] = []
    for (let index = 0; index < shapes.length; index++) {
      const value = shapes[index]?.(plain[index] as Plain)
      if (value === undefined) return undefined
      values.push(value)
    }
    return values as never
  }
