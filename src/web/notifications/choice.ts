/** What is told outside of the window, by the system. It belongs to this browser, as the leave to tell anything does. */
export type Choice = 'nothing' | 'who' | 'words'

/**
 * Whether the browser shows notifications of this page. `open`: it was not asked, or its question was closed without an
 * answer. `missing`: it has none for pages.
 */
export type Leave = 'given' | 'refused' | 'open' | 'missing'

export type Notifying = {
  /** Absent: nobody was asked yet, so nothing is told. */
  readonly choice?: Choice
  readonly leave: Leave
  /** Something came while nobody looked at this window. */
  readonly missed: boolean
}

const CHOICE_KEY = 'kith notifications'
const CHOICES: readonly Choice[] = ['nothing', 'who', 'words']

export const readChoice = (): Choice | undefined => {
  try {
    const kept = localStorage.getItem(CHOICE_KEY)
    return CHOICES.find((each) => each === kept)
  } catch {
    // Storage may be forbidden.
    return undefined
  }
}

export const keepChoice = (choice: Choice): void => {
  try {
    localStorage.setItem(CHOICE_KEY, choice)
  } catch {
    // It holds until the page is left.
  }
}

export const readLeave = (): Leave => ('Notification' in globalThis ? LEAVES[Notification.permission] : 'missing')

const LEAVES = { granted: 'given', denied: 'refused', default: 'open' } as const

/** Asks the browser, which asks the person: only while something is being clicked. */
export const askLeave = async (): Promise<Leave> => {
  if (readLeave() === 'open') await Notification.requestPermission()
  return readLeave()
}
