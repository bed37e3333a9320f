import assert from 'node:assert/strict'
import { join } from 'node:path'
import { followPeer, type Seen } from '../../src/cli/follow.ts'
import type { Result } from '../../src/core/bytes/result.ts'
import type { Calls, Said } from '../../src/view/calls.ts'
import { deliveryOf, type Delivery, type LineView, type PersonView } from '../../src/view/view.ts'
import { enter } from './door.ts'
import type { Program, Stage } from './stage.ts'

export type Start = {
  readonly name?: string
  /** `HOST:PORT`, or `none`. */
  readonly server?: string
  readonly nearby?: 'on' | 'off'
  readonly mapPorts?: 'on' | 'off'
  /** Further options of `kith`. */
  readonly words?: readonly string[]
  /** Options of Node. */
  readonly node?: readonly string[]
}

/** A running program of somebody, spoken to through its door. */
export type Peer = {
  readonly profile: string
  readonly folder: string
  readonly program: Program
  readonly calls: Calls
  readonly id: string
  readonly device: string
  /** Waits for what the screen shows to be so. */
  until<Value>(test: (seen: Seen) => Value | undefined): Promise<Value>
  /** Waits until this person is found or known. */
  finds(person: { readonly id: string }): Promise<PersonView>
  /** The conversation with this person, which is the same at both. */
  with(person: { readonly id: string }): Promise<string>
  says(conversation: string, text: string): Promise<Said>
  /** Waits until a message of this peer's is that far. */
  sees(said: Said, wanted: Delivery): Promise<void>
  /** Waits until the conversation holds a line such as this. */
  hears(conversation: string, test: (line: LineView) => boolean): Promise<LineView>
  /** All lines, oldest first. */
  lines(conversation: string): Promise<readonly LineView[]>
  /** As Ctrl+C does. */
  stop(): Promise<void>
  kill(): Promise<void>
}

/** The command line of a peer: unless told otherwise on the loopback alone, and unseen on real networks. */
export const startLine = (
  stage: Stage,
  profile: string,
  { name, server, nearby, mapPorts, words: more }: Start,
): readonly string[] => [
  '--data',
  stage.data,
  '--profile',
  profile,
  '--no-open',
  '--nearby',
  nearby ?? 'off',
  '--map-ports',
  mapPorts ?? 'off',
  ...(name === undefined ? [] : ['--name', name]),
  ...(server === undefined ? [] : ['--server', server]),
  ...(more ?? ['--listen', '127.0.0.1:0']),
]

export const startPeer = async (stage: Stage, profile: string, start: Start): Promise<Peer> => {
  const { node } = start
  const program = stage.start(startLine(stage, profile, start), { ...(node && { node }) })
  await program.prints(/Window/)
  const folder = join(stage.data, 'profiles', profile)
  const door = await enter(folder)
  return peerOf({ profile, folder, program, calls: door.calls, leave: () => door.close() })
}

/** Two people of one machine, on one server, each with a profile of their own. */
export const startPair = async (
  stage: Stage,
  server: string,
  [ann, bob]: readonly [string, string] = ['Ann', 'Bob'],
): Promise<readonly [Peer, Peer]> =>
  Promise.all([startPeer(stage, 'ann', { name: ann, server }), startPeer(stage, 'bob', { name: bob, server })])

export const peerOf = async (input: {
  readonly profile: string
  readonly folder: string
  readonly program: Program
  readonly calls: Calls
  readonly leave: () => void
}): Promise<Peer> => {
  const { calls, program, leave } = input
  const { me } = await calls.status()

  const until: Peer['until'] = async (test) => {
    const following = followPeer(calls, new AbortController().signal)
    try {
      await following.begun()
      const outcome = await following.until(() => test(following.seen))
      assert.equal(outcome.at, 'found', `${input.profile} went away:\n${program.out()}${program.err()}`)
      return outcome.value
    } finally {
      await following.end()
    }
  }

  const lines: Peer['lines'] = async (conversation) => {
    const pages: (readonly LineView[])[] = []
    for (;;) {
      const before = pages.at(-1)?.[0]?.order
      const page = done(await calls.history({ conversation, ...(before && { before }), limit: PAGE_LINES }))
      pages.push(page.lines)
      if (!page.more) return pages.toReversed().flat()
    }
  }

  const hears: Peer['hears'] = async (conversation, test) => {
    const ending = new AbortController()
    try {
      for await (const update of calls.updates(ending.signal)) {
        if (update.kind === 'line' && update.conversation === conversation && test(update.line)) return update.line
        if (update.kind !== 'snapshot') continue
        const page = await calls.history({ conversation, limit: PAGE_LINES })
        const held = page.ok ? page.value.lines.find(test) : undefined
        if (held) return held
      }
    } finally {
      ending.abort()
    }
    throw new Error(`${input.profile} went away:\n${program.out()}${program.err()}`)
  }

  return {
    ...input,
    id: me?.id ?? '',
    device: me?.device ?? '',
    until,
    finds: ({ id }) => until((seen) => seen.people.get(id)),
    with: async ({ id }) => {
      await until((seen) => seen.people.get(id))
      return done(await calls.open({ person: id })).conversation
    },
    says: async (conversation, text) => done(await calls.say({ conversation, text })),
    sees: (said, wanted) =>
      until((seen) => {
        const reached = deliveryOf(said, seen.conversations.get(said.conversation)?.progress ?? [])
        return reached === wanted || reached === 'read' ? reached : undefined
      }).then(() => undefined),
    hears,
    lines,
    stop: async () => {
      leave()
      assert.equal(await program.end('SIGINT'), 0, program.err())
    },
    kill: async () => {
      leave()
      await program.end('SIGKILL')
    },
  }
}

const PAGE_LINES = 500

/** What a call gave, when it did what it was asked for. */
export const done = <Value>(result: Result<Value, { readonly kind: string }>): Value => {
  assert(result.ok, result.ok ? '' : JSON.stringify(result.refusal))
  return result.value
}

/** The texts of a conversation, oldest first. */
export const texts = (lines: readonly LineView[]): readonly string[] =>
  lines.flatMap((line) => (line.kind === 'message' ? [line.text] : []))

export const says =
  (text: string) =>
  (line: LineView): boolean =>
    line.kind === 'message' && line.text === text
