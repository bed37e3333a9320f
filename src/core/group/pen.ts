import type { Plain } from '../bytes/cbor.ts'
import { toHex } from '../bytes/hex.ts'
import { Bug } from '../bytes/result.ts'
import { SEED_BYTES, type Crypto } from '../crypto/port.ts'
import { encodeEvent, signEvents, type SignedEvent, type UnsignedEvent } from '../event/event.ts'
import { nextHeader, place, referred } from '../event/graph.ts'
import { isControl } from '../event/kinds.ts'
import type { Certificate } from '../identity/certificate.ts'
import { slotKeyId } from './epoch.ts'
import type { OwnSlotKey } from './keyring.ts'
import type { Replica } from './replica.ts'

/** What writing needs from outside: this device's key, its clock and its dice. */
export type Pen = {
  readonly crypto: Crypto
  readonly deviceSeed: Uint8Array
  readonly certificate: Certificate
  readonly now: number
  readonly random: (bytes: number) => Uint8Array
}

/** Events in the order in which they were written, not signed yet; `plaintext` is what a sealed one says, salted. */
export type Written = {
  readonly replica: Replica
  readonly events: readonly { readonly event: UnsignedEvent; readonly plaintext?: Uint8Array }[]
}

/** Writes the next event of this device and places it in its own graph. */
export const append = (
  pen: Pen,
  replica: Replica,
  { kind, body }: { readonly kind: number; readonly body: Plain },
): { readonly replica: Replica; readonly event: UnsignedEvent } => {
  const header = nextHeader(replica.graph, replica.me.device, pen.now)
  const event = encodeEvent({ ...header, kind, body })
  const placed = place(replica.graph, event, { control: isControl(kind), heldId: undefined })
  if (!placed.ok || placed.value.kind !== 'placed') throw new Bug('an own event does not continue the own chain')
  return { replica: { ...replica, graph: referred(placed.value.graph, event.after) }, event }
}

/** Signs what was written, all of it together. */
export const signWritten = (pen: Pen, { events }: Pick<Written, 'events'>): Promise<readonly SignedEvent[]> =>
  signEvents(
    pen,
    events.map(({ event }) => event),
  )

export const newSlotKey = async (pen: Pen): Promise<{ readonly publicKey: Uint8Array; readonly own: OwnSlotKey }> => {
  const seed = pen.random(SEED_BYTES)
  const publicKey = await pen.crypto.slotKey(seed)
  return { publicKey, own: { id: toHex(slotKeyId(publicKey)), seed, made: pen.now } }
}
