import type { Address } from './address.ts'

/** Addresses of one device that are kept; the least useful goes first. */
export const ADDRESSES_MAX = 16

/** An address that is kept for a device. */
export type Known = {
  readonly address: Address
  /** When the device last answered there; 0: in an earlier run. Absent: never yet. */
  readonly answered?: number
  /** Announced on this network, and the announcement still holds. */
  readonly sighted: boolean
}

/** What to try first: announced just now, then what answered last, then by path; loopback leads elsewhere elsewhere. */
export const compareKnown = (a: Known, b: Known): number =>
  Number(b.sighted) - Number(a.sighted) ||
  (b.answered ?? -1) - (a.answered ?? -1) ||
  compareAddresses(a.address, b.address)

export const compareAddresses = (a: Address, b: Address): number =>
  Number(b.path === 'nearby') - Number(a.path === 'nearby') || Number(a.loopback) - Number(b.loopback)

export const withAnswered = (known: readonly Known[], address: Address, at: number): readonly Known[] => {
  const before = known.find((each) => each.address.text === address.text)
  const answered = Math.max(at, before?.answered ?? 0)
  return kept([...known.filter((each) => each !== before), { address, answered, sighted: before?.sighted ?? false }])
}

/** A sighting replaces the one before. */
export const withSighted = (known: readonly Known[], addresses: readonly Address[]): readonly Known[] => {
  const sighted = addresses.slice(0, ADDRESSES_MAX)
  const others = withoutSighted(known).filter((each) => !sighted.some((one) => one.text === each.address.text))
  return kept([
    ...others,
    ...sighted.map((address) => {
      const answered = known.find((each) => each.address.text === address.text)?.answered
      return { address, sighted: true, ...(answered === undefined ? {} : { answered }) }
    }),
  ])
}

/** The announcement holds no longer: what never answered is forgotten with it. */
export const withoutSighted = (known: readonly Known[]): readonly Known[] =>
  known.flatMap((each) => (each.answered === undefined ? [] : [{ ...each, sighted: false }]))

const kept = (known: readonly Known[]): readonly Known[] => known.toSorted(compareKnown).slice(0, ADDRESSES_MAX)
