import type { Hex } from '../../core/bytes/hex.ts'
import { makeAnswer } from '../../core/invitation/answer.ts'
import { judge, type Outcome } from '../../core/invitation/judgement.ts'
import { openRequest, readRequest, type Request, type UnverifiedRequest } from '../../core/invitation/request.ts'
import { invitationMailbox } from '../../core/invitation/secret.ts'
import { deviceOf, personOf } from '../../core/identity/certificate.ts'
import { fraction } from '../dice.ts'
import { answerBlob, answerName, type Answerable, type Issuing } from './issuing.ts'
import type { InvitationsPorts } from './port.ts'
import { toldChange, type Told } from './records.ts'

/** How long an admin leaves a request in the mailbox to the one whom it names, and that again, by chance, to the others. */
export const OTHERS_MILLIS = 3_000
/** Devices that were told no, by one invitation, and are remembered. */
export const REFUSED_KEPT_MAX = 100
/** Requests that wait to be judged, of one invitation; more are asked again by whoever waits. */
const WAITING_MAX = 64

type Via = 'link' | 'mailbox'

/** Judges requests to be let in, lets people in, and answers them. */
export class Answering {
  readonly #ports: InvitationsPorts
  readonly #issuing: () => Issuing
  /** One request of an invitation at a time: two that come at once would both find it unused. */
  readonly #queues = new Map<Hex, { last: Promise<void>; waiting: number }>()
  readonly #deferred = new Set<() => void>()
  #closed = false

  constructor(ports: InvitationsPorts, issuing: () => Issuing) {
    this.#ports = ports
    this.#issuing = issuing
  }

  /** Somebody asks. Nothing is believed of what came. */
  heard(bytes: Uint8Array, via: Via): void {
    const request = readRequest(bytes)
    if (request.ok) this.#enqueue(request.value, (each) => this.#answer(each, via, false))
  }

  close(): void {
    this.#closed = true
    for (const cancel of this.#deferred) cancel()
  }

  #enqueue(request: UnverifiedRequest, run: (request: UnverifiedRequest) => Promise<void>): void {
    const queue = this.#queues.get(request.invitation) ?? { last: Promise.resolve(), waiting: 0 }
    if (queue.waiting >= WAITING_MAX || this.#closed) return
    this.#queues.set(request.invitation, queue)
    queue.waiting += 1
    queue.last = queue.last
      .then(() => (this.#closed ? undefined : run(request)))
      .finally(() => {
        queue.waiting -= 1
        if (queue.waiting === 0) this.#queues.delete(request.invitation)
      })
  }

  async #answer(unverified: UnverifiedRequest, via: Via, wasDeferred: boolean): Promise<void> {
    const answerable = await this.#issuing().answerable(unverified.invitation)
    if (!answerable) return
    const opened = await openRequest(this.#ports.crypto, answerable.secret, unverified)
    if (!opened.ok) return
    const request = opened.value
    const { conversation } = answerable
    const person = personOf(request.card.certificate)
    // Whoever is blocked is told nothing.
    if (this.#ports.people.isBlocked(person)) return
    const isMine = request.wanted === this.#ports.self().person
    if (conversation === null && !isMine) return
    const isIn =
      conversation === null ? answerable.admitted.includes(person) : this.#ports.groups.isIn(conversation, person)
    const told = answerable.told.get(deviceOf(request.card.certificate))
    if (told && told.asked >= request.time && told.letIn === isIn && (told.letIn || via === 'mailbox'))
      return this.#send(answerable, told, via)
    if (conversation !== null && via === 'mailbox' && !isMine && !told) {
      if (!wasDeferred) return this.#defer(unverified)
      // Somebody else let them in meanwhile, and answers.
      if (isIn) return
    }
    await this.#decide(answerable, request, { via, isIn })
  }

  async #decide(
    answerable: Answerable,
    request: Request,
    { via, isIn }: { readonly via: Via; readonly isIn: boolean },
  ): Promise<void> {
    const { id, conversation, terms, secret } = answerable
    const person = personOf(request.card.certificate)
    // Whoever left or was removed does not come in again by an invitation: their request may be an old one.
    const wasIn = conversation !== null && !isIn && this.#ports.groups.wasIn(conversation, person)
    const newcomer = { isIn, isKeptOut: wasIn || person === this.#ports.self().person }
    let outcome = judge(terms, newcomer, this.#ports.scheduler.now())
    let introduction: Uint8Array | undefined
    if (outcome === 'let-in') {
      const admitted = await this.#admit(answerable, request)
      if (admitted === 'later') return
      if (admitted === 'not-allowed') outcome = admitted
      else introduction = admitted
    }
    const card = this.#ports.card()
    if (!card) return
    const bytes = await makeAnswer(
      this.#ports.crypto,
      { deviceSeed: this.#ports.self().deviceSeed, card, secret },
      {
        invitation: id,
        newcomer: request.card,
        outcome,
        asked: request.time,
        ...(introduction && { introduction }),
      },
    )
    if (!bytes) return
    const device = deviceOf(request.card.certificate)
    const mailed = via === 'mailbox'
    await this.#tell(
      answerable,
      { device, asked: request.time, letIn: outcome === 'let-in', mailed, bytes },
      { person, via },
    )
  }

  /** Lets somebody in; answers what leads to the conversation or group. `later`: it could not be kept, and they will ask again. */
  async #admit(
    { id, conversation }: Answerable,
    { card }: Request,
  ): Promise<Uint8Array | 'later' | Extract<Outcome, 'not-allowed'>> {
    const person = personOf(card.certificate)
    await this.#ports.people.meet(card, [])
    if (conversation === null) {
      const accepted = await this.#ports.people.accept(person)
      return accepted.ok ? accepted.value.meeting : 'later'
    }
    const admitted = await this.#ports.groups.admit(conversation, { card, invitation: id })
    if (admitted.ok) return admitted.value
    return admitted.refusal.kind === 'group-full' || admitted.refusal.kind === 'blocked' ? 'not-allowed' : 'later'
  }

  /** Keeps what is told and then tells it: nobody hears of a use that is not counted. */
  async #tell(
    answerable: Answerable,
    told: Told,
    { person, via }: { readonly person: Hex; readonly via: Via },
  ): Promise<void> {
    const { id } = answerable
    const refused = [...answerable.told.values()].filter((each) => !each.letIn).length
    if (told.letIn || answerable.told.has(told.device) || refused < REFUSED_KEPT_MAX) {
      const counted = told.letIn ? this.#issuing().admittedChange(id, person) : []
      if (!(await this.#ports.store.commit([...counted, toldChange(id, told)])).ok) return
      this.#issuing().note(id, told, told.letIn ? person : undefined)
    } else if (via === 'mailbox') return
    this.#send(answerable, told, via)
  }

  #send({ secret }: Answerable, told: Told, via: Via): void {
    const said = this.#ports.say(told.device, { kind: 'answer', bytes: told.bytes })
    if (via === 'mailbox' || !said)
      this.#ports.mailboxes.put(invitationMailbox(secret), answerName(told.device), answerBlob(told))
  }

  #defer(request: UnverifiedRequest): void {
    const millis = Math.ceil(OTHERS_MILLIS * (1 + fraction(this.#ports.random(4))))
    const cancel = this.#ports.scheduler.after(millis, () => {
      this.#deferred.delete(cancel)
      this.#enqueue(request, (each) => this.#answer(each, 'mailbox', true))
    })
    this.#deferred.add(cancel)
  }
}
