import type { Kept } from '../core/backup/entry.ts'
import { isHex, type Hex } from '../core/bytes/hex.ts'

/** What an import did, or what an export holds (all of it `added`). Kept is what was there already, and stays as it was. */
export type Tally = { readonly conversations: Counted; readonly messages: Counted; readonly people: Counted }

export type Counted = { readonly added: number; readonly kept: number }

/** Counts what people would count. */
export const newTally = () => {
  const conversations = { added: new Set<Hex>(), kept: new Set<Hex>() }
  const messages = { added: 0, kept: 0 }
  const people = { added: 0, kept: 0 }
  return {
    count: (kept: Kept, as: keyof Counted): void => {
      if (kept.entry === 'line' && kept.text !== undefined) messages[as]++
      if (kept.entry === 'record' && kept.space === 'person') people[as]++
      const conversation = kept.entry === 'record' && kept.space === 'conversation' && conversationIn(kept.key)
      if (conversation) conversations[as].add(conversation)
    },
    /** The conversations of which records were added. */
    addedConversations: (): Iterable<Hex> => conversations.added,
    counted: (): Tally => ({
      conversations: { added: conversations.added.size, kept: conversations.kept.size },
      messages: { ...messages },
      people: { ...people },
    }),
  }
}

/** Records of a conversation have its id as the first part of their keys, or after a word that says what they are. */
export const conversationIn = (key: string): Hex | undefined => key.split('/', 2).find((part) => isHex(part, ID_BYTES))

const ID_BYTES = 32
