import { createStore, type StoreApi } from 'zustand/vanilla'
import { refuse } from '../../core/bytes/result.ts'
import type { Answer, Calls } from '../../view/calls.ts'
import type { LineUpdate } from '../../view/update.ts'
import type { LineView, Millis, Order } from '../../view/view.ts'
import type { Chain } from '../chain/chain.ts'
import type { Writing } from '../composer/writing.ts'
import type { Notifying } from '../notifications/choice.ts'
import type { Mirror } from './mirror.ts'

export type DoorState =
  | { readonly at: 'connecting' }
  | { readonly at: 'open' }
  /** It is open, and nothing that was asked is answered: Kith is stopped, or busy for long. */
  | { readonly at: 'silent' }
  /** It was open or nobody answers; `next` is when it is tried again. */
  | { readonly at: 'lost'; readonly since: Millis; readonly next: Millis }
  | { readonly at: 'not-let-in' }

/** A conversation that was opened in this window. */
export type OpenChain = {
  /** Absent while the first page is on its way. */
  readonly chain?: Chain
  readonly loading?: 'older' | 'newer'
  /** Up to where everything had been read when the conversation came on the screen; above the line "new messages". */
  readonly read: Order | 'all'
}

/** A sentence that somebody should see although nothing else shows it. */
export type Notice = { readonly key: number; readonly words: string }

export type KithState = {
  readonly door: DoorState
  readonly mirror?: Mirror
  readonly chains: ReadonlyMap<string, OpenChain>
  /** What is written in this window: conversation -> what is not said yet, on the screen or not. */
  readonly writings: ReadonlyMap<string, Writing>
  /** Pictures of groups that were asked for: conversation -> which picture it is, and its `data:` URL. */
  readonly pictures: ReadonlyMap<string, { readonly picture: string; readonly url: string }>
  readonly notices: readonly Notice[]
  readonly notifying: Notifying
  /** The last messages of others that arrived while this window was open: for those who listen to the screen. */
  readonly heard: readonly (LineView & { readonly kind: 'message' })[]
}

/** What the window knows, and the calls of the peer it is connected to. */
export type Kith = StoreApi<KithState> & {
  calls: Calls
  readonly now: () => Millis
  /** Who hears what is told of lines, once it is on the screen. */
  readonly lineHearers: Set<(told: LineUpdate) => void>
}

export const createKith = (now: () => Millis = Date.now): Kith =>
  Object.assign(
    createStore<KithState>(() => ({
      door: { at: 'connecting' },
      chains: new Map(),
      writings: new Map(),
      pictures: new Map(),
      notices: [],
      notifying: { leave: 'missing', missed: false },
      heard: [],
    })),
    { calls: nobody, now, lineHearers: new Set<(told: LineUpdate) => void>() },
  )

export const NOTICES_MAX = 3
export const HEARD_LINES_MAX = 5

let notices = 0

export const notify = (kith: Kith, words: string): void => {
  const notice = { key: ++notices, words }
  kith.setState((state) => ({
    notices: [...state.notices.filter((each) => each.words !== words), notice].slice(-NOTICES_MAX),
  }))
}

export const dismiss = (kith: Kith, key: number): void =>
  kith.setState((state) => ({ notices: state.notices.filter((each) => each.key !== key) }))

const disconnected = (): Answer<never> => Promise.resolve(refuse({ kind: 'disconnected' }))

/** Before the first connection there is nobody to ask. */
const nobody: Calls = {
  updates: async function* () {},
  status: () => Promise.reject(new Error('not connected')),
  open: disconnected,
  history: disconnected,
  say: disconnected,
  edit: disconnected,
  unsay: disconnected,
  react: disconnected,
  read: disconnected,
  typing: disconnected,
  draft: disconnected,
  decide: disconnected,
  rename: disconnected,
  namePrivately: disconnected,
  configure: disconnected,
  useServers: disconnected,
  reach: disconnected,
  tryNow: disconnected,
  lookAgain: disconnected,
  search: disconnected,
  found: disconnected,
  members: disconnected,
  add: disconnected,
  remove: disconnected,
  leave: disconnected,
  setRole: disconnected,
  retitle: disconnected,
  setPicture: disconnected,
  picture: disconnected,
  answer: disconnected,
  delivery: disconnected,
  mute: disconnected,
  forget: disconnected,
  invite: disconnected,
  revoke: disconnected,
  examine: disconnected,
  join: disconnected,
  forgetJoining: disconnected,
  safety: disconnected,
  verify: disconnected,
  unverify: disconnected,
}
