import { accept, refuse } from '../../src/core/bytes/result.ts'
import { judgeNetwork } from '../../src/core/reach/nat.ts'
import type { Calls } from '../../src/view/calls.ts'
import type { InvitationOffer, InvitationView, JoiningView } from '../../src/view/invitation-view.ts'
import type { Update } from '../../src/view/update.ts'
import type { ConversationView, LineView, PersonView, SafetyView, StatusView } from '../../src/view/view.ts'

export const idOf = (digit: string): string => digit.repeat(64)

export const BOB = idOf('b')
export const TALK = idOf('c')

export const personOf = (input: Partial<PersonView> & Pick<PersonView, 'id' | 'name' | 'tag'>): PersonView => ({
  ambiguous: false,
  presence: { at: 'away' },
  foundBy: [],
  standing: 'accepted',
  verified: { at: 'no' },
  ...input,
})

export const lineOf = (seq: number, text: string): LineView => ({
  id: idOf((seq % 10).toString()),
  order: { time: 1_000 + seq, author: BOB, seq },
  at: 1_000 + seq,
  person: BOB,
  mine: false,
  kind: 'message',
  text,
  edited: false,
  reactions: [],
})

export const STATUS: StatusView = {
  version: '0.1.0',
  profile: 'ann',
  folder: '/somewhere/ann',
  me: { id: idOf('a'), device: idOf('d'), name: 'Ann', tag: 'aaaaaa' },
  suggestedName: 'ann',
  servers: [],
  nearby: { at: 'on' },
  addresses: [],
  network: {
    own: judgeNetwork({ addresses: [] }),
    mapped: { at: 'off' },
    servers: [],
  },
  settings: { readMarkers: true, seenNearby: true, seenOnServer: true, directly: true, mapPorts: true },
  passphrase: false,
}

export const CONVERSATION: Extract<ConversationView, { kind: 'direct' }> = {
  id: TALK,
  kind: 'direct',
  person: BOB,
  at: 'open',
  muted: false,
  heldBack: 0,
  unread: 0,
  active: 1_000,
  draft: '',
  progress: [],
}

export const CLIMBERS: Extract<ConversationView, { kind: 'group' }> = {
  id: idOf('9'),
  kind: 'group',
  title: 'Climbers',
  role: 'admin',
  size: 2,
  some: [BOB],
  postQuantum: true,
  at: 'open',
  muted: false,
  heldBack: 0,
  unread: 0,
  active: 2_000,
  draft: '',
  progress: [],
}

export const INVITATION: InvitationView = {
  id: idOf('1'),
  link: 'kith:abc',
  role: 'member',
  history: { share: 'none' },
  made: 1_000,
  expires: 1_000 + 7 * 24 * 60 * 60 * 1000,
  uses: 1,
  used: 0,
  state: 'open',
}

export const OFFER: InvitationOffer = {
  id: INVITATION.id,
  inviter: { person: BOB, name: 'Bob', tag: 'bbbbbb' },
  expires: INVITATION.expires,
  servers: [],
  way: 'apart',
}

export const SAFETY: SafetyView = {
  person: BOB,
  digits: '1234567890'.repeat(6),
  code: 'kith-safety:abc',
  verified: { at: 'no' },
}

/** A peer that does nothing but remember what it was asked. */
export type FakeCalls = Calls & {
  readonly asked: { readonly call: string; readonly input: unknown }[]
  /** Sends an update to everyone who subscribed. */
  push(update: Update): void
  /** Those who are subscribed now. */
  readonly subscribers: number
  /** Resolves when `subscribers` becomes this number. */
  subscribed(count: number): Promise<void>
}

export const fakeCalls = (
  input: {
    readonly people?: readonly PersonView[]
    readonly conversations?: readonly ConversationView[]
    readonly invitations?: readonly InvitationView[]
    readonly joinings?: readonly JoiningView[]
    readonly status?: StatusView
    readonly overrides?: Partial<Calls>
  } = {},
): FakeCalls => {
  const asked: { readonly call: string; readonly input: unknown }[] = []
  const subscribers = new Set<(update: Update) => void>()
  const waiters = new Set<() => void>()
  const changed = (): void => {
    for (const waiter of waiters) waiter()
  }
  const snapshot = (): Update => ({
    kind: 'snapshot',
    status: input.status ?? STATUS,
    people: input.people ?? [personOf({ id: BOB, name: 'Bob', tag: 'bbbbbb' })],
    conversations: input.conversations ?? [CONVERSATION],
    invitations: input.invitations ?? [],
    joinings: input.joinings ?? [],
  })

  const updates = async function* (signal: AbortSignal): AsyncGenerator<Update> {
    const queue: Update[] = [snapshot()]
    let wake = (): void => undefined
    const take = (update: Update): void => {
      queue.push(update)
      wake()
    }
    const stop = (): void => wake()
    signal.addEventListener('abort', stop)
    subscribers.add(take)
    changed()
    try {
      while (!signal.aborted) {
        const next = queue.shift()
        if (next !== undefined) yield next
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    } finally {
      signal.removeEventListener('abort', stop)
      subscribers.delete(take)
      changed()
    }
  }

  const note =
    <Value>(call: string, value: Value) =>
    async (given: unknown) => {
      asked.push({ call, input: given })
      return accept(value)
    }
  const said = { conversation: TALK, line: idOf('e'), order: { time: 5, author: idOf('d'), seq: 1 } }

  return {
    asked,
    push: (update) => {
      for (const take of subscribers) take(update)
    },
    get subscribers() {
      return subscribers.size
    },
    subscribed: async (count) => {
      while (subscribers.size !== count) {
        await new Promise<void>((resolve) => waiters.add(resolve))
      }
    },
    updates,
    status: async () => input.status ?? STATUS,
    open: note('open', { conversation: TALK }),
    history: note('history', { lines: [lineOf(1, 'hello')], more: false }),
    say: note('say', said),
    edit: note('edit', said),
    unsay: note('unsay', said),
    react: note('react', said),
    read: note('read', null),
    typing: note('typing', null),
    draft: note('draft', null),
    decide: note('decide', null),
    rename: async ({ name }) => (name === '' ? refuse({ kind: 'name-empty' }) : accept({ name })),
    namePrivately: note('namePrivately', null),
    configure: note('configure', null),
    useServers: note('useServers', null),
    reach: note('reach', {
      person: BOB,
      presence: { at: 'away' } as const,
      shown: 'everywhere',
      candidates: [],
      attempts: [],
      waiting: 0,
    }),
    tryNow: note('tryNow', null),
    lookAgain: () => note('lookAgain', null)({}),
    search: note('search', []),
    found: note('found', { conversation: CLIMBERS.id }),
    members: note('members', [{ person: idOf('a'), role: 'admin', me: true, devices: 1 } as const]),
    add: note('add', null),
    remove: note('remove', null),
    leave: note('leave', null),
    setRole: note('setRole', null),
    retitle: note('retitle', null),
    setPicture: note('setPicture', null),
    picture: note('picture', { picture: '' }),
    answer: note('answer', null),
    delivery: note('delivery', [{ person: BOB, delivery: 'kept' } as const]),
    mute: note('mute', null),
    forget: note('forget', null),
    invite: note('invite', INVITATION),
    revoke: note('revoke', null),
    examine: note('examine', OFFER),
    join: note('join', { joining: INVITATION.id }),
    forgetJoining: note('forgetJoining', null),
    safety: note('safety', SAFETY),
    verify: note('verify', null),
    unverify: note('unverify', null),
    ...input.overrides,
  }
}
