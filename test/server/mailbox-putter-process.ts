import { openSqliteMailboxes } from '../../src/server/mailbox-sqlite.ts'
import { ANN, blobOf } from '../contract/mailbox.ts'

// Puts into one mailbox until it is killed, and tells of each blob that was acknowledged.

const [file = '', round = '0'] = process.argv.slice(2)
const opened = openSqliteMailboxes({ file })
if (!opened.ok) throw new Error(JSON.stringify(opened.refusal))

for (let value = Number(round); ; value = (value + 7) & 255) {
  const put = async (): Promise<void> => {
    const stored = await opened.value.put(ANN, blobOf(value, 900))
    if (!stored.ok) throw new Error(stored.refusal.kind)
    process.send?.([value, stored.value])
  }
  await Promise.all([put(), put(), put()])
}
