import type { PortMapper } from './gateway/port.ts'
import type { observe } from './observe.ts'

/** What lies between this device and everybody else: asked what it makes of this device, and asked for a way in. */
export interface Outside {
  /** Asks a server where it sees this device. */
  readonly observe: typeof observe
  /** Absent where the router is to be asked for nothing. */
  readonly mapper?: PortMapper
}
