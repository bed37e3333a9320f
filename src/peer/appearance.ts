import type { Crypto } from '../core/crypto/port.ts'
import type { Result } from '../core/bytes/result.ts'
import type { NamedServers } from '../core/identity/card.ts'
import { formatServer } from '../core/reach/server-address.ts'
import type { Change, StoreRefusal } from '../store/port.ts'
import type { Network, Scheduler } from './network/port.ts'
import { CARD_KEY_MILLIS, ownCard, selfChanges, withFreshCardKey, type Self } from './self.ts'
import type { ChosenServers, Settings } from './settings.ts'

/** What appearing before others needs of the peer. */
export type AppearancePorts = {
  readonly crypto: Crypto
  readonly random: (bytes: number) => Uint8Array
  readonly scheduler: Scheduler
  readonly network: Network
  readonly settings: () => Settings
  readonly keep: (changes: readonly Change[]) => Promise<Result<null, StoreRefusal>>
  /** This is who appears from now on: linked devices and screens are to be told. */
  readonly onAppeared: (card: Uint8Array | undefined) => void
}

/** What others are told of this peer: its name and the key for first messages, which is replaced every day. */
export class Appearance {
  self: Self
  readonly #ports: AppearancePorts
  #card: { readonly card: Uint8Array; readonly listing: Uint8Array } | undefined
  #cancelRotation = (): void => undefined

  constructor(self: Self, ports: AppearancePorts) {
    this.self = self
    this.#ports = ports
  }

  /** Own card as bytes; undefined while this peer has no name. */
  get card(): Uint8Array | undefined {
    return this.#card?.card
  }

  /** What this device says of its person, signed, for those who are told of it by others. */
  get listing(): Uint8Array | undefined {
    return this.#card?.listing
  }

  /** Tells the network and every linked device who this is now: at the start, and after a rename or a new card key. */
  async appear(): Promise<void> {
    const { crypto, random, scheduler, network, keep, onAppeared } = this.#ports
    const fresh = await withFreshCardKey(this.self, { crypto, random, now: scheduler.now() })
    if (fresh !== this.self && (await keep(selfChanges(fresh))).ok) this.self = fresh
    const { seenOnServer, seenNearby, directly, mapPorts, servers } = this.#ports.settings()
    // First of all: whatever follows would show where this device is.
    network.setDirectly(directly)
    this.#card = await ownCard(crypto, this.self, namedServers(servers))
    if (this.#card) network.announce({ ...this.#card, visible: seenOnServer })
    network.useServers(this.#card ? servers.addresses : [])
    network.setNearby(this.#card !== undefined && seenNearby && directly)
    network.mapPorts(this.#card !== undefined && mapPorts)
    this.close()
    this.#cancelRotation = scheduler.after(CARD_KEY_MILLIS, () => void this.appear())
    onAppeared(this.#card?.card)
  }

  close(): void {
    this.#cancelRotation()
  }
}

/** What others are told of them: nothing of the one that is tried because nobody chose. */
const namedServers = ({ addresses, chosen }: ChosenServers): NamedServers | undefined =>
  chosen === undefined ? undefined : { addresses: addresses.map(formatServer), time: chosen }
