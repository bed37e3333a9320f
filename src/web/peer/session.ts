import { isOfLine, type Update } from '../../view/update.ts'
import type { LineView } from '../../view/view.ts'
import { withTold } from '../chain/chain.ts'
import type { Dial, Door } from '../connection.ts'
import { refreshChains } from './chains.ts'
import { reflect, withoutIdle } from './mirror.ts'
import { watchSilence } from './silence.ts'
import { HEARD_LINES_MAX, type Kith, type KithState } from './store.ts'
import { keepDrafts, withToldDrafts } from './writings.ts'

export const RETRY_MILLIS_MIN = 500
export const RETRY_MILLIS_MAX = 5_000
/** Updates within this time are drawn together. */
const FRAME_MILLIS = 16

/** Keeps the window connected until `signal` aborts or the peer will not let it in. */
export const runSession = async (kith: Kith, dial: Dial, signal: AbortSignal): Promise<void> => {
  let wait = RETRY_MILLIS_MIN
  while (!signal.aborted) {
    const dialed = await dial()
    if (dialed.ok) {
      wait = RETRY_MILLIS_MIN
      kith.calls = watchSilence(dialed.value.calls, (silent) => {
        if (kith.getState().door.at === (silent ? 'open' : 'silent'))
          kith.setState({ door: { at: silent ? 'silent' : 'open' } })
      })
      await follow(kith, dialed.value, signal)
      dialed.value.close()
    } else if (dialed.refusal.kind === 'not-let-in') {
      return kith.setState({ door: { at: 'not-let-in' } })
    }
    if (signal.aborted) return
    kith.setState(({ door }) => ({
      door: { at: 'lost', since: door.at === 'lost' ? door.since : kith.now(), next: kith.now() + wait },
    }))
    await patience(wait, signal)
    wait = Math.min(wait * 2, RETRY_MILLIS_MAX)
  }
}

/** Reflects the peer's updates until the connection ends. A `lagged` subscription is begun anew on the same one. */
const follow = async (kith: Kith, door: Door, signal: AbortSignal): Promise<void> => {
  const ended = AbortSignal.any([signal, abortAfter(door.closed)])
  while (!ended.aborted) {
    const frame = createFrame(kith)
    try {
      for await (const update of door.calls.updates(ended)) {
        if (update.kind === 'lagged') break
        if (update.kind === 'snapshot') {
          kith.setState((state) => ({ ...reflected(state, [update], kith.now()), door: { at: 'open' } }))
          void refreshChains(kith)
          keepDrafts(kith)
        } else frame.add(update)
      }
    } catch {
      // Whatever broke the stream, the answer is the same: connect anew and take the next snapshot.
      return
    } finally {
      frame.end()
    }
    if (!kith.getState().mirror) return
  }
}

/** Gathers updates so that a flood of them costs one drawing per frame. The first after a silence is drawn at once. */
const createFrame = (kith: Kith): { add(update: Update): void; end(): void } => {
  let gathered: Update[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let drawn = 0
  const draw = (): void => {
    timer = undefined
    drawn = performance.now()
    const updates = gathered
    gathered = []
    if (updates.length > 0) kith.setState((state) => reflected(state, updates, kith.now()))
    for (const update of updates) if (isOfLine(update)) for (const hear of kith.lineHearers) hear(update)
  }
  return {
    add: (update) => {
      gathered.push(update)
      timer ??= setTimeout(draw, Math.max(0, drawn + FRAME_MILLIS - performance.now()))
    },
    end: () => {
      clearTimeout(timer)
      draw()
    },
  }
}

/** The state after these updates. */
export const reflected = (state: KithState, updates: readonly Update[], now: number): Partial<KithState> => {
  let mirror = state.mirror
  const chains = new Map(state.chains)
  let heard = state.heard
  for (const update of updates) {
    mirror = reflect(mirror, update, now)
    if (update.kind === 'conversation-gone') chains.delete(update.conversation)
    if (!isOfLine(update)) continue
    if (update.kind === 'line' && update.came) heard = withHeard(heard, update.line)
    const open = chains.get(update.conversation)
    if (open?.chain === undefined) continue
    chains.set(update.conversation, { ...open, chain: withTold(open.chain, update) })
  }
  return { ...(mirror ? { mirror } : {}), chains, writings: withToldDrafts(state, mirror), heard }
}

/** The messages to be heard, with one that came. */
const withHeard = (heard: KithState['heard'], line: LineView): KithState['heard'] =>
  line.mine || line.kind !== 'message' ? heard : [...heard, line].slice(-HEARD_LINES_MAX)

/** Ends "is typing" when it was not repeated. Gives back how to stop. */
export const watchTyping = (kith: Kith): (() => void) => {
  const timer = setInterval(() => {
    kith.setState(({ mirror }) => (mirror ? { mirror: withoutIdle(mirror, kith.now()) } : {}))
  }, 1_000)
  return () => clearInterval(timer)
}

const abortAfter = (closed: Promise<void>): AbortSignal => {
  const controller = new AbortController()
  void closed.then(() => controller.abort())
  return controller.signal
}

/** Waits, but not when the person comes back to this window meanwhile. */
const patience = (millis: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      window.removeEventListener('focus', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, millis)
    window.addEventListener('focus', done)
    signal.addEventListener('abort', done)
  })
