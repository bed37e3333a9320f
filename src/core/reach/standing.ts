import type { Hex } from '../bytes/hex.ts'
import { comparePaths, isBetterPath, type Path } from './path.ts'

/** Links to one device that may stand at once; more are closed as they come. */
export const LINKS_MAX = 4
/** The same for a device that the peer does not want: enough to replace one that has died unnoticed. */
export const STRANGER_LINKS_MAX = 2
/** How long a replaced link stays open, so that what is on its way on it arrives. */
export const GRACE_MILLIS = 3_000
/** How long the device that does not choose waits for the other to close a surplus link before it does so itself. */
export const PATIENCE_MILLIS = 30_000
/**
 * Links that came into being within this time of each other were dialled without knowledge of each other. A link that
 * comes later says that the other side has lost the earlier one: a device that has a link dials only for a better one.
 */
export const TOGETHER_MILLIS = 5_000

/** A link that stands. `number` is the shell's name for it. */
export type Standing = {
  readonly number: number
  readonly path: Path
  readonly address: string
  readonly dialled: boolean
  readonly since: number
  /** Since when another link is preferred to this one. */
  readonly surplus?: number
  /** The other side owes a sign of life: most likely the path is broken, and nobody was told. */
  readonly doubted?: true
  /** Whether it was given to the layer above, which then reads it until it ends. */
  readonly handed: boolean
}

type Sides = { readonly self: Hex; readonly device: Hex }

/**
 * The device with the smaller id closes surplus links: if both did, each could close what the other keeps, since a path
 * may look different from its two ends.
 */
export const isChooser = ({ self, device }: Sides): boolean => self < device

/** Whether to speak on `newer` rather than on `older`, both of which stand. Both ends come to the same answer. */
export const isPreferred = (newer: Standing, older: Standing, sides: Sides): boolean => {
  if (newer.since - older.since > TOGETHER_MILLIS) return true
  const paths = comparePaths(newer.path, older.path)
  if (paths !== 0) return paths < 0
  if (newer.dialled === older.dialled) return false
  return newer.dialled === isChooser(sides)
}

/** How long a surplus link stays. Of one that is doubted, nothing that the other side does is heard. */
const surplusMillis = ({ doubted }: Standing, sides: Sides): number =>
  doubted || isChooser(sides) ? GRACE_MILLIS : PATIENCE_MILLIS

type Links = {
  readonly self: Hex
  readonly device: Hex
  links: readonly Standing[]
  current: number | undefined
  readonly effects: { push(effect: LinkEffect): unknown }
}

type LinkEffect =
  | { readonly do: 'hand-over'; readonly link: number }
  | { readonly do: 'close'; readonly link: number; readonly replaced?: true }

/** A link has come: it is spoken on if it is preferred to the one before, and of two one becomes surplus. */
export const addLink = (draft: Links, link: Standing): void => {
  const before = draft.links.find((each) => each.number === draft.current)
  draft.links = [...draft.links, link]
  if (!before) speakOn(draft, link)
  else if (before.doubted || isPreferred(link, before, draft)) {
    speakOn(draft, link)
    mark(draft, before.number, { surplus: link.since })
  } else mark(draft, link.number, { surplus: link.since })
}

/** Nothing is heard on a link. Where another stands, that is spoken on; else this one is kept until another comes. */
export const doubtLink = (draft: Links, number: number): void => {
  const link = draft.links.find((each) => each.number === number)
  if (!link) return
  mark(draft, number, { doubted: true })
  if (!draft.links.some((each) => !each.doubted)) return
  draft.effects.push({ do: 'close', link: number })
  dropLink(draft, draft.links.find((each) => each.number === number) ?? link)
}

/**
 * Something was heard on it after all. What replaced it on a worse path is closed, by which the other side learns that
 * this one is spoken on again.
 */
export const trustLink = (draft: Links, number: number): void => {
  draft.links = draft.links.map(({ doubted, ...each }) =>
    each.number === number || !doubted ? each : { ...each, doubted },
  )
  const link = draft.links.find((each) => each.number === number)
  if (link && draft.current !== number) closeLinks(draft, ({ path }) => isBetterPath(link.path, path), true)
}

/** A link has ended. Of those that remain, the preferred one is spoken on. */
export const dropLink = (draft: Links, link: Standing): void => {
  draft.links = draft.links.filter((each) => each !== link)
  if (draft.current !== link.number) return
  draft.current = undefined
  speakOnBest(draft)
}

const speakOnBest = (draft: Links): void => {
  const alive = draft.links.filter((each) => !each.doubted)
  const [first, ...others] = alive.length > 0 ? alive : draft.links
  if (!first) return
  speakOn(
    draft,
    others.reduce((best, each) => (isPreferred(each, best, draft) ? each : best), first),
  )
}

/** Closes what has been surplus for long enough, and says when the next one will have been. */
export const closeSurplus = (draft: Links, now: number): number => {
  let next = Infinity
  const current = draft.links.find(({ number }) => number === draft.current)
  for (const link of draft.links) {
    const { number, path, surplus } = link
    if (surplus === undefined) continue
    const ends = surplus + surplusMillis(link, draft)
    if (ends > now) next = Math.min(next, ends)
    else close(draft, number, current !== undefined && isBetterPath(current.path, path))
  }
  return next
}

/** Closes these. Of those that remain, the preferred one is spoken on. */
export const closeLinks = (draft: Links, which: (link: Standing) => boolean = () => true, replaced = false): void => {
  const [closing, staying] = [draft.links.filter(which), draft.links.filter((each) => !which(each))]
  for (const { number } of closing) close(draft, number, replaced)
  if (staying.some(({ number }) => number === draft.current)) return
  draft.current = undefined
  speakOnBest(draft)
}

const close = (draft: Links, number: number, replaced = false): void => {
  draft.links = draft.links.filter((each) => each.number !== number)
  draft.effects.push({ do: 'close', link: number, ...(replaced && { replaced }) })
}

const speakOn = (draft: Links, link: Standing): void => {
  draft.current = link.number
  if (!link.handed) draft.effects.push({ do: 'hand-over', link: link.number })
  draft.links = draft.links.map((each) => {
    if (each.number !== link.number) return each
    const { surplus: _, ...standing } = each
    return { ...standing, handed: true }
  })
}

const mark = (draft: Links, number: number, what: Pick<Standing, 'surplus' | 'doubted'>): void => {
  draft.links = draft.links.map((each) => (each.number === number ? { ...each, ...what } : each))
}
