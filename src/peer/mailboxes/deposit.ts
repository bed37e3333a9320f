import { decode, encode } from '../../core/bytes/cbor.ts'
import { fromHex, type Hex } from '../../core/bytes/hex.ts'
import { hex, list, nullable, text, tuple, uint } from '../../core/bytes/shape.ts'
import { DEVICES_MAX } from '../../core/group/members.ts'
import type { Cursor, ServerMailboxes } from '../network/port.ts'

/** What this device has put on one server of what it wrote in one conversation, for those who are away. */
export type Deposit = {
  /** The server's address. */
  readonly server: string
  /** That of what it keeps; undefined in records of before it was written down. */
  readonly life?: Hex
  /** What people call that server. */
  readonly name: string
  /** Everything that this device wrote up to this sequence lies there, or was taken away as everybody had it. */
  readonly sealed: number
  /** Own changes of the members up to this sequence also lie where those read who do not know of them. */
  readonly bridged: number
  /** The steps by which this device let somebody in for whom everything of before was put there, or was not needed. */
  readonly brought: readonly Hex[]
  readonly blobs: readonly Blob[]
  /** The receipt that lies there for those who wrote what this device has. */
  readonly receipt?: Placed
}

export type Placed = { readonly mailbox: Hex; readonly cursor: Cursor }

/** `upTo`: the greatest own sequence in it. `at`: when it was put there. */
export type Blob = Placed & { readonly upTo: number; readonly at: number }

/** A server forgets after 30 days; what is still needed is put anew before that. */
export const RENEW_MILLIS = 25 * 24 * 60 * 60 * 1000
/** More than this are forgotten here, oldest first: the server drops them at the end of their lifetime. */
export const BLOBS_MAX = 10_000

/** Nothing lies there yet. */
export const noDeposit = ({ address, life, name }: Pick<ServerMailboxes, 'address' | 'life' | 'name'>): Deposit => ({
  server: address,
  life,
  name,
  sealed: 0,
  bridged: 0,
  brought: [],
  blobs: [],
})

/**
 * What counts of a deposit now that its server names this life. With another one the server has lost what it kept, or is
 * another one: nothing lies there. Where none was written down nobody knows, and so it is put once more; what may lie there
 * is still taken away when nobody needs it.
 */
export const depositAt = (deposit: Deposit, server: Pick<ServerMailboxes, 'address' | 'life' | 'name'>): Deposit => {
  if (deposit.life === server.life) return deposit
  return deposit.life === undefined ? { ...noDeposit(server), blobs: deposit.blobs } : noDeposit(server)
}

/** Which sequences of one's own have to be put there next; undefined when nothing has. */
export const owed = (
  deposit: Deposit,
  { tip, held }: { readonly tip: number; readonly held: number },
): { readonly from: number; readonly to: number } | undefined => {
  const from = Math.max(deposit.sealed, held) + 1
  return held < tip && from <= tip ? { from, to: tip } : undefined
}

/** Those that nobody needs any more: everybody holds what is in them. */
export const needless = (deposit: Deposit, held: number): readonly Blob[] =>
  deposit.blobs.filter((blob) => blob.upTo <= held)

export const without = (deposit: Deposit, blobs: readonly Blob[]): Deposit => ({
  ...deposit,
  blobs: deposit.blobs.filter((blob) => !blobs.includes(blob)),
})

export const withBlob = (deposit: Deposit, blob: Blob): Deposit => ({
  ...deposit,
  sealed: Math.max(deposit.sealed, blob.upTo),
  blobs: [...deposit.blobs, blob].slice(-BLOBS_MAX),
})

/** Counts what the server will soon forget as not there, so that it is put anew. `held`: what everybody has. */
export const withoutStale = (deposit: Deposit, held: number, now: number): Deposit => {
  const isStale = ({ upTo, at }: Blob): boolean => upTo > held && now - at >= RENEW_MILLIS
  if (!deposit.blobs.some(isStale)) return deposit
  return { ...deposit, sealed: Math.min(held, deposit.sealed), blobs: deposit.blobs.filter((blob) => !isStale(blob)) }
}

export const encodeDeposit = ({ server, life, name, sealed, bridged, brought, blobs, receipt }: Deposit): Uint8Array =>
  encode([
    server,
    name,
    sealed,
    bridged,
    brought.map(fromHex),
    blobs.map(({ mailbox, cursor, upTo, at }) => [fromHex(mailbox), cursor, upTo, at]),
    receipt ? [fromHex(receipt.mailbox), receipt.cursor] : null,
    ...(life === undefined ? [] : [fromHex(life)]),
  ])

/** Undefined for what is no deposit of this version: everything that is still needed is then put anew. */
export const decodeDeposit = (from: Uint8Array | undefined): Deposit | undefined => {
  const decoded = from && decode(from)
  const fields = decoded?.ok ? (depositShape(decoded.value) ?? lifelessShape(decoded.value)) : undefined
  if (!fields) return undefined
  const [server, name, sealed, bridged, brought, blobs, receipt, life] = fields
  return {
    server,
    ...(life !== undefined && { life }),
    name,
    sealed,
    bridged,
    brought,
    blobs: blobs.map(([mailbox, cursor, upTo, at]) => ({ mailbox, cursor, upTo, at })),
    ...(receipt && { receipt: { mailbox: receipt[0], cursor: receipt[1] } }),
  }
}

const mailbox = hex(32)
const lifeless = [
  text(300),
  text(300),
  uint(),
  uint(),
  list(hex(32), DEVICES_MAX),
  list(tuple(mailbox, uint(), uint(), uint()), BLOBS_MAX),
  nullable(tuple(mailbox, uint())),
] as const
const lifelessShape = tuple(...lifeless)
const depositShape = tuple(...lifeless, hex(32))
