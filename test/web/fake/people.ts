import type { InvitationView, JoiningView } from '../../../src/view/invitation-view.ts'
import type {
  ConversationView,
  LineView,
  MemberView,
  PersonView,
  Progress,
  StatusView,
  Talk,
} from '../../../src/view/view.ts'
import { GOOD_NETWORK } from './networks.ts'

/** Sunday 22 November 2026, 21:05 UTC: the moment at which all scripted stories take place. */
export const NOW = Date.UTC(2026, 10, 22, 21, 5)

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** What a story must hold; a story that does not is a mistake in the test. */
export const told = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error('the story does not tell of this')
  return value
}

/** 64 hexadecimal characters that begin with a word's letters, so that ids differ and stay the same. */
export const idOf = (word: string): string =>
  [...word]
    .map((letter) => letter.charCodeAt(0).toString(16).padStart(2, '0'))
    .join('')
    .padEnd(64, '0')
    .slice(0, 64)

export const ME = { id: idOf('ann'), device: idOf('ann device'), name: 'Ann', tag: '4m8zqp' }

export const person = (word: string, facts: Partial<PersonView> = {}): PersonView => ({
  id: idOf(word),
  name: word,
  tag: `${idOf(word).slice(0, 5)}q`,
  ambiguous: false,
  presence: { at: 'away', since: NOW - 3 * HOUR },
  foundBy: [],
  standing: 'accepted',
  verified: { at: 'no' },
  ...facts,
})

export const here = (path: 'nearby' | 'direct' | 'relayed'): PersonView['presence'] => ({
  at: 'here',
  path,
  since: NOW - 20 * MINUTE,
})

export const status = (facts: Partial<StatusView> = {}): StatusView => ({
  version: '0.1.0',
  profile: 'ann',
  folder: '/var/lib/kith/profiles/ann',
  me: ME,
  suggestedName: 'ann',
  servers: [{ at: 'connected', address: 'chat.example.org:12345', since: NOW - HOUR, people: 'on', mailboxes: 'on' }],
  passphrase: false,
  nearby: { at: 'on' },
  addresses: ['192.0.2.17:41873', '[2001:db8::17]:41873'],
  network: GOOD_NETWORK,
  settings: { readMarkers: true, seenNearby: true, seenOnServer: true, directly: true, mapPorts: true },
  ...facts,
})

export type Story = {
  readonly status: StatusView
  readonly people: readonly PersonView[]
  readonly conversations: readonly ConversationView[]
  /** By conversation, in order. */
  readonly lines: Readonly<Record<string, readonly LineView[]>>
  /** By group. */
  readonly members?: Readonly<Record<string, readonly MemberView[]>>
  /** By group, as `data:` URLs. */
  readonly pictures?: Readonly<Record<string, string>>
  readonly invitations?: readonly InvitationView[]
  readonly joinings?: readonly JoiningView[]
}

type Facts = Partial<Omit<ConversationView, keyof Talk>>

const UNTOUCHED = { at: 'open', muted: false, heldBack: 0, unread: 0, active: NOW, draft: '', progress: [] } as const

export const conversation = (word: string, facts: Facts = {}): ConversationView & { readonly kind: 'direct' } => ({
  id: idOf(`with ${word}`),
  kind: 'direct',
  person: idOf(word),
  ...UNTOUCHED,
  ...facts,
})

type Group = Extract<Talk, { kind: 'group' }>

export const group = (
  word: string,
  facts: Facts & Partial<Group> = {},
): ConversationView & { readonly kind: 'group' } => ({
  id: idOf(`group ${word}`),
  kind: 'group',
  title: word,
  role: 'member',
  size: 3,
  some: [],
  postQuantum: true,
  ...UNTOUCHED,
  ...facts,
})

export const member = (word: string, facts: Partial<MemberView> = {}): MemberView => ({
  person: word === 'me' ? ME.id : idOf(word),
  role: 'member',
  me: word === 'me',
  devices: 1,
  ...facts,
})

export const progress = (delivered: number, read: number, sealed = delivered): Progress => ({
  device: ME.device,
  sealed,
  delivered,
  read,
})

type Spoken = { readonly by: string; readonly ago: number } & (
  | ({ readonly text: string } & Partial<Extract<LineView, { kind: 'message' }>>)
  | { readonly event: Exclude<LineView, { kind: 'message' }> extends infer Each ? EventOf<Each> : never }
)
type EventOf<Line> = Line extends LineView
  ? Omit<Line, keyof Omit<LineView, 'kind'>> & { readonly kind: Line['kind'] }
  : never

/** Lines in the order given; each author's sequence counts up from 1. */
export const lines = (word: string, spoken: readonly Spoken[]): readonly LineView[] => {
  const sequences = new Map<string, number>()
  return spoken.map((each, index): LineView => {
    const mine = each.by === 'me'
    const author = mine ? ME.device : idOf(`${each.by} device`)
    const seq = (sequences.get(author) ?? 0) + 1
    sequences.set(author, seq)
    const at = NOW - each.ago
    const base = {
      id: idOf(`${word} ${index}`),
      order: { time: at, author, seq },
      at,
      person: mine ? ME.id : idOf(each.by),
      mine,
    }
    if ('event' in each) return { ...base, ...each.event }
    const { by: _, ago: __, ...content } = each
    return { ...base, kind: 'message', edited: false, reactions: [], ...content }
  })
}
