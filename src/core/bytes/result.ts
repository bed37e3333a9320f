/**
 * The outcome of something that is expected to fail now and then: a stranger's bytes, a full disk, a late invitation.
 * A refusal is a tagged value that carries the facts; the words for people are chosen at the screen.
 */
export type Result<Value, Refusal extends { readonly kind: string }> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal }

export const accept = <Value>(value: Value): { readonly ok: true; readonly value: Value } => ({ ok: true, value })

export const refuse = <Refusal extends { readonly kind: string }>(
  refusal: Refusal,
): { readonly ok: false; readonly refusal: Refusal } => ({ ok: false, refusal })

/** A broken invariant of our own. Only `main` catches it; nothing that a peer can send may cause it. */
export class Bug extends Error {
  override readonly name = 'Bug'
}

/** Closes every `switch` over a union: a case that was forgotten is a type error here. */
export const unreachable = (value: never): never => {
  throw new Bug(`unreachable: ${JSON.stringify(value)}`)
}
