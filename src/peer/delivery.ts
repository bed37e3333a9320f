import type { Hex } from '../core/bytes/hex.ts'
import { membersNow, type Replica } from '../core/group/replica.ts'
import type { Vector } from '../core/sync/frame.ts'
import type { Delivery, DeliveryTo, Progress } from '../view/view.ts'
import { sinceOf, type Marks } from './marks.ts'

/** A conversation as far as delivery is derived from it. */
type Told = { readonly replica: Replica; readonly marks: Marks }

/**
 * How far what this device wrote got with one person: the best of their devices counts. What was written up to `since` was
 * written before they were known to be in, and is not waited for.
 */
type Reached = { readonly delivered: number; readonly read: number; readonly since: number }

/** With each other person who is in now: who was removed is not waited for. */
export const reachedOf = ({ replica, marks }: Told): ReadonlyMap<Hex, Reached> => {
  const { device: mine, person: me } = replica.me
  const reached = new Map<Hex, Reached>()
  for (const [device, person] of membersNow(replica).devices) {
    if (person === me) continue
    const mark = marks.get(device)
    const before = reached.get(person) ?? { delivered: 0, read: 0, since: Infinity }
    const since = Math.min(before.since, sinceOf(marks, device))
    const read = Math.max(before.read, at(mark?.read, mine))
    // What was read was delivered.
    reached.set(person, { delivered: Math.max(before.delivered, read, at(mark?.held, mine)), read, since })
  }
  return reached
}

/** Delivered and read count once they do for everybody else. Somebody alone has nobody to deliver to. */
export const progressOf = (told: Told, sealed: number): Progress => {
  const reached = [...reachedOf(told).values()]
  const least = (seqs: readonly number[]): number => (seqs.length === 0 ? 0 : Math.min(...seqs))
  return {
    device: told.replica.me.device,
    sealed,
    delivered: least(reached.map(({ delivered, since }) => Math.max(delivered, since))),
    read: least(reached.map(({ read, since }) => Math.max(read, since))),
  }
}

/** Where one message of this device is for each other person whom it is for; who needs it longest first. */
export const deliveryTo = (
  told: Told,
  message: { readonly seq: number; readonly sealedUpTo: number },
): readonly DeliveryTo[] => {
  const { seq, sealedUpTo } = message
  const stateOf = ({ delivered, read }: Reached): Delivery =>
    read >= seq ? 'read' : delivered >= seq ? 'delivered' : sealedUpTo >= seq ? 'sealed' : 'kept'
  return [...reachedOf(told)]
    .filter(([, { since }]) => since < seq)
    .map(([person, reached]) => ({ person, delivery: stateOf(reached) }))
    .sort((a, b) => ORDER.indexOf(a.delivery) - ORDER.indexOf(b.delivery) || (a.person < b.person ? -1 : 1))
}

const ORDER: readonly Delivery[] = ['kept', 'sealed', 'delivered', 'read']

const at = (vector: Vector | undefined, device: Hex): number => vector?.get(device) ?? 0
