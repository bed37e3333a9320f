/** What becomes of a request to be let in. */
export type Outcome = 'let-in' | 'used' | 'expired' | 'revoked' | 'not-allowed'

/** An invitation as whoever may let people in knows it. */
export type Terms = {
  readonly uses: number
  /** How many people were let in by it so far. */
  readonly used: number
  /** Milliseconds since 1970. */
  readonly expires: number
  readonly revoked: boolean
}

/**
 * Whether somebody who showed that they hold the secret is let in. Whoever is in already is so again, which takes no
 * further use, however late it is: their answer was lost, or they asked over two ways. `isIn`: for a group, whether they
 * are a member; for an invitation to talk, whether it let them in before. `isKeptOut`: they left a group or were removed
 * from it, or they are the very one who invites.
 */
export const judge = (
  terms: Terms,
  newcomer: { readonly isIn: boolean; readonly isKeptOut: boolean },
  now: number,
): Outcome => {
  if (newcomer.isKeptOut) return 'not-allowed'
  if (newcomer.isIn) return 'let-in'
  if (terms.revoked) return 'revoked'
  if (now >= terms.expires) return 'expired'
  return terms.used >= terms.uses ? 'used' : 'let-in'
}

/** How an invitation stands, for the list. */
export const stateOf = (terms: Terms, now: number): 'open' | 'used' | 'expired' | 'revoked' => {
  if (terms.revoked) return 'revoked'
  if (terms.used >= terms.uses) return 'used'
  return now >= terms.expires ? 'expired' : 'open'
}
