import { accept, refuse } from '../../../src/core/bytes/result.ts'
import type { Calls } from '../../../src/view/calls.ts'
import { deliveryOf, type GroupChange } from '../../../src/view/view.ts'
import { ME } from './people.ts'
import type { World } from './world.ts'

export type GroupCalls = Pick<
  Calls,
  | 'found'
  | 'members'
  | 'add'
  | 'remove'
  | 'leave'
  | 'setRole'
  | 'retitle'
  | 'setPicture'
  | 'picture'
  | 'answer'
  | 'delivery'
  | 'mute'
  | 'forget'
>

const TITLE_CHARACTERS_MAX = 60

/** The calls about groups, as a peer of this world answers them. */
export const groupCalls = (world: World): GroupCalls => {
  const { answer, change, members, lines, conversations, pictures, put, make } = world
  const inIt = (conversation: string) => members.get(conversation) ?? []
  const tellOf = (conversation: string, made: GroupChange): void =>
    put(conversation, make(conversation, ME.id, { kind: 'change', change: made }))
  return {
    found: (input) =>
      answer('found', input, () => {
        if (input.title.trim() === '') return refuse({ kind: 'title-empty' })
        if (input.title.length > TITLE_CHARACTERS_MAX)
          return refuse({ kind: 'title-too-long', length: input.title.length, limit: TITLE_CHARACTERS_MAX })
        const conversation = world.newId()
        conversations.set(conversation, {
          id: conversation,
          kind: 'group',
          title: input.title.trim(),
          role: 'admin',
          size: 1,
          some: [],
          postQuantum: true,
          at: 'open',
          muted: false,
          heldBack: 0,
          unread: 0,
          active: world.now(),
          draft: '',
          progress: [],
        })
        lines.set(conversation, [])
        tellOf(conversation, { kind: 'founded', title: input.title.trim() })
        for (const person of input.people) tellOf(conversation, { kind: 'added', person, role: 'member' })
        world.setMembers(conversation, [
          { person: ME.id, role: 'admin', me: true, devices: 1 },
          ...input.people.map((person) => ({ person, role: 'member' as const, me: false, devices: 1 })),
        ])
        return accept({ conversation })
      }),
    members: (input) => answer('members', input, () => accept(inIt(input.conversation))),
    add: (input) =>
      answer('add', input, () => {
        const { conversation, person, role } = input
        if (inIt(conversation).some((each) => each.person === person))
          return refuse({ kind: 'member-already', who: world.people.get(person)?.name ?? person })
        world.setMembers(conversation, [...inIt(conversation), { person, role, me: false, devices: 1 }])
        tellOf(conversation, { kind: 'added', person, role })
        if (input.history.share !== 'none') {
          const { history } = input
          const line = make(conversation, ME.id, {
            kind: 'shared',
            with: person,
            count: lines.get(conversation)?.length ?? 0,
            ...(history.share === 'days' ? { days: history.days } : {}),
          })
          put(conversation, line)
        }
        return accept(null)
      }),
    remove: (input) =>
      answer('remove', input, () => {
        const { conversation, person } = input
        world.setMembers(
          conversation,
          inIt(conversation).filter((each) => each.person !== person),
        )
        tellOf(conversation, { kind: 'removed', person })
        return accept(null)
      }),
    leave: (input) =>
      answer('leave', input, () => {
        world.setMembers(
          input.conversation,
          inIt(input.conversation).filter((each) => !each.me),
        )
        tellOf(input.conversation, { kind: 'left', person: ME.id })
        return accept(null)
      }),
    setRole: (input) =>
      answer('setRole', input, () => {
        const { conversation, person, role } = input
        world.setMembers(
          conversation,
          inIt(conversation).map((each) => (each.person === person ? { ...each, role: role } : each)),
        )
        tellOf(conversation, { kind: 'role', person, role })
        return accept(null)
      }),
    retitle: (input) =>
      answer('retitle', input, () => {
        if (input.title.length > TITLE_CHARACTERS_MAX)
          return refuse({ kind: 'title-too-long', length: input.title.length, limit: TITLE_CHARACTERS_MAX })
        change(input.conversation, { title: input.title })
        tellOf(input.conversation, { kind: 'title', title: input.title })
        return accept(null)
      }),
    setPicture: (input) =>
      answer('setPicture', input, () => {
        pictures.set(input.conversation, input.picture)
        change(input.conversation, { picture: input.picture === '' ? '' : world.newId() })
        tellOf(input.conversation, { kind: 'picture' })
        return accept(null)
      }),
    picture: (input) => answer('picture', input, () => accept({ picture: pictures.get(input.conversation) ?? '' })),
    answer: (input) =>
      answer('answer', input, () => {
        change(input.conversation, { at: input.standing === 'accepted' ? 'open' : input.standing })
        return accept(null)
      }),
    delivery: (input) =>
      answer('delivery', input, () => {
        const line = world.find(input.conversation, input.line)
        if (line === undefined) return refuse({ kind: 'unknown-line' })
        const all = deliveryOf(line, conversations.get(input.conversation)?.progress ?? [])
        const others = inIt(input.conversation).filter((each) => !each.me)
        // While not everybody has it, they have it in different ways.
        const mixed = [all, 'sealed', 'delivered', 'read'] as const
        return accept(
          others.map(({ person }, index) => ({
            person,
            delivery: all === 'delivered' || all === 'read' ? all : (mixed[index % mixed.length] ?? all),
          })),
        )
      }),
    mute: (input) =>
      answer('mute', input, () => {
        change(input.conversation, { muted: input.on })
        return accept(null)
      }),
    forget: (input) =>
      answer('forget', input, () => {
        conversations.delete(input.conversation)
        lines.delete(input.conversation)
        world.tell({ kind: 'conversation-gone', conversation: input.conversation })
        return accept(null)
      }),
  }
}
