/** How much may be used at once, and how fast it comes back (a token bucket). */
export type Allowance = {
  /** Uses so much, however much is left, and says how many milliseconds to wait before using more. */
  use(amount: number): number
  /** How much may be used at once now; below zero while more was used than there was. */
  left(): number
}

export const createAllowance = ({
  perSecond,
  burst,
  now,
}: {
  readonly perSecond: number
  readonly burst: number
  readonly now: () => number
}): Allowance => {
  let left = burst
  let at = now()
  const refill = (): void => {
    const time = now()
    left = Math.min(burst, left + ((time - at) / 1000) * perSecond)
    at = time
  }
  return {
    use: (amount) => {
      refill()
      left -= amount
      return left >= 0 ? 0 : Math.ceil((-left / perSecond) * 1000)
    },
    left: () => {
      refill()
      return left
    },
  }
}
