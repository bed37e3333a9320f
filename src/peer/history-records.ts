import { decode, encode, type Plain } from '../core/bytes/cbor.ts'
import { fromHex, type Hex } from '../core/bytes/hex.ts'
import { Bug } from '../core/bytes/result.ts'
import { bool, hex, list, literal, nullable, text, tuple, uint, type Shape } from '../core/bytes/shape.ts'
import { closureOf, emptyHistory, withStep, type History, type Horizon } from '../core/group/history.ts'
import { operationBody, readOperation, type Role } from '../core/group/operation.ts'
import type { Replica } from '../core/group/replica.ts'
import type { Deed, Owned, Step } from '../core/group/step.ts'
import type { Change, Store } from '../store/port.ts'

/** Steps and what control events knew are only ever added: what is let go of in memory stays in the store. */
export const historyChanges = (before: Replica, after: Replica): readonly Change[] => {
  const changes: Change[] = []
  const put = (key: string, value: Plain): void => {
    changes.push({ put: 'record', space: 'conversation', key: `${after.conversation}/${key}`, value: encode(value) })
  }
  if (before.history !== after.history)
    for (const [id, step] of after.history.steps) if (!before.history.steps.has(id)) put(stepKey(step), plainStep(step))
  if (before.controls !== after.controls)
    for (const [id, horizon] of after.controls)
      if (before.controls.get(id) !== horizon) put(`control/${id}`, plainHorizon(horizon))
  return changes
}

export const loadHistory = async (store: Store, conversation: Hex): Promise<History> => {
  let history = emptyHistory()
  for (const { value } of await store.records('conversation', `${conversation}/step/`)) {
    const step = readStep(history, read(stepShape, value))
    history = withStep(history, step)
  }
  return history
}

/** What each of these control events knew. */
export const loadHorizons = async (
  store: Store,
  conversation: Hex,
  controls: readonly Hex[],
): Promise<ReadonlyMap<Hex, Horizon>> => {
  const horizons = new Map<Hex, Horizon>()
  for (const control of controls) {
    const horizon = await loadHorizon(store, conversation, control)
    if (horizon) horizons.set(control, horizon)
  }
  return horizons
}

export const loadHorizon = async (store: Store, conversation: Hex, control: Hex): Promise<Horizon | undefined> => {
  const value = await store.record('conversation', `${conversation}/control/${control}`)
  if (!value) return undefined
  const [steps, epochDepth] = read(horizonShape, value)
  return { steps, epochDepth }
}

const read = <Value>(shape: Shape<Value>, from: Uint8Array): Value => {
  const decoded = decode(from)
  const value = decoded.ok ? shape(decoded.value) : undefined
  if (value === undefined) throw new Bug('a record of the history does not have the shape it was written with')
  return value
}

const id = hex(32)
const horizonShape = tuple(list(id, 10_000), uint())

const plainHorizon = ({ steps, epochDepth }: Horizon): Plain => [steps.map(fromHex), epochDepth]

/** In the order of their numbers. */
const stepKey = ({ number }: Step): string => `step/${String(number).padStart(6, '0')}`

const role = (plain: Plain | undefined): Role | undefined =>
  plain === 'member' || plain === 'admin' ? plain : undefined
const devicesShape: Shape<readonly Owned[]> = list(tuple(id, id), 10_000)
const foundShape = tuple(literal('found'), devicesShape, nullable(text(1_000)))
const joinShape = tuple(literal('join'), devicesShape)
const deviceShape = tuple(literal('device'), devicesShape)
const addShape = tuple(literal('add'), role, nullable(id), devicesShape)
const pictureShape = tuple(literal('picture'), bool)

const deedShape: Shape<Deed> = (plain) => {
  const found = foundShape(plain)
  if (found) return { kind: found[0], devices: found[1], title: found[2] }
  const joining = joinShape(plain) ?? deviceShape(plain)
  if (joining) return { kind: joining[0], devices: joining[1] }
  const add = addShape(plain)
  if (add) return { kind: add[0], role: add[1], invitation: add[2], devices: add[3] }
  const picture = pictureShape(plain)
  if (picture) return { kind: picture[0], isEmpty: picture[1] }
  const operation = plain === undefined ? undefined : readOperation(plain)
  const isBare = operation && operation.kind !== 'add' && operation.kind !== 'device' && operation.kind !== 'picture'
  return isBare ? operation : undefined
}

const plainDeed = (deed: Deed): Plain => {
  switch (deed.kind) {
    case 'found':
      return [deed.kind, plainDevices(deed.devices), deed.title]
    case 'join':
    case 'device':
      return [deed.kind, plainDevices(deed.devices)]
    case 'add': {
      const invitation = deed.invitation === null ? null : fromHex(deed.invitation)
      return [deed.kind, deed.role, invitation, plainDevices(deed.devices)]
    }
    case 'picture':
      return [deed.kind, deed.isEmpty]
    default:
      return operationBody(deed)
  }
}

const plainDevices = (devices: readonly Owned[]): Plain => devices.map((pair) => pair.map(fromHex))

const seniorityShape = tuple(uint(), id, uint(), id)
const warrantShape = tuple(id, seniorityShape, bool, nullable(uint()))
const stepShape = tuple(id, id, uint(), uint(), deedShape, list(id, 10_000), uint(), nullable(warrantShape))

const plainStep = ({ id: name, author, seq, time, deed, parents, depth, warrant }: Step): Plain => {
  const plainWarrant = (by: NonNullable<Step['warrant']>): Plain => {
    const [first, firstId, device, deviceId] = by.seniority
    return [fromHex(by.person), [first, fromHex(firstId), device, fromHex(deviceId)], by.byDefault, by.uses]
  }
  const by = warrant ? plainWarrant(warrant) : null
  return [fromHex(name), fromHex(author), seq, time, plainDeed(deed), parents.map(fromHex), depth, by]
}

const readStep = (history: History, fields: NonNullable<ReturnType<typeof stepShape>>): Step => {
  const [name, author, seq, time, deed, parents, depth, by] = fields
  const past = closureOf(history, parents)
  const step = { id: name, number: history.steps.size, author, seq, time, deed, parents, past, depth }
  if (!by) return step
  return { ...step, warrant: { person: by[0], seniority: by[1], byDefault: by[2], uses: by[3] } }
}
