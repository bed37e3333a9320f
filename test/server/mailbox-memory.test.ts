import { LIFE_BYTES } from '../../src/core/mailbox/keys.ts'
import { createMemoryMailboxes } from '../../src/server/mailbox-memory.ts'
import { mailboxContract } from '../contract/mailbox.ts'

mailboxContract('in memory', async (limits, use) => {
  let now = 1_800_000_000_000
  const mailboxes = createMemoryMailboxes({
    life: new Uint8Array(LIFE_BYTES),
    now: () => now,
    ...(limits && { limits }),
  })
  await use({ mailboxes, pass: (millis) => (now += millis) })
})
