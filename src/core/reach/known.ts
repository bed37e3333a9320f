import { inTurn, parseAddress, type Address } from './address.ts'
import type { Path } from './path.ts'

/** Addresses of one device that are kept because it answered there, and because it was announced there. */
export const ANSWERED_ADDRESSES_MAX = 8
export const SIGHTED_ADDRESSES_MAX = 8

/** An address that is kept for a device. */
export type Known = {
  readonly address: Address
  /** When the device last answered there; 0: in an earlier run. Absent: never yet. */
  readonly answered?: number
  /** When it was announced there on this network; absent once the announcement holds no longer. */
  readonly sighted?: number
}

/** The device answered here: a fact that no announcement can push out. */
export const withAnswered = (known: readonly Known[], address: Address, at: number): readonly Known[] => {
  const before = known.find((each) => each.address.text === address.text)
  const answered = Math.max(at, before?.answered ?? 0)
  return kept([...known.filter((each) => each !== before), { ...before, address, answered }])
}

/** Announced at these addresses, beside those before: each network card is announced by itself. */
export const withSighted = (known: readonly Known[], addresses: readonly Address[], at: number): readonly Known[] => {
  const isNamed = (text: string): boolean => addresses.some((each) => each.text === text)
  const named = addresses.map((address) => {
    const before = known.find((each) => each.address.text === address.text)
    return { ...before, address, sighted: at }
  })
  return kept([...known.filter((each) => !isNamed(each.address.text)), ...named])
}

/** No announcement holds any longer: what never answered is forgotten. */
export const withoutSighted = (known: readonly Known[]): readonly Known[] =>
  known.flatMap(({ address, answered }) => (answered === undefined ? [] : [{ address, answered }]))

/**
 * Who was dialled from there does not know where the other listens, unless it was told: of what was told, that counts
 * which lies on the very host that a link comes from. Without a server, it is the way back. Where both had to call each
 * other, nobody gets in by calling alone.
 */
export const placesOn = (
  told: readonly Address[],
  links: readonly { readonly path: Path; readonly address: string }[],
): readonly Address[] => {
  const open = links.filter(({ path }) => path === 'nearby' || path === 'direct')
  const hosts = new Set(open.map((link) => parseAddress(link.address)?.host))
  return told.filter(({ host }) => hosts.has(host))
}

/** In the order in which they are worth a dial. */
const kept = (known: readonly Known[]): readonly Known[] => {
  const answered = known
    .filter((each) => each.answered !== undefined)
    .toSorted((a, b) => (b.answered ?? 0) - (a.answered ?? 0))
    .slice(0, ANSWERED_ADDRESSES_MAX)
  const sighted = known
    .filter((each) => each.sighted !== undefined)
    .toSorted((a, b) => (b.sighted ?? 0) - (a.sighted ?? 0))
    .slice(0, SIGHTED_ADDRESSES_MAX)
  return [...new Set([...answered, ...sighted])].toSorted(compareKnown)
}

/** What to try first: announced now, then what answered last, then by path. */
const compareKnown = (a: Known, b: Known): number =>
  Number(b.sighted !== undefined) - Number(a.sighted !== undefined) ||
  (b.answered ?? -1) - (a.answered ?? -1) ||
  compareAddresses(a.address, b.address)

/** On this network first; of equally near ones, IPv6 and IPv4 in turn. */
export const inDialOrder = (addresses: readonly Address[]): readonly Address[] => [
  ...inTurn(addresses.filter(({ path }) => path === 'nearby')),
  ...inTurn(addresses.filter(({ path }) => path === 'direct')),
]

/** On another machine, a loopback address leads to somebody else. */
const compareAddresses = (a: Address, b: Address): number =>
  Number(b.path === 'nearby') - Number(a.path === 'nearby') || Number(a.loopback) - Number(b.loopback)

/** An address at which somebody may be reached, for people. `from`: how it is known. */
export type Candidate = { readonly address: string; readonly from: 'answered' | 'announced' | 'told' }

/** All addresses that are known, the most useful first; `offered` are those that the other side told last. */
export const candidatesOf = (known: readonly Known[], offered: readonly Address[]): readonly Candidate[] => {
  const kept = known.map(({ address, sighted }) => candidate(address, sighted === undefined ? 'answered' : 'announced'))
  const told = offered.filter(({ text }) => !kept.some(({ address }) => address === text))
  return [...kept, ...told.map((each) => candidate(each, 'told'))]
}

const candidate = ({ text }: Address, from: Candidate['from']): Candidate => ({ address: text, from })
