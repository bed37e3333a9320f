/** What both sides of the local door must know. Free of Node and of the DOM: a window imports it too. */

/** The WebSocket protocol that is agreed on. The token travels beside it and is never answered back. */
export const CALLS_PROTOCOL = 'kith.calls.1'
export const TOKEN_PROTOCOL_PREFIX = 'kith.token.'
export const CALLS_PATH = '/api/calls'
export const SESSION_PATH = '/api/session'
export const TICKET_PATH = '/api/ticket'

/** One message from a caller to the door. A text of the greatest length fits, however its characters are escaped. */
export const REQUEST_BYTES_MAX = 1024 * 1024
/** The longest text that is sent on at all; what a message may hold is the peer's to say (and less). */
export const TEXT_CHARACTERS_MAX = 128 * 1024

/** The address of the window at a door, with the one-time code that lets it in, in its fragment: never sent, never logged. */
export const windowUrl = (door: string, code: string): string => `${door}/#code=${code}`

/** The one-time code in `location.hash`, if there is one. The window then takes it out of its address. */
export const codeIn = (hash: string): string | undefined => /^#code=([0-9a-f]{32})$/.exec(hash)?.[1]
