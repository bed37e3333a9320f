import type { Stream } from '@libp2p/interface'
import { lpStream, type LengthPrefixedStream } from '@libp2p/utils'

/**
 * What may come behind a message before it is wanted, where the other side says more: signals of a call, or the first words
 * to whom a relayed link leads.
 */
export const BEHIND_BYTES_MAX = 16 * 1024
/** The same while a stream's protocol is agreed on: what is said on it may follow at once, as much as one read brings. */
export const BEHIND_PROTOCOL_BYTES_MAX = 128 * 1024

/** More than the length of any message here takes. */
const LENGTH_BYTES_MAX = 4

/**
 * Messages of at most `bytesMax`, each behind its length. libp2p would hold 4 MiB of what nobody asked for, for each stream
 * and for as long as it takes to answer; here whoever sends more than `behindBytesMax` too early loses the stream.
 */
export const messagesOn = (stream: Stream, bytesMax: number, behindBytesMax = 0): LengthPrefixedStream<Stream> =>
  lpStream(stream, { maxDataLength: bytesMax, maxBufferSize: LENGTH_BYTES_MAX + bytesMax + behindBytesMax })

/** How a protocol is agreed on. */
export const agreeing = (signal: AbortSignal): { readonly signal: AbortSignal; readonly maxBufferSize: number } => ({
  signal,
  maxBufferSize: BEHIND_PROTOCOL_BYTES_MAX,
})
