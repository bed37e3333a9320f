/**
 * How a link runs, best first. `direct` reaches beyond this network without anybody in between; so does `punched`, for
 * which both sides called each other at one moment, each through a router that lets nobody in who was not called.
 */
export type Path = 'nearby' | 'direct' | 'punched' | 'relayed'

/** Why an attempt ended without a link. `detail` is the system's code or a short technical sentence. */
export type Failure = {
  readonly kind:
    | 'refused'
    | 'timeout'
    | 'unreachable'
    | 'name-not-found'
    | 'not-kith'
    | 'wrong-device'
    | 'not-registered'
    | 'relay-full'
    /** The other side did not call at the moment at which both had to. */
    | 'not-called'
    /** Both called each other at one moment, and a router on the way let neither in. */
    | 'not-let-in'
    /** The other side tells where it is only to people whom it has accepted. */
    | 'not-accepted'
    /** Nothing that is sent over UDP gets out of the network of one side. */
    | 'no-udp'
    /** This way of connecting is not there on this system. */
    | 'unsupported'
    | 'blocked'
    /** This server is connected already, by another of its names or addresses. */
    | 'same-server'
    | 'version'
    | 'closed'
    /** Given up from this side, because it was needed no longer. */
    | 'given-up'
    | 'other'
  readonly detail: string
}

/** The address that means: through the server. */
export const RELAY_ADDRESS = 'relay'

/** The address that means: from both sides at one moment, which the server names. */
export const PUNCH_ADDRESS = 'punch'

/** The address that means: over UDP, as both agree on a link that stands. */
export const UDP_ADDRESS = 'udp'

// A link that was punched is as good as any other that is direct: nothing is gained by leaving one for the other.
const RANK = { nearby: 0, direct: 1, punched: 1, relayed: 2 } as const satisfies Record<Path, number>

/** Negative when `a` is the better path. */
export const comparePaths = (a: Path, b: Path): number => RANK[a] - RANK[b]

export const isBetterPath = (a: Path, b: Path): boolean => comparePaths(a, b) < 0
