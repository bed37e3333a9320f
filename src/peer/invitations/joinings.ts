import type { Hex } from '../../core/bytes/hex.ts'
import { accept, refuse } from '../../core/bytes/result.ts'
import { openCard, type Card } from '../../core/identity/card.ts'
import { deviceOf, personOf } from '../../core/identity/certificate.ts'
import { tagOf } from '../../core/identity/tag.ts'
import { openAnswer, openIntroduction, readAnswer, type InvitationAnswer } from '../../core/invitation/answer.ts'
import { ANSWER_MILLIS_MAX, stepJoining, type Joining, type JoiningInput } from '../../core/invitation/joining.ts'
import { decodeLink, encodeLink, type InvitationLink } from '../../core/invitation/link.ts'
import { makeRequest } from '../../core/invitation/request.ts'
import { invitationId, invitationMailbox } from '../../core/invitation/secret.ts'
import { readServer } from '../../core/reach/server-address.ts'
import { MAILBOX_SECRET_BYTES } from '../../core/mailbox/keys.ts'
import type { Calls } from '../../view/calls.ts'
import type { JoiningView } from '../../view/invitation-view.ts'
import { refusalOf } from '../refusal.ts'
import { readLink } from './offer.ts'
import type { InvitationsPorts } from './port.ts'
import { joinedChange, loadJoined, type Joined } from './records.ts'
import { ALARM_MILLIS_MAX } from './watching.ts'

/** Invitations that are waited for at one time. */
export const JOININGS_MAX = 50
/** A request is made anew when it is older: the key in its card is wiped some days after that. */
export const REQUEST_MILLIS_MAX = 7 * 24 * 60 * 60 * 1000

type Waiting = { joined: Joined; readonly link: InvitationLink; stop: (() => void) | undefined }

/** The invitations that I accepted: asked for, waited for, entered. */
export class Joinings {
  readonly #ports: InvitationsPorts
  readonly #all = new Map<Hex, Waiting>()
  /** What screens were told last, by id. */
  readonly #shown = new Map<Hex, string>()
  /** Answers are taken one after the other: the same one may come over a link and from the mailbox at once. */
  #queue: Promise<unknown> = Promise.resolve()
  #cancelAlarm = (): void => undefined
  #closed = false

  constructor(ports: InvitationsPorts) {
    this.#ports = ports
  }

