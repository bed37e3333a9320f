import type { Link } from '../link/port.ts'
import type { MeetingCounts, Relayed, ServerEndpoint, StunCounts } from '../link/server-port.ts'
import type { Millis } from '../view/view.ts'
import { addressGroup } from '../link/address-group.ts'
import type { Soon } from '../core/crypto/port.ts'
import { fromHex } from '../core/bytes/hex.ts'
import { unreachable } from '../core/bytes/result.ts'
import { NONCE_BYTES } from '../core/mailbox/keys.ts'
import type { MailboxCounts, Mailboxes } from './mailbox.ts'
import type { JobOutcome } from './mailbox-call.ts'
import type { Effect, MailboxWork } from './effect.ts'
import { step, type Input } from './rendezvous.ts'
import { createRendezvous, type RendezvousOptions } from './rendezvous-state.ts'
import type { Tally } from './tally.ts'

/** A clock that never goes back, and what is to happen later. */
export type Time = {
  now(): Millis
  /** Runs `task` once, `millis` from now; returns what cancels it. */
  after(millis: Millis, task: () => void): () => void
}

/** What a server has done and is doing. Numbers alone. */
export type Counters = {
  /** TCP connections that stand now. */
  readonly connections: number
  /** Devices that said hello and are here now. */
  readonly here: number
  /** How many of them want to be seen. */
  readonly visible: number
  readonly rendezvous: Readonly<Tally>
  readonly relayed: Relayed
  readonly meetings: MeetingCounts
  readonly stun: StunCounts
  /** What is in the mailboxes, where they are kept. */
  readonly mailboxes?: MailboxCounts
}

/** What mailboxes are kept with. */
export type Post = {
  readonly mailboxes: Mailboxes
  /** Ed25519; see `Crypto`. Must not reject. */
  readonly verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => Soon<boolean>
  readonly random: (bytes: number) => Uint8Array
}

export type Serving = {
  readonly counters: () => Counters
  /** Says farewell to everybody, and closes the endpoint. */
  stop(): Promise<void>
}

/**
 * Runs the rendezvous on an endpoint: brings what arrives to `step` and does what it answers. Decides nothing. Without a
 * `post`, no mailboxes are kept. The mailboxes remain open at the end: they belong to the caller.
 */
export const serve = ({
  endpoint,
  time,
  post,
  ...options
}: RendezvousOptions & {
  readonly endpoint: ServerEndpoint
  readonly time: Time
  readonly post?: Post | undefined
}): Serving => {
  const { tcp, udp } = endpoint.stun
  const stun = tcp.length + udp.length > 0 ? endpoint.stun : undefined
  const keeping = post && { mailboxesOf: endpoint.device, life: post.mailboxes.life }
  const state = createRendezvous({ ...options, stun, ...keeping }, time.now())
  const links = new Map<number, Link>()
  const holds = new Map<number, Millis>()
  const waiting: Input[] = []
  let numbers = 0
  let cancelWake = (): void => {}
  let feeding = false

  const feed = (input: Input): void => {
    waiting.push(input)
    // What an effect brings about (a queue that is full) is told after all effects of this step are done.
    if (feeding) return
    feeding = true
    for (let next = waiting.shift(); next; next = waiting.shift())
      for (const effect of step(state, next, time.now())) perform(effect)
    feeding = false
  }

  const perform = (effect: Effect): void => {
    if (effect.kind === 'wake') {
      cancelWake()
      cancelWake = time.after(Math.max(0, effect.at - time.now()), () => feed({ kind: 'woken' }))
      return
    }
    if (effect.kind === 'mailbox') return void work(effect.what)
    const { peer } = effect
    if (effect.kind === 'hold') {
      holds.set(peer, effect.millis)
      return
    }
    const link = links.get(peer)
    if (!link) return
    if (effect.kind === 'close') {
      links.delete(peer)
      link.close()
    } else if (!link.send(effect.frame)) {
      feed({ kind: 'full', peer })
      void link.room().then(() => feed({ kind: 'room', peer }))
    }
  }

  const work = async (what: MailboxWork): Promise<void> => {
    if (!post) return
    if (what.do === 'watch') return post.mailboxes.watch(what.mailbox, what.on)
    feed({ kind: 'settled', job: what.job, outcome: await outcomeOf(post, what) })
  }
  post?.mailboxes.onPut((mailbox, cursor) => feed({ kind: 'arrived', mailbox, cursor }))

  const read = async (peer: number, link: Link): Promise<void> => {
    for await (const frame of link.frames) {
      feed({ kind: 'heard', peer, frame })
      const millis = holds.get(peer)
      if (millis !== undefined) await new Promise<void>((resolve) => time.after(millis, resolve))
      holds.delete(peer)
      // Whoever does not take the answers is not asked for more questions.
      await link.room()
    }
    links.delete(peer)
    feed({ kind: 'closed', peer })
  }

  endpoint.onLink((link) => {
    const peer = (numbers += 1)
    links.set(peer, link)
    const { device, address } = link
    const nonce = post && { nonce: post.random(NONCE_BYTES) }
    feed({ kind: 'opened', peer, device, address, group: addressGroup(address), ...nonce })
    void read(peer, link)
  })

  return {
    counters: () => ({
      connections: endpoint.connections(),
      here: state.here.size,
      visible: state.people.entries.size,
      rendezvous: structuredClone(state.tally),
      relayed: endpoint.relayed(),
      meetings: endpoint.meetings(),
      stun: endpoint.stunCounts(),
      ...(post && { mailboxes: post.mailboxes.counts() }),
    }),
    stop: async () => {
      feed({ kind: 'stopping' })
      cancelWake()
      await endpoint.close()
    },
  }
}

const outcomeOf = async (post: Post, what: Exclude<MailboxWork, { readonly do: 'watch' }>): Promise<JobOutcome> => {
  const { mailboxes, verify } = post
  switch (what.do) {
    case 'verify':
      return { kind: 'verified', valid: await verify(fromHex(what.mailbox), what.message, what.signature) }
    case 'put': {
      const put = await mailboxes.put(what.mailbox, what.blob)
      return put.ok ? { kind: 'stored', cursor: put.value } : { kind: put.refusal.kind }
    }
    case 'read': {
      const page = await mailboxes.read(what.mailbox, what)
      return page.ok ? { kind: 'page', page: page.value } : { kind: 'failed' }
    }
    case 'trim': {
      const trimmed = await mailboxes.trim(what.mailbox, what.cursors)
      return trimmed.ok ? { kind: 'trimmed' } : { kind: 'failed' }
    }
    default:
      return unreachable(what)
  }
}
