/** What one message may hold at most, as UTF-8. */
export const TEXT_BYTES_MAX = 64 * 1024
