/**
 * Kinds of events. Control events, below 16, say who is in a conversation and which keys are in force; everything that
 * was said is sealed. A kind that this version does not know is kept and shown as something newer.
 */
export const KIND = { found: 1, join: 2, epoch: 3, unopened: 4, operation: 5, sealed: 16 } as const

export const CONTROL_KINDS_BELOW = 16

export const isControl = (kind: number): boolean => kind < CONTROL_KINDS_BELOW

/**
 * Whoever is in writes a chain of control events, each of which names the one before, so there are never more heads than
 * devices. More come only from somebody who branches on purpose.
 */
export const CONTROL_HEADS_MAX = 512
