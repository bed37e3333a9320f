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

export type Mapped =
  /** Nothing is asked for. */
  | { readonly at: 'off' }
  | { readonly at: 'asking' }
  /** What comes to `outside` (`IP:PORT`) comes to this device. The router's word: it may have another router before it. */
  | { readonly at: 'mapped'; readonly outside: string; readonly by: MappedBy }
  | { readonly at: 'failed'; readonly because: Unmapped; readonly detail: string }

export type MappedBy = 'pcp' | 'nat-pmp' | 'upnp'

/**
 * `no-router`: this machine has no route to anywhere, or a public address of its own. `no-answer`: the router answers no
 * such question. `refused`: it answers, and does not want to.
 */
export type Unmapped = 'no-router' | 'no-answer' | 'refused'

/** How long giving a port back may hold up the end. */
export const CLOSE_MILLIS_MAX = 1_000
