declare module 'virtual:emoji-list' {
  export const list: import('frimousse').EmojiData
}
