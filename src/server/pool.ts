/** So much of something that all addresses draw on. Owned and changed by `step` alone. */
export type Pool = {
  readonly max: number
  drawn: number
  /** By group of addresses, what each holds of it; none that holds nothing. */
  readonly held: Map<string, number>
}

export const fullPool = (max: number): Pool => ({ max, drawn: 0, held: new Map() })

export const heldBy = (pool: Pool, group: string): number => pool.held.get(group) ?? 0

/**
 * Whether an address may draw so much: it never gets more than it leaves to all others (the dynamic threshold of
 * Choudhury and Hahne, 1998). One alone has half, nine have a tenth each, and there is as much again for whoever comes.
 */
export const mayDraw = (pool: Pool, group: string, amount: number): boolean =>
  heldBy(pool, group) + amount <= pool.max - pool.drawn - amount

/** Draws, or gives back what is less than zero. Asks nothing: see `mayDraw`. */
export const draw = (pool: Pool, group: string, amount: number): void => {
  const held = heldBy(pool, group) + amount
  pool.drawn += amount
  if (held > 0) pool.held.set(group, held)
  else pool.held.delete(group)
}
