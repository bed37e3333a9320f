import { isOwnAddress } from '../../core/reach/moved.ts'
import { newPulse, pulseWake, stepPulse, type PulseInput } from '../../core/reach/pulse.ts'
import type { Link } from '../../link/port.ts'
import type { Millis } from '../../view/view.ts'
import { createAlarm } from './alarm.ts'
import type { Scheduler } from './port.ts'

/** Notices when nothing comes on a link any more. */
export type WatchedLink = {
  /** The same link; what is sent on this one is what is watched. */
  readonly link: Link
  /** Asks the other side for a sign of life. */
  ask(): void
  /** The last that was measured. */
  roundTrip(): Millis | undefined
}

export const watchLink = (
  bare: Link,
  {
    scheduler,
    own,
    onSilent,
    onAlive,
  }: { readonly scheduler: Scheduler; readonly own: readonly string[]; onSilent(): void; onAlive(): void },
): WatchedLink => {
  let pulse = newPulse
  let over = false
  const alarm = createAlarm(scheduler, () => take({ kind: 'time' }))

  const take = (input: PulseInput): void => {
    if (over) return
    const stepped = stepPulse(pulse, input, { now: scheduler.now(), heard: bare.heard() })
    pulse = stepped.pulse
    alarm.set(pulseWake(pulse))
    for (const effect of stepped.effects)
      if (effect === 'ask') void ask()
      else if (effect === 'silent') onSilent()
      else onAlive()
  }

  const ask = async (): Promise<void> => {
    const roundTrip = await bare.ping()
    if (roundTrip !== undefined) take({ kind: 'answered', roundTrip })
  }

  void bare.closed.then(() => {
    over = true
    alarm.set(Infinity)
  })

  // Nothing breaks between two programs of one machine, and there a busy machine is all that makes them silent.
  const isWatched = !isOwnAddress(bare.address, own)
  const link: Link = {
    ...bare,
    send: (frame) => {
      if (isWatched) take({ kind: 'sent' })
      return bare.send(frame)
    },
  }
  return { link, ask: () => take({ kind: 'ask' }), roundTrip: () => pulse.roundTrip }
}