  async load(): Promise<void> {
    for (const joined of await loadJoined(this.#ports.store)) {
      const link = decodeLink(joined.link)
      if (link.ok) this.#all.set(joined.id, { joined, link: link.value, stop: undefined })
    }
    for (const view of this.list()) this.#shown.set(view.id, JSON.stringify(view))
    for (const each of this.#all.values()) if (each.joined.state.at === 'waiting') await this.#ask(each)
    this.#look()
  }

  list(): readonly JoiningView[] {
    return [...this.#all.values()].map((each) => this.#view(each))
  }

  join: Calls['join'] = async ({ link: text }) => {
    const read = readLink(text)
    if (!read.ok) return read
    const link = read.value
    const id = invitationId(link.secret)
    const now = this.#ports.scheduler.now()
    if (link.inviter.person === this.#ports.self().person) return refuse({ kind: 'invitation-own' })
    const known = this.#all.get(id)
    if (known && known.joined.state.at !== 'refused') return accept({ joining: id })
    if (now >= link.expires) return refuse({ kind: 'invitation-expired', at: link.expires })
    if (this.#ports.people.isBlocked(link.inviter.person)) return refuse({ kind: 'blocked' })
    const waiting = [...this.#all.values()].filter((each) => each.joined.state.at === 'waiting')
    if (waiting.length >= JOININGS_MAX) return refuse({ kind: 'invitations-full', limit: JOININGS_MAX })
    const request = await this.#requestFor(link, now)
    if (!request) return refuse({ kind: 'name-needed' })
    const joined: Joined = {
      id,
      link: encodeLink(link),
      since: now,
      request,
      asked: now,
      state: this.#firstState(link),
    }
    const kept = await this.#ports.store.commit([joinedChange(joined)])
    if (!kept.ok) return refuse(refusalOf(kept.refusal))
    const entry: Waiting = { joined, link, stop: undefined }
    this.#all.set(id, entry)
    const servers = link.servers.flatMap((each) => readServer(each) ?? [])
    if (servers.length > 0 && this.#ports.chosenServers.own === undefined)
      await this.#ports.chosenServers.adopt(servers)
    if (joined.state.at === 'waiting') await this.#ask(entry)
    this.#look()
    return accept({ joining: id })
  }

  forget: Calls['forgetJoining'] = async ({ joining }) => {
    const entry = this.#all.get(joining)
    if (!entry) return refuse({ kind: 'unknown-invitation' })
    const kept = await this.#ports.store.commit([{ drop: 'record', space: 'joining', key: joining }])
    if (!kept.ok) return refuse(refusalOf(kept.refusal))
    this.#all.delete(joining)
    this.#shown.delete(joining)
    this.#leaveMailbox(entry)
    this.#ports.tell({ kind: 'joining-gone', joining })
    return accept(null)
  }

  /** Whether this group has not answered yet whether I am let in. */
  isAwaited(group: Hex): boolean {
    return [...this.#all.values()].some(
      ({ joined, link }) => joined.state.at === 'waiting' && link.group?.conversation === group,
    )
  }

  /** A device is linked: whoever waits for its person asks. */
  linked(card: Card): void {
    for (const { joined, link } of this.#all.values())
      if (joined.state.at === 'waiting' && link.inviter.person === personOf(card.certificate))
        this.#ports.say(deviceOf(card.certificate), { kind: 'request', bytes: joined.request })
  }

  /** Somebody answers. Nothing is believed of what came. */
  heard(bytes: Uint8Array): void {
    const answer = readAnswer(bytes)
    const entry = answer.ok ? this.#all.get(answer.value.invitation) : undefined
    if (!answer.ok || !entry || answer.value.newcomer.device !== this.#ports.self().device) return
    this.#enqueue(() => this.#take(entry, bytes))
  }

  groupChanged(conversation: Hex): void {
    for (const entry of this.#all.values()) {
      const { state } = entry.joined
      if (state.at === 'in' && state.conversation === conversation && this.#isCrowdedOut(conversation, entry))
        this.#enqueue(() => this.#step(entry, { kind: 'crowded-out' }))
    }
  }

  groupForgotten(conversation: Hex): void {
    for (const { joined } of this.#all.values())
      if (joined.state.at === 'in' && joined.state.conversation === conversation)
        void this.forget({ joining: joined.id })
  }

  /** Tells screens what they do not show yet. */
  placed(): void {
    for (const joining of this.list()) {
      const shape = JSON.stringify(joining)
      if (this.#shown.get(joining.id) === shape) continue
      this.#shown.set(joining.id, shape)
      this.#ports.tell({ kind: 'joining', joining })
    }
  }

  close(): void {
    this.#closed = true
    this.#cancelAlarm()
    for (const { stop } of this.#all.values()) stop?.()
  }

  #enqueue(run: () => Promise<void>): void {
    this.#queue = this.#queue.then(() => (this.#closed ? undefined : run()))
  }

  /** Who is in the group already needs nobody to be let in by. */
  #firstState({ group }: InvitationLink): Joining {
    const me = this.#ports.self().person
    return group && this.#ports.groups.isIn(group.conversation, me)
      ? { at: 'in', conversation: group.conversation }
      : { at: 'waiting' }
  }

  async #requestFor(link: InvitationLink, now: number): Promise<Uint8Array | undefined> {
    const card = this.#ports.card()
    const { deviceSeed } = this.#ports.self()
    const { secret, inviter } = link
    const asked = { invitation: invitationId(secret), wanted: inviter.person, time: now, secret }
    return card && makeRequest(this.#ports.crypto, { deviceSeed, card }, asked)
  }

  /** Over every way that leads to somebody who may let me in, until one of them does. */
  async #ask(entry: Waiting): Promise<void> {
    const { link } = entry
    const now = this.#ports.scheduler.now()
    if (now - entry.joined.asked >= REQUEST_MILLIS_MAX) {
      const request = await this.#requestFor(link, now)
      if (request) entry.joined = { ...entry.joined, request, asked: now }
      await this.#ports.store.commit([joinedChange(entry.joined)])
    }
    const { request } = entry.joined
    const mailbox = invitationMailbox(link.secret)
    this.#ports.people.seek(link.inviter.device, link)
    this.#ports.mailboxes.at(mailbox, link.servers)
    this.#ports.say(link.inviter.device, { kind: 'request', bytes: request })
    this.#ports.mailboxes.put(mailbox, REQUEST_NAME, { kind: 'request', bytes: request })
    entry.stop ??= this.#ports.mailboxes.watch(mailbox, ({ kind, bytes }) => {
      if (kind === 'answer') this.heard(bytes)
      if (kind === 'card') this.#enqueue(() => this.#meet(entry, bytes))
    })
  }

  /** The inviter's card lies in the mailbox: who they are is known before they answer. */
  async #meet({ link }: Waiting, bytes: Uint8Array): Promise<void> {
    const card = await openCard(this.#ports.crypto, bytes)
    if (card.ok && personOf(card.value.certificate) === link.inviter.person)
      await this.#ports.people.meet(card.value, addressesFor(link, card.value))
  }

  async #take(entry: Waiting, bytes: Uint8Array): Promise<void> {
    const { link } = entry
    const opened = await openAnswer(this.#ports.crypto, link.secret, bytes)
    if (!opened.ok || entry.joined.state.at === 'in') return
    const answer = opened.value
    // What an earlier request of mine was told still lies in the mailbox.
    if (answer.asked < entry.joined.since) return
    const by = personOf(answer.card.certificate)
    // Of a group any admin may answer, and who is one is known only inside it.
    if (link.group === null && by !== link.inviter.person) return
    if (answer.outcome !== 'let-in') return this.#step(entry, { kind: 'refused', because: answer.outcome })
    await this.#ports.people.meet(answer.card, addressesFor(link, answer.card))
    const conversation = await this.#enter(link, answer, by)
    if (conversation !== undefined) await this.#step(entry, { kind: 'entered', conversation })
  }

  async #enter(link: InvitationLink, answer: InvitationAnswer, by: Hex): Promise<Hex | undefined> {
    const seeds = this.#ports.self().cardKeys.map(({ seed }) => seed)
    const introduction = await openIntroduction(this.#ports.crypto, answer, seeds.toReversed())
    if (!introduction) return undefined
    if (link.group === null) {
      if (introduction.length !== MAILBOX_SECRET_BYTES) return undefined
      const accepted = await this.#ports.people.accept(by, Uint8Array.from(introduction))
      return accepted.ok ? accepted.value.conversation : undefined
    }
    const entered = await this.#ports.groups.enter(link.group.conversation, introduction, by)
    return entered.ok ? link.group.conversation : undefined
  }

  /** Somebody else came by the same use at the same moment, and counts as the first. */
  #isCrowdedOut(conversation: Hex, { joined }: Waiting): boolean {
    const { groups, self } = this.#ports
    const me = self().person
    if (groups.of(conversation)?.role !== 'gone' || groups.wasRemoved(conversation, me)) return false
    const invitation = groups.invitations(conversation).find(({ id }) => id === joined.id)
    return invitation !== undefined && invitation.used >= invitation.uses
  }

  async #step(entry: Waiting, input: JoiningInput): Promise<void> {
    const state = stepJoining(entry.joined.state, input, entry.link)
    if (state === entry.joined.state || this.#all.get(entry.joined.id) !== entry) return
    const joined = { ...entry.joined, state }
    // What is not on disk is asked for once more after a restart.
    if (!(await this.#ports.store.commit([joinedChange(joined)])).ok) return
    entry.joined = joined
    if (state.at === 'in') this.#leaveMailbox(entry)
    this.#look()
  }

  #leaveMailbox(entry: Waiting): void {
    entry.stop?.()
    entry.stop = undefined
    this.#ports.mailboxes.drop(invitationMailbox(entry.link.secret), REQUEST_NAME)
  }

  #look(): void {
    this.placed()
    this.#cancelAlarm()
    const waiting = [...this.#all.values()].filter((each) => each.joined.state.at === 'waiting')
    if (waiting.length === 0 || this.#closed) return
    const now = this.#ports.scheduler.now()
    const next = Math.min(...waiting.map(({ link }) => link.expires)) + ANSWER_MILLIS_MAX
    this.#cancelAlarm = this.#ports.scheduler.after(Math.min(ALARM_MILLIS_MAX, Math.max(1, next - now)), () => {
      for (const each of waiting)
        this.#enqueue(() => this.#step(each, { kind: 'clock', now: this.#ports.scheduler.now() }))
      this.#enqueue(async () => this.#look())
    })
  }

  #view({ joined, link }: Waiting): JoiningView {
    const { person, name } = link.inviter
    const left = this.#ports.mailboxes.heldAt(invitationMailbox(link.secret), REQUEST_NAME)
    return {
      id: joined.id,
      inviter: { person, name: this.#ports.people.name(person) ?? name, tag: tagOf(person) },
      ...(link.group && { group: { title: link.group.title } }),
      since: joined.since,
      state: viewOf(joined.state, left),
    }
  }
}

const REQUEST_NAME = 'request'

const viewOf = (state: Joining, left: string | undefined): JoiningView['state'] => {
  if (state.at === 'in') return { at: 'in', conversation: state.conversation }
  return state.at === 'waiting' && left !== undefined ? { at: 'waiting', left } : state
}

/** Only that very device was at these addresses. */
const addressesFor = (link: InvitationLink, card: Card): readonly string[] =>
  deviceOf(card.certificate) === link.inviter.device ? link.addresses : []
