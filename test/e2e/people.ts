import type { Page } from 'playwright-core'
import type { Calls } from '../../src/view/calls.ts'
import type { Update } from '../../src/view/update.ts'
import type { ConversationView, PersonView } from '../../src/view/view.ts'
import type { Home } from './homes.ts'
import { done, type Stage } from './stage.ts'
import { field, talk } from './windows.ts'

/** The first thing that `found` makes of the peer's updates. */
export const told = async <Value>(calls: Calls, found: (update: Update) => Value | undefined): Promise<Value> => {
  const stopping = new AbortController()
  try {
    for await (const update of calls.updates(stopping.signal)) {
      const value = found(update)
      if (value !== undefined) return value
    }
    throw new Error('the updates ended')
  } finally {
    stopping.abort()
  }
}

/** The conversations that an update tells of. */
export const viewsIn = (update: Update): readonly ConversationView[] =>
  update.kind === 'snapshot' ? update.conversations : update.kind === 'conversation' ? [update.conversation] : []

export const personNamed = (
  calls: Calls,
  name: string,
  fits: (person: PersonView) => boolean = () => true,
): Promise<PersonView> =>
  told(calls, (update) => {
    const people = update.kind === 'snapshot' ? update.people : update.kind === 'person' ? [update.person] : []
    return people.find((person) => person.name === name && fits(person))
  })

/** Makes two people talk: each has said one thing, and both are linked. Answers the conversation's id. */
export const acquaint = async (one: Home, other: Home, names: readonly [string, string]): Promise<string> => {
  const { id } = await personNamed(one.calls, names[1])
  const { conversation } = await done(one.calls.open({ person: id }))
  await done(one.calls.say({ conversation, text: `Hello ${names[1]}` }))
  await told(other.calls, (update) =>
    viewsIn(update).find((each) => each.id === conversation && each.last !== undefined),
  )
  await done(other.calls.say({ conversation, text: `Hello ${names[0]}` }))
  await personNamed(one.calls, names[1], ({ presence }) => presence.at === 'here')
  await personNamed(other.calls, names[0], ({ presence }) => presence.at === 'here')
  return conversation
}

export type Pair = {
  readonly ann: Home
  readonly bob: Home
  readonly annsWindow: Page
  readonly bobsWindow: Page
  readonly conversation: string
}

/** Ann and Bob in conversation, a window of each on it. */
export const annAndBob = async (stage: Stage): Promise<Pair> => {
  const [ann, bob] = await Promise.all([stage.home('ann', { name: 'Ann' }), stage.home('bob', { name: 'Bob' })])
  const conversation = await acquaint(ann, bob, ['Ann', 'Bob'])
  const [annsWindow, bobsWindow] = await Promise.all([stage.open(ann.windowUrl), stage.open(bob.windowUrl)])
  await enter(annsWindow, 'Bob')
  await enter(bobsWindow, 'Ann')
  return { ann, bob, annsWindow, bobsWindow, conversation }
}

export const enter = async (page: Page, name: string): Promise<void> => {
  await talk(page, name).click()
  await field(page).waitFor()
}

/** Leaves every conversation: nothing is read while nothing is on the screen. */
export const leave = async (page: Page): Promise<void> => {
  await page.evaluate(() => {
    location.hash = '/'
  })
  await page.getByRole('heading', { name: /Choose somebody|Nobody is in sight/ }).waitFor()
}
