import type { Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { hex, literal, text, tuple, type Shape } from '../bytes/shape.ts'

/** What somebody did to a group, as its line says it. */
export type Change =
  | { readonly kind: 'founded'; readonly title: string }
  | { readonly kind: 'added'; readonly person: Hex; readonly role: Role }
  | { readonly kind: 'removed'; readonly person: Hex }
  | { readonly kind: 'left'; readonly person: Hex }
  | { readonly kind: 'role'; readonly person: Hex; readonly role: Role }
  | { readonly kind: 'title'; readonly title: string }
  | { readonly kind: 'picture' }

type Role = 'admin' | 'member'

/** What any version of this program ever wrote as a title was no longer. */
const TITLE_UNITS_MAX = 1_000

export const plainChange = (change: Change): Plain => {
  switch (change.kind) {
    case 'founded':
    case 'title':
      return [change.kind, change.title]
    case 'added':
    case 'role':
      return [change.kind, fromHex(change.person), change.role]
    case 'removed':
    case 'left':
      return [change.kind, fromHex(change.person)]
    case 'picture':
      return [change.kind]
  }
}

/** Undefined for what a later version wrote. */
export const readChange = (plain: Plain | undefined): Change | undefined => {
  for (const kind of ['founded', 'title'] as const) {
    const fields = tuple(literal(kind), text(TITLE_UNITS_MAX))(plain)
    if (fields) return { kind, title: fields[1] }
  }
  for (const kind of ['added', 'role'] as const) {
    const fields = tuple(literal(kind), hex(32), role)(plain)
    if (fields) return { kind, person: fields[1], role: fields[2] }
  }
  for (const kind of ['removed', 'left'] as const) {
    const fields = tuple(literal(kind), hex(32))(plain)
    if (fields) return { kind, person: fields[1] }
  }
  return tuple(literal('picture'))(plain) && { kind: 'picture' }
}

const role: Shape<Role> = (plain) => (plain === 'admin' || plain === 'member' ? plain : undefined)
