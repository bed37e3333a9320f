import type { Hex } from '../bytes/hex.ts'
import { comparePaths, type Path } from './path.ts'

/** Links to one device that may stand at once; more are closed as they come. */
export const LINKS_MAX = 4
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

/** When this link is to be closed for being surplus. */
export const surplusEnds = (surplus: number, sides: Sides): number =>
  surplus + (isChooser(sides) ? GRACE_MILLIS : PATIENCE_MILLIS)
