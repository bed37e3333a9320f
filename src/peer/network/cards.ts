import type { Hex } from '../../core/bytes/hex.ts'
import type { Scheduler } from './port.ts'

/** How long the answer to a question for a card is waited for. */
export const CARD_MILLIS_MAX = 5_000
/** Devices whose cards are waited for at once. */
export const CARDS_WAITING_MAX = 256

type Card = Uint8Array | undefined

/** Questions for cards that wait for the server's answer. */
export type Cards = {
  ask(device: Hex): Promise<Card>
  answer(device: Hex, card: Card): void
  /** Nobody will answer any more. */
  giveUp(): void
}

export const createCards = (scheduler: Scheduler, send: (device: Hex) => boolean): Cards => {
  const waiting = new Map<Hex, { readonly promise: Promise<Card>; readonly resolve: (card: Card) => void }>()

  const answer: Cards['answer'] = (device, card) => {
    const asked = waiting.get(device)
    waiting.delete(device)
    asked?.resolve(card)
  }

  return {
    ask: (device) => {
      const asked = waiting.get(device)
      if (asked) return asked.promise
      if (waiting.size >= CARDS_WAITING_MAX || !send(device)) return Promise.resolve(undefined)
      const { promise, resolve } = Promise.withResolvers<Card>()
      const cancel = scheduler.after(CARD_MILLIS_MAX, () => answer(device, undefined))
      const settle = (card: Card): void => {
        cancel()
        resolve(card)
      }
      waiting.set(device, { promise, resolve: settle })
      return promise
    },
    answer,
    giveUp: () => {
      for (const device of waiting.keys()) answer(device, undefined)
    },
  }
}
