import { isLooking } from '../conversation/reading.ts'
import type { Kith } from '../peer/store.ts'
import { conversationIn } from '../routes.ts'
import { readChoice, readLeave } from './choice.ts'
import { heldLocks, holdLock } from './locks.ts'
import { NO_NEWS, withNews, withoutSeen, type Looking } from './news.ts'
import { tellingsOf, type Telling } from './tellings.ts'

/** What is told changes at most this often, however much comes. */
const STEP_MILLIS = 2_000
/** What is told anew within this time takes the place of what was told without calling for attention again. */
const QUIET_MILLIS = 10_000

/** Of several windows of one profile, the one that holds this tells. */
const TELLING_LOCK = 'kith tells'
const LOOKING_LOCK = 'kith looked at '

type Shown = { readonly notification: Notification; readonly telling: Telling; readonly called: number }

/** Tells of what comes while nobody looks at it, as the person chose and the browser allows, until the page ends. */
export const watchNews = (kith: Kith): void => {
  let news = NO_NEWS
  let told = 0
  let tells = false
  let next = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const shown = new Map<string, Shown>()

  const close = (tag: string): void => {
    shown.get(tag)?.notification.close()
    shown.delete(tag)
  }
  const show = (telling: Telling): void => {
    const now = performance.now()
    const before = shown.get(telling.tag)
    const calls = telling.news > told && (before === undefined || now - before.called >= QUIET_MILLIS)
    const notification = notify(telling, calls)
    if (notification === undefined) return setLeave('missing')
    shown.set(telling.tag, { notification, telling, called: calls ? now : (before?.called ?? now) })
    notification.addEventListener('click', () => {
      window.focus()
      location.hash = telling.place
      notification.close()
    })
    notification.addEventListener('close', () => {
      if (shown.get(telling.tag)?.notification === notification) shown.delete(telling.tag)
    })
  }
  const setLeave = (leave: ReturnType<typeof readLeave>): void =>
    kith.setState(({ notifying }) => (notifying.leave === leave ? {} : { notifying: { ...notifying, leave } }))

  const tell = async (): Promise<void> => {
    timer = undefined
    next = performance.now() + STEP_MILLIS
    const locks = await heldLocks()
    news = withoutSeen(
      news,
      locks.flatMap((name) => (name.startsWith(LOOKING_LOCK) ? [name.slice(LOOKING_LOCK.length)] : [])),
    )
    const { mirror, notifying } = kith.getState()
    const may = tells && notifying.leave === 'given'
    const tellings = mirror && may ? tellingsOf(news, mirror, notifying.choice ?? 'nothing') : []
    for (const tag of shown.keys()) if (!tellings.some((each) => each.tag === tag)) close(tag)
    // What is not new only takes the place of what still stands there: what somebody put away does not come again.
    for (const telling of tellings) if (telling.news > told || differs(shown.get(telling.tag), telling)) show(telling)
    told = news.count
  }
  const tellSoon = (): void => {
    timer ??= setTimeout(() => void tell(), Math.max(0, next - performance.now()))
  }

  let letGo: (() => void) | undefined
  const look = (): void => {
    const { window, conversation } = looking()
    letGo?.()
    letGo = window && conversation !== undefined ? holdLock(`${LOOKING_LOCK}${conversation}`) : undefined
    if (window && conversation !== undefined) news = withoutSeen(news, [conversation])
    setLeave(readLeave())
    tellSoon()
  }
  for (const name of ['focus', 'blur', 'hashchange', 'pageshow']) window.addEventListener(name, look)
  document.addEventListener('visibilitychange', look)
  void navigator.permissions.query({ name: 'notifications' }).then((status) => status.addEventListener('change', look))
  window.addEventListener('pagehide', () => [...shown.keys()].forEach(close))
  window.addEventListener('storage', () =>
    kith.setState(({ notifying }) => ({ notifying: { ...notifying, ...chosen() } })),
  )

  let stopTelling: (() => void) | undefined
  // A window that lost its Kith knows of nothing and must not keep another from telling.
  const takeTurns = (open: boolean): void => {
    if (open === (stopTelling !== undefined)) return
    stopTelling?.()
    tells = false
    // What came before it was this window's turn was told by another.
    const begin = (): void => {
      tells = true
      told = news.count
    }
    stopTelling = open ? holdLock(TELLING_LOCK, begin) : undefined
  }

  kith.setState({ notifying: { ...chosen(), leave: readLeave(), missed: false } })
  look()
  kith.subscribe((state, before) => {
    takeTurns(state.door.at === 'open')
    if (state.notifying !== before.notifying) tellSoon()
    if (state.mirror === undefined || state.mirror.conversations === before.mirror?.conversations) return
    const now = looking()
    const { count } = news
    news = withNews(news, before.mirror, state.mirror, now)
    if (news.count > count && !now.window && !state.notifying.missed)
      kith.setState(({ notifying }) => ({ notifying: { ...notifying, missed: true } }))
    tellSoon()
  })
}

const looking = (): Looking => ({ window: isLooking(), conversation: conversationIn(location.hash) })

const chosen = (): { readonly choice?: NonNullable<ReturnType<typeof readChoice>> } => {
  const choice = readChoice()
  return choice === undefined ? {} : { choice }
}

const differs = (shown: Shown | undefined, { title, body, place }: Telling): boolean =>
  shown !== undefined &&
  `${title}\n${body}\n${place}` !== `${shown.telling.title}\n${shown.telling.body}\n${shown.telling.place}`

/** Nothing where the browser shows none after all: on Android, a page alone may not. */
const notify = ({ title, body, tag }: Telling, calls: boolean): Notification | undefined => {
  const options: NotificationOptions & { readonly renotify: boolean } = { body, tag, renotify: calls, silent: true }
  try {
    return new Notification(title, options)
  } catch {
    return undefined
  }
}
