/** What passes in one turn, and the most that a piece may have: whoever sends little waits for so much of each other. */
export const TURN_BYTES = 16 * 1024

/** Something that waits for its turn; `pass` is called when it comes. */
export type Piece = { readonly bytes: number; readonly pass: () => void }

export type FairQueue<Sender> = {
  /** Puts a piece of at most TURN_BYTES behind the others of this sender. */
  put(sender: Sender, piece: Piece): void
  /** Takes out the piece whose turn it is. */
  next(): Piece | undefined
  /** Bytes that wait, of all senders together. */
  readonly waiting: number
}

type Waiting = { readonly pieces: Piece[]; credit: number }

/**
 * Turns for senders who want to send more than there is room for: deficit round robin (Shreedhar and Varghese, 1996). Two
 * senders who both have something waiting all the time get the same number of bytes, to within three pieces, however large
 * or many theirs are. A sender with nothing waiting has no place and saves up nothing.
 */
export const createFairQueue = <Sender>(): FairQueue<Sender> => {
  /** In the order of their turns. */
  const ring = new Map<Sender, Waiting>()
  let waiting = 0

  return {
    put: (sender, piece) => {
      const there = ring.get(sender) ?? { pieces: [], credit: TURN_BYTES }
      there.pieces.push(piece)
      ring.set(sender, there)
      waiting += piece.bytes
    },
    next: () => {
      for (const [sender, there] of ring) {
        const [piece] = there.pieces
        if (piece !== undefined && piece.bytes <= there.credit) {
          there.pieces.shift()
          there.credit -= piece.bytes
          waiting -= piece.bytes
          if (there.pieces.length === 0) ring.delete(sender)
          return piece
        }
        // Its turn is over, and the next comes with more: it goes to the end of the ring, where this loop meets it again.
        ring.delete(sender)
        ring.set(sender, { ...there, credit: there.credit + TURN_BYTES })
      }
      return undefined
    },
    get waiting() {
      return waiting
    },
  }
}
