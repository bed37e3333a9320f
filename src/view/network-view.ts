import type { Mapped } from '../core/gateway/mapped.ts'
import type { OwnNetwork } from '../core/reach/nat.ts'

/** The network that this device is on, and what it does to those who want to reach it. */
export type NetworkView = {
  /** When servers were last asked, in milliseconds since 1970. Absent: not yet, for want of one. */
  readonly looked?: number
  readonly own: OwnNetwork
  /** The port that the router is asked to pass on to this device. */
  readonly mapped: Mapped
  /** How long each server that answered took, there and back, in milliseconds. */
  readonly servers: readonly { readonly address: string; readonly roundTrip: number }[]
}
