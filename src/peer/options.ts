import type { Crypto } from '../core/crypto/port.ts'
import type { Outside } from '../link/outside.ts'
import type { Endpoint } from '../link/port.ts'
import type { Store } from '../store/port.ts'
import type { StatusView } from '../view/view.ts'
import type { Scheduler } from './network/port.ts'
import type { Self } from './self.ts'

/** What a peer runs with. */
export type PeerOptions = {
  readonly store: Store
  readonly endpoint: Endpoint
  /** Absent where there is no network to be asked about, as in a simulation. */
  readonly outside?: Outside
  readonly crypto: Crypto
  readonly scheduler: Scheduler
  readonly random: (bytes: number) => Uint8Array
  /** From `openSelf`; the endpoint runs under its device key. */
  readonly self: Self
  /** `passphrase`: false when absent. */
  readonly about: Pick<StatusView, 'version' | 'profile' | 'folder' | 'suggestedName'> &
    Partial<Pick<StatusView, 'passphrase'>>
}
