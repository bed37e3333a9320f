import { fromHex } from '../../src/core/bytes/hex.ts'
import { LIFE_BYTES, mailboxKeys, signOpen, type MailboxKeys } from '../../src/core/mailbox/keys.ts'
import type { MailboxRequest } from '../../src/core/rendezvous/mailbox-messages.ts'
import type { MailboxLimits, Mailboxes } from '../../src/server/mailbox.ts'
import { createMemoryMailboxes } from '../../src/server/mailbox-memory.ts'
import type { JobOutcome } from '../../src/server/mailbox-call.ts'
import type { MailboxWork } from '../../src/server/effect.ts'
import { createDeterministicCrypto } from '../core/deterministic-crypto.ts'
import { createStage, SERVER } from './stage.ts'

const crypto = createDeterministicCrypto()

export const keysOf = (value: number): Promise<MailboxKeys> => mailboxKeys(crypto, new Uint8Array(32).fill(value))

/** A rendezvous with mailboxes, in simulated time, whose work is done when it is told to. */
export const createPostStage = (limits?: MailboxLimits) => {
  const stage = createStage('off', 'on')
  const mailboxes: Mailboxes = createMemoryMailboxes({
    life: new Uint8Array(LIFE_BYTES),
    now: () => 1_800_000_000_000 + stage.now(),
    ...(limits && { limits }),
  })
  mailboxes.onPut((mailbox, cursor) => stage.feed({ kind: 'arrived', mailbox, cursor }))
  let requests = 0

  /** Does the work that waits, and what that sets off; but for what is held back. */
  const settle = async (holdBack: (what: MailboxWork) => boolean = () => false): Promise<readonly MailboxWork[]> => {
    const held: MailboxWork[] = []
    for (let work = stage.work(); work.length > 0; work = stage.work())
      for (const what of work) {
        if (holdBack(what)) held.push(what)
        else if (what.do === 'watch') mailboxes.watch(what.mailbox, what.on)
        else stage.feed({ kind: 'settled', job: what.job, outcome: await outcomeOf(mailboxes, what) })
      }
    return held
  }

  type Asked = MailboxRequest extends infer Each ? (Each extends unknown ? Omit<Each, 'request'> : never) : never
  const ask = (peer: number, asked: Asked): number => {
    const request = (requests += 1)
    stage.say(peer, { ...asked, request })
    return request
  }

  return {
    ...stage,
    mailboxes,
    settle,
    /** Asks under a new number. */
    ask,
    /** Opens a mailbox as its owner would. `number`: the peer's device. */
    open: async (peer: number, number: number, keys: MailboxKeys): Promise<void> => {
      const nonce = new Uint8Array(32).fill(number)
      const signature = await signOpen(crypto, keys, { server: SERVER, nonce })
      ask(peer, { kind: 'open', mailbox: keys.mailbox, signature })
      await settle()
    },
  }
}

const outcomeOf = async (mailboxes: Mailboxes, what: Exclude<MailboxWork, { do: 'watch' }>): Promise<JobOutcome> => {
  switch (what.do) {
    case 'verify':
      return { kind: 'verified', valid: await crypto.verify(fromHex(what.mailbox), what.message, what.signature) }
    case 'put': {
      const put = await mailboxes.put(what.mailbox, what.blob)
      return put.ok ? { kind: 'stored', cursor: put.value } : { kind: put.refusal.kind }
    }
    case 'read': {
      const page = await mailboxes.read(what.mailbox, what)
      return page.ok ? { kind: 'page', page: page.value } : { kind: 'failed' }
    }
    case 'trim':
      await mailboxes.trim(what.mailbox, what.cursors)
      return { kind: 'trimmed' }
  }
}
