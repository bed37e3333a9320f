import type { Calls, Refusal } from '../../../src/view/calls.ts'
import type { JoiningView } from '../../../src/view/invitation-view.ts'
import type { Update } from '../../../src/view/update.ts'
import type { ReachView } from '../../../src/view/reach-view.ts'
import type { PersonView, StatusView } from '../../../src/view/view.ts'
import { groupCalls } from './group-calls.ts'
import { invitationCalls } from './invitation-calls.ts'
import { ME, type Story } from './people.ts'
import { safetyCalls } from './safety-calls.ts'
import { talkCalls } from './talk-calls.ts'
import { createWorld, type Called } from './world.ts'

/**
 * A peer made of a story: it answers like a real one, keeps nothing, and lets a test say what happens elsewhere. The
 * next call of a name can be made to fail, or to wait.
 */
export type FakePeer = {
  readonly calls: Calls
  readonly called: readonly Called[]
  /** The next call of this name is refused. */
  refuseNext(name: keyof Calls, refusal: Refusal): void
  /** From now on each call takes this long. */
  delay(millis: number): void
  /** From now on each call is answered only when what it changed is on the screen. */
  tellBeforeAnswering(): void
  tell(update: Update): void
  /** Somebody writes in a conversation: the other person, unless said who. */
  hear(conversation: string, text: string, by?: string): void
  /** The newest message of mine got so far. */
  deliver(conversation: string, how: 'sealed' | 'delivered' | 'read'): void
  setStatus(facts: Partial<StatusView>): void
  setPerson(id: string, facts: Partial<PersonView>): void
  setReach(reach: ReachView): void
  setJoining(joining: JoiningView): void
}

export const createFakePeer = (story: Story, now: () => number): FakePeer => {
  const world = createWorld(story, now)
  const reaches = new Map<string, ReachView>()
  const { conversations, lines, called, refusals, tell, change, put, make } = world
  return {
    calls: { ...talkCalls(world, reaches), ...groupCalls(world), ...invitationCalls(world), ...safetyCalls(world) },
    called,
    refuseNext: (name, refusal) => void refusals.set(name, refusal),
    delay: world.delay,
    tellBeforeAnswering: world.tellBeforeAnswering,
    tell,
    hear: (conversation, text, by) => {
      const view = conversations.get(conversation)
      const author = by ?? (view?.kind === 'direct' ? view.person : '')
      const line = make(conversation, author, { kind: 'message', text, edited: false, reactions: [] })
      put(conversation, line)
      change(conversation, {
        last: { text, at: line.at, mine: false, person: author },
        active: line.at,
        unread: (view?.unread ?? 0) + 1,
      })
    },
    deliver: (conversation, how) => {
      const seq = lines.get(conversation)?.findLast((line) => line.mine)?.order.seq ?? 0
      const progress = {
        device: ME.device,
        sealed: seq,
        delivered: how === 'sealed' ? 0 : seq,
        read: how === 'read' ? seq : 0,
      }
      change(conversation, { progress: [progress], sealedAt: 'Lighthouse' })
    },
    setStatus: world.setStatus,
    setPerson: world.setPerson,
    setReach: (reach) => void reaches.set(reach.person, reach),
    setJoining: world.setJoining,
  }
}
