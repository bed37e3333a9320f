import { decode, encode } from '../../core/bytes/cbor.ts'
import type { Hex } from '../../core/bytes/hex.ts'
import { bytes, nullable, tuple, uint } from '../../core/bytes/shape.ts'
import { invitationId } from '../../core/invitation/secret.ts'
import { HISTORY_DAYS_MAX, INVITATION_SECRET_BYTES, type HistoryPromise } from '../../core/timeline/content.ts'
import type { Store } from '../../store/port.ts'
import { daysOf, promiseOf } from '../promise.ts'
import type { RecordPut } from '../record.ts'

export type Secret = { readonly secret: Uint8Array; readonly history: HistoryPromise }

/** The secrets of invitations into groups, as far as they were said to this device. */
export class InvitationSecrets {
  readonly #secrets = new Map<Hex, Secret>()

  static async load(store: Store): Promise<InvitationSecrets> {
    const secrets = new InvitationSecrets()
    for (const { value } of await store.records('conversation', PREFIX)) {
      const decoded = decode(value)
      const fields = decoded.ok ? shape(decoded.value) : undefined
      if (fields) secrets.add({ secret: fields[0], history: promiseOf(fields[1]) })
    }
    return secrets
  }

  of(invitation: Hex): Secret | undefined {
    return this.#secrets.get(invitation)
  }

  add(secret: Secret): void {
    this.#secrets.set(invitationId(secret.secret), secret)
  }
}

/** One record for each, found again without looking through everything else. */
export const secretChange = (group: Hex, { secret, history }: Secret): RecordPut => ({
  put: 'record',
  space: 'conversation',
  key: `${PREFIX}${group}/${invitationId(secret)}`,
  value: encode([secret, daysOf(history)]),
})

const PREFIX = 'invited/'
const shape = tuple(bytes(INVITATION_SECRET_BYTES), nullable(uint(HISTORY_DAYS_MAX)))
