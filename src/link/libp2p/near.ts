import { peerIdFromPublicKey, peerIdFromString } from '@libp2p/peer-id'
import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import multicastDns from 'multicast-dns'
import { isIP, isIPv6 } from 'node:net'
import { fromHex, toHex, type Hex } from '../../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import type { Failure } from '../../view/view.ts'
import { formatAddress, pathOf, type HostAndPort } from '../address.ts'
import type { Sighting } from '../port.ts'

export type Near = { set(on: boolean): Promise<Result<null, Failure>> }

export const createNear = (_: {
  readonly device: Hex
  readonly addresses: () => readonly HostAndPort[]
  readonly onSighting: (sighting: Sighting) => void
}): Near => ({ set: async () => accept(null) })
