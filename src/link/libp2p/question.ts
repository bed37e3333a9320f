import type { MessageStream } from '@libp2p/interface'

/** STUN begins with a byte below this, libp2p's greeting with its length, 19 (RFC 7983, 7: one port for several protocols). */
const STUN_FIRST_BYTE_LIMIT = 4

/**
 * Answers a question of STUN that comes in place of libp2p's greeting, in one piece, and closes the wire. What it returns
 * is undefined as long as there was none, then resolves when the answer is on its way. To be called before the handshake
 * listens: the bytes are given to both, and the handshake fails of them.
 */
export const answerQuestion = (
  wire: MessageStream,
  answer: (question: Uint8Array) => Uint8Array | undefined,
): (() => Promise<void> | undefined) => {
  let answering: Promise<void> | undefined
  const look = (event: { readonly data: { subarray(): Uint8Array } }): void => {
    const question = event.data.subarray()
    if ((question[0] ?? STUN_FIRST_BYTE_LIMIT) >= STUN_FIRST_BYTE_LIMIT) return
    const answered = answer(question)
    if (answered) answering = tell(wire, answered)
    else wire.abort(new Error('neither a question nor a greeting'))
  }
  wire.addEventListener('message', look, { once: true })
  return () => answering
}

const tell = async (wire: MessageStream, answer: Uint8Array): Promise<void> => {
  try {
    wire.send(answer)
    await wire.close()
  } catch (error) {
    wire.abort(error instanceof Error ? error : new Error(String(error)))
  }
}
