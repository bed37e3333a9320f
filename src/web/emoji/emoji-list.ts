import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Plugin } from 'vite'

/** The module of this name holds the list of emoji; it exists only while vite builds. */
export const EMOJI_MODULE = 'virtual:emoji-list'

type Emoji = {
  readonly emoji: string
  readonly label: string
  readonly group?: number
  readonly subgroup?: number
  readonly version: number
  readonly tags?: readonly string[]
}
type Messages = {
  readonly groups: readonly { readonly key: string; readonly message: string; readonly order: number }[]
  readonly skinTones: readonly { readonly key: string; readonly message: string }[]
}

/**
 * Emojibase's English list, cut down to what the picker shows (a sixth of its size) and served from here: the window
 * asks nobody else for anything.
 */
export const emojiList = (): Plugin => ({
  name: 'kith-emoji-list',
  resolveId: (id) => (id === EMOJI_MODULE ? `\0${EMOJI_MODULE}` : undefined),
  load: (id) => (id === `\0${EMOJI_MODULE}` ? `export const list = ${JSON.stringify(readList())}` : undefined),
})

const readList = () => {
  const require = createRequire(import.meta.url)
  const read = (path: string): unknown => JSON.parse(readFileSync(require.resolve(`emojibase-data/en/${path}`), 'utf8'))
  const messages = read('messages.json') as Messages
  const groups = messages.groups.filter((group) => group.key !== 'component')
  const shown = new Set(groups.map((group) => group.order))
  return {
    locale: 'en',
    emojis: (read('data.json') as readonly Emoji[])
      .filter((each) => each.group !== undefined && shown.has(each.group))
      .map(({ emoji, group, label, version, tags }) => ({
        emoji,
        category: group,
        label: capitalised(label),
        version,
        tags: tags ?? [],
      })),
    categories: groups.map(({ order, message }) => ({ index: order, label: capitalised(message) })),
    skinTones: Object.fromEntries(messages.skinTones.map(({ key, message }) => [key, message])),
  }
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
