/**
 * The ports at which a server answers STUN, of each transport at most two: asked at both from one port, they show whether
 * a router gives each connection a port of its own. Empty: it does not answer there.
 */
export type StunPorts = { readonly tcp: readonly number[]; readonly udp: readonly number[] }

export const NO_STUN: StunPorts = { tcp: [], udp: [] }

/** A later version may name more than two. */
export const STUN_PORTS_MAX = 4
