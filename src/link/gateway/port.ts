import type { Mapped } from '../../core/gateway/mapped.ts'

/**
 * A TCP port of this device that the home's router passes on, so that others reach this device from outside although
 * its addresses are the home's own.
 */
export interface PortMapper {
  /**
   * Have this port passed on from now on, or none any longer. The same again asks the router anew, for a device that
   * woke up elsewhere. Returns at once; what becomes of it shows in `state`.
   */
  map(port: number | undefined): void
  state(): Mapped
  /** Called whenever `state` answers something else. */
  onChange(handler: () => void): void
  /** Gives back what there is, as far as that takes no longer than CLOSE_MILLIS_MAX. */
  close(): Promise<void>
}

/** How long giving a port back may hold up the end. */
export const CLOSE_MILLIS_MAX = 1_000
