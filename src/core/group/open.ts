import type { SignedEvent } from '../event/event.ts'
import { epochOf, takeMessageKey, type KeyRefusal } from './keyring.ts'
import type { Members } from './members.ts'
import type { Replica } from './replica.ts'
import { openContent, readSealed } from './sealed.ts'
import { isVoided } from './voided.ts'

/** What a sealed event turned out to be. */
export type Opened =
  /** `voided`: by a removal that its author did not know of; it may become valid again. */
  | { readonly kind: 'content'; readonly plaintext: Uint8Array; readonly voided: boolean }
  /** It is there and cannot be read here. */
  | { readonly kind: 'sealed'; readonly why: KeyRefusal | { readonly kind: 'broken' }; readonly voided: boolean }
  /** It is against the rules. */
  | { readonly kind: 'void' }

/** Opens a sealed event and uses up its key. `members`: who was in by what its author knew. */
export const openSealed = (
  replica: Replica,
  event: SignedEvent,
  { members, now }: { readonly members: Members; readonly now: number },
): { readonly replica: Replica; readonly received: Opened } => {
  const body = readSealed(event.body)
  if (!body) return { replica, received: { kind: 'void' } }
  const [epoch, index] = body
  // An epoch of before somebody came or went, as far as the author knew: it is not sealed for who was in.
  const known = epochOf(replica.keyring, epoch)
  if (known && known.members !== members.digest) return { replica, received: { kind: 'void' } }
  const voided = isVoided(replica, event) === true
  if (!members.devices.has(replica.me.device))
    return { replica, received: { kind: 'sealed', why: { kind: 'not-for-us' }, voided } }
  const taken = takeMessageKey(replica.keyring, { epoch, device: event.author, index }, now)
  if (!taken.ok) return { replica, received: { kind: 'sealed', why: taken.refusal, voided } }
  const plaintext = openContent(taken.value.messageKey, { ...event, epoch, index }, body)
  // The key stays where it is when the content is broken: a forger must not be able to use it up.
  if (!plaintext) return { replica, received: { kind: 'sealed', why: { kind: 'broken' }, voided } }
  return { replica: { ...replica, keyring: taken.value.keyring }, received: { kind: 'content', plaintext, voided } }
}
