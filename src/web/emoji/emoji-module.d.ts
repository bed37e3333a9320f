declare module 'virtual:emoji-list' {
  import type { EmojiData } from 'frimousse'
  export const list: EmojiData
}
