import type { Plain } from '../../../src/core/bytes/cbor.ts'
import { readEvent, type Event, type SignedEvent } from '../../../src/core/event/event.ts'
import { nextHeader } from '../../../src/core/event/graph.ts'
import type { Device } from './device.ts'
import { signEvent } from '../signing.ts'

/**
 * The next event of a device as a changed program would write it: correctly signed, with whatever body and header. The
 * device itself does not notice.
 */
export const forge = async (
  device: Device,
  input: { readonly kind: number; readonly body: Plain; readonly header?: Partial<Event> },
): Promise<SignedEvent> => {
  const header = { ...nextHeader(device.replica.graph, device.id, device.now), ...input.header }
  const { kind, body } = input
  const signed = await signEvent(device.crypto, device.deviceSeed, { ...header, kind, body })
  const read = readEvent(signed.bytes)
  if (!read.ok) throw new Error(`a forged event that cannot even be read: ${read.refusal.kind}`)
  return read.value.event
}
