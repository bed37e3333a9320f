import type { Order } from '../view/view.ts'

/** Where one can be in the window. Places live in the address's fragment: they need nothing of whoever serves it. */
export const PLACES = {
  home: '/',
  conversation: '/with/:conversation',
  line: '/with/:conversation/at/:order',
  panel: '/with/:conversation/:panel',
  newGroup: '/group',
  invite: '/invite',
  join: '/join',
  joining: '/joining/:joining',
  settings: '/settings',
} as const

/** What stands beside a conversation, or in its place where there is no room for both. */
export const PANELS = ['details', 'add', 'invite', 'safety'] as const
export type Panel = (typeof PANELS)[number]

export const toConversation = (conversation: string): string => `/with/${conversation}`
export const toPanel = (conversation: string, panel: Panel): string => `/with/${conversation}/${panel}`
export const toJoining = (joining: string): string => `/joining/${joining}`
export const toLine = (conversation: string, { time, author, seq }: Order): string =>
  `/with/${conversation}/at/${time}.${seq}.${author}`

/** The conversation that a fragment of the address leads to. */
export const conversationIn = (fragment: string): string | undefined => /^#\/with\/([^/]+)/.exec(fragment)?.[1]

/** The order in an address; `undefined` for anything that is none. */
export const orderIn = (text: string | undefined): Order | undefined => {
  const match = /^(\d{1,15})\.(\d{1,15})\.([0-9a-f]{64})$/.exec(text ?? '')
  return match?.[1] && match[2] && match[3]
    ? { time: Number(match[1]), seq: Number(match[2]), author: match[3] }
    : undefined
}

export const panelIn = (text: string | undefined): Panel | undefined => PANELS.find((each) => each === text)
