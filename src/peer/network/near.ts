import type { Hex } from '../../core/bytes/hex.ts'
import { expire, expiryOf, linkedIs, sight, type Sightings } from '../../core/reach/sightings.ts'
import type { Endpoint, Sighting } from '../../link/port.ts'
import type { StatusView } from '../../view/view.ts'
import { createAlarm } from './alarm.ts'
import type { Scheduler } from './port.ts'

export type NearInput = {
  readonly endpoint: Endpoint
  readonly scheduler: Scheduler
  readonly onCame: (device: Hex) => void
  readonly onWent: (device: Hex) => void
  /** To be linked, wanted or not. */
  readonly onPlaced: (device: Hex) => void
  readonly onChanged: () => void
}

/** Who is announced on this network. */
export type Near = {
  set(on: boolean): void
  /** Looks at the network cards now: there may be others. */
  look(): void
  /** False when this sighting is of no use: looking is off, or too many are in view. */
  sight(sighting: Sighting): boolean
  linkedIs(device: Hex, linked: boolean): void
  /** Whether this device is linked for being near. */
  hasPlace(device: Hex): boolean
  state(): StatusView['nearby']
}

export const createNear = (input: NearInput): Near => {
  const { endpoint, scheduler } = input
  let sightings: Sightings = new Map()
  let wanted = false
  let state: StatusView['nearby'] = { at: 'off' }
  let last: Promise<void> = Promise.resolve()
  const alarm = createAlarm(scheduler, () => {
    const change = expire(sightings, scheduler.now())
    sightings = change.sightings
    for (const device of change.went) input.onWent(device)
    alarm.set(expiryOf(sightings))
  })

  const become = (next: StatusView['nearby']): void => {
    const isNews = next.at !== state.at
    state = next
    if (isNews) input.onChanged()
  }

  /** One after the other: the endpoint ends as it was told last. */
  const apply = (on: boolean): void => {
    last = applyAfter(last, on)
  }

  const applyAfter = async (before: Promise<void>, on: boolean): Promise<void> => {
    await before
    if (on !== wanted) return
    try {
      const done = await endpoint.near(on)
      if (on === wanted) become(done.ok ? { at: on ? 'on' : 'off' } : { at: 'failed', failure: done.refusal })
    } catch (error) {
      become({ at: 'failed', failure: { kind: 'other', detail: String(error) } })
    }
  }

  return {
    set: (on) => {
      if (on === wanted) return
      wanted = on
      apply(on)
      if (on) return
      const went = [...sightings.keys()]
      sightings = new Map()
      alarm.set(Infinity)
      for (const device of went) input.onWent(device)
    },
    look: () => {
      if (wanted) apply(true)
    },
    sight: ({ device }) => {
      if (!wanted) return false
      const change = sight(sightings, device, scheduler.now())
      sightings = change.sightings
      alarm.set(expiryOf(sightings))
      for (const each of change.came) input.onCame(each)
      for (const each of change.placed) input.onPlaced(each)
      return sightings.has(device)
    },
    linkedIs: (device, linked) => {
      sightings = linkedIs(sightings, device, linked, scheduler.now())
      alarm.set(expiryOf(sightings))
    },
    hasPlace: (device) => sightings.get(device)?.place === true,
    state: () => state,
  }
}
