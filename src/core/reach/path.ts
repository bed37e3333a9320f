/** How a link runs, best first. `direct` reaches beyond this network without anybody in between. */
export type Path = 'nearby' | 'direct' | 'relayed'

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
    | 'blocked'
    | 'version'
    | 'closed'
    /** Given up from this side, because it was needed no longer. */
    | 'given-up'
    | 'other'
  readonly detail: string
}

/** The address that means: through the server. */
export const RELAY_ADDRESS = 'relay'

const RANK = { nearby: 0, direct: 1, relayed: 2 } as const satisfies Record<Path, number>

/** Negative when `a` is the better path. */
export const comparePaths = (a: Path, b: Path): number => RANK[a] - RANK[b]

export const isBetterPath = (a: Path, b: Path): boolean => comparePaths(a, b) < 0
