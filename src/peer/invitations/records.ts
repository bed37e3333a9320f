import { decode, encode } from '../../core/bytes/cbor.ts'
import { fromHex, type Hex } from '../../core/bytes/hex.ts'
import { bool, bytes, hex, list, literal, nullable, text, tuple, uint, type Shape } from '../../core/bytes/shape.ts'
import { ANSWER_BYTES_MAX } from '../../core/invitation/answer.ts'
import type { Joining } from '../../core/invitation/joining.ts'
import { LINK_CHARACTERS_MAX } from '../../core/invitation/link.ts'
import { REQUEST_BYTES_MAX } from '../../core/invitation/request.ts'
import { INVITATION_SECRET_BYTES } from '../../core/invitation/secret.ts'
import type { Change, Store } from '../../store/port.ts'
import type { JoinRefusal } from '../../view/invitation-view.ts'

/** An invitation that was made here. Of one into a group, the group's events say what became of it. */
export type Issued = {
  readonly id: Hex
  readonly secret: Uint8Array
  /** The text that was given away. */
  readonly link: string
  readonly conversation: Hex | null
  readonly made: number
  readonly expires: number
  readonly uses: number
  /** The people whom an invitation to talk let in. */
  readonly admitted: readonly Hex[]
  readonly revoked: boolean
}

/** What a device that asked was told, kept to be told again. */
export type Told = {
  readonly device: Hex
  /** The time of the request that it answers. */
  readonly asked: number
  readonly letIn: boolean
  /** Whether the request came from the mailbox, so that the answer belongs there. */
  readonly mailed: boolean
  readonly bytes: Uint8Array
}

/** An invitation that I accepted. */
export type Joined = {
  readonly id: Hex
  readonly link: string
  readonly since: number
  /** The request as it is sent, and when it was made. */
  readonly request: Uint8Array
  readonly asked: number
  readonly state: Joining
}

export const USES_MAX = 1_000

export const issuedChange = (issued: Issued): Change => ({
  put: 'record',
  space: 'invitation',
  key: issued.id,
  value: encode([
    issued.secret,
    issued.link,
    issued.conversation === null ? null : fromHex(issued.conversation),
    issued.made,
    issued.expires,
    issued.uses,
    issued.admitted.map(fromHex),
    issued.revoked,
  ]),
})

export const toldChange = (invitation: Hex, { device, asked, letIn, mailed, bytes: told }: Told): Change => ({
  put: 'record',
  space: 'invitation',
  key: `${invitation}/${device}`,
  value: encode([asked, letIn, mailed, told]),
})

export const joinedChange = ({ id, link, since, request, asked, state }: Joined): Change => ({
  put: 'record',
  space: 'joining',
  key: id,
  value: encode([link, since, request, asked, plainState(state)]),
})

/** Everything that was made here, with what was told by it. Records that cannot be read are passed over. */
export const loadIssued = async (
  store: Store,
): Promise<readonly { readonly issued: Issued; readonly told: readonly Told[] }[]> => {
  const all: { issued: Issued; told: Told[] }[] = []
  // In the order of their keys an invitation comes right before what was told by it.
  for (const { key, value } of await store.records('invitation')) {
    const [id = '', device] = key.split('/')
    const last = all.at(-1)
    if (device === undefined) {
      const issued = readIssued(id, value)
      if (issued) all.push({ issued, told: [] })
    } else if (last?.issued.id === id) last.told.push(...readTold(device, value))
  }
  return all
}

/** What was told by invitations that others made: of groups in which this device lets people in. */
export const loadTold = async (store: Store, invitation: Hex): Promise<readonly Told[]> => {
  const records = await store.records('invitation', `${invitation}/`)
  return records.flatMap(({ key, value }) => readTold(key.split('/')[1] ?? '', value))
}

export const loadJoined = async (store: Store): Promise<readonly Joined[]> =>
  (await store.records('joining')).flatMap(({ key, value }) => {
    const decoded = decode(value)
    const fields = decoded.ok ? joinedShape(decoded.value) : undefined
    if (!fields) return []
    const [link, since, request, asked, state] = fields
    return [{ id: key, link, since, request, asked, state }]
  })

const issuedShape = tuple(
  bytes(INVITATION_SECRET_BYTES),
  text(LINK_CHARACTERS_MAX),
  nullable(hex(32)),
  uint(),
  uint(),
  uint(USES_MAX),
  list(hex(32), USES_MAX),
  bool,
)

const readIssued = (id: Hex, value: Uint8Array): Issued | undefined => {
  const decoded = decode(value)
  const fields = decoded.ok ? issuedShape(decoded.value) : undefined
  if (!fields) return undefined
  const [secret, link, conversation, made, expires, uses, admitted, revoked] = fields
  return { id, secret, link, conversation, made, expires, uses, admitted, revoked }
}

const toldShape = tuple(uint(), bool, bool, bytes(1, ANSWER_BYTES_MAX))

const readTold = (device: Hex, value: Uint8Array): readonly Told[] => {
  const decoded = decode(value)
  const fields = decoded.ok ? toldShape(decoded.value) : undefined
  if (!fields) return []
  const [asked, letIn, mailed, told] = fields
  return [{ device, asked, letIn, mailed, bytes: told }]
}

const plainState = (state: Joining) => {
  switch (state.at) {
    case 'waiting':
      return ['waiting']
    case 'in':
      return ['in', fromHex(state.conversation)]
    case 'refused':
      return ['refused', state.because]
  }
}

const becauseShape: Shape<JoinRefusal> = (plain) =>
  literal('used')(plain) ?? literal('expired')(plain) ?? literal('revoked')(plain) ?? literal('not-allowed')(plain)
const waitingShape = tuple(literal('waiting'))
const inShape = tuple(literal('in'), hex(32))
const refusedShape = tuple(literal('refused'), becauseShape)

const stateShape: Shape<Joining> = (plain) => {
  if (waitingShape(plain)) return { at: 'waiting' }
  const inside = inShape(plain)
  if (inside) return { at: 'in', conversation: inside[1] }
  const refused = refusedShape(plain)
  return refused && { at: 'refused', because: refused[1] }
}

const joinedShape = tuple(text(LINK_CHARACTERS_MAX), uint(), bytes(1, REQUEST_BYTES_MAX), uint(), stateShape)
