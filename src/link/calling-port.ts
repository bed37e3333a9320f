/** Ports from which devices call: none that programs listen at by custom. */
export const CALLING_PORT_LEAST = 20_000
export const CALLING_PORT_MOST = 60_999
