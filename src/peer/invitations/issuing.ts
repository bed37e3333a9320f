import type { Hex } from '../../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import type { Terms } from '../../core/invitation/judgement.ts'
import { INVITATION_SECRET_BYTES, invitationId, invitationMailbox } from '../../core/invitation/secret.ts'
import type { Change } from '../../store/port.ts'
import type { Calls, Refusal } from '../../view/calls.ts'
import type { InvitationView } from '../../view/invitation-view.ts'
import { refusalOf } from '../refusal.ts'
import { groupView, linkText, talkView, type OfGroup } from './issued-view.ts'
import type { InvitationsPorts } from './port.ts'
import { issuedChange, loadIssued, loadTold, type Issued, type Told } from './records.ts'
import { ALARM_MILLIS_MAX, CARD_NAME, Watching } from './watching.ts'

const DAY_MILLIS = 24 * 60 * 60 * 1000
/** Invitations to talk that are open at one time. */
export const OPEN_MAX = 50
/** How long an invitation that ended stays in the list. */
export const LISTED_MILLIS = 30 * DAY_MILLIS

/** An invitation by which this device may let people in. */
export type Answerable = {
  readonly id: Hex
  readonly secret: Uint8Array
  readonly conversation: Hex | null
  readonly terms: Terms
  /** Whom an invitation to talk let in; of a group, its members are. */
  readonly admitted: readonly Hex[]
  readonly told: ReadonlyMap<Hex, Told>
}

type Own = { issued: Issued; readonly told: Map<Hex, Told> }

/** The invitations that were made here, and those of groups in which I am an admin: made, listed, taken back, watched. */
export class Issuing {
  readonly #ports: InvitationsPorts
  readonly #own = new Map<Hex, Own>()
  readonly #ofGroups = new Map<Hex, OfGroup>()
  /** What was told by invitations into groups that others made. */
  readonly #toldByOthers = new Map<Hex, Map<Hex, Told>>()
  readonly #watching: Watching
  /** What screens were told last, by id. */
  readonly #shown = new Map<Hex, string>()
  #cancelAlarm = (): void => undefined

  constructor(ports: InvitationsPorts, onRequest: (request: Uint8Array) => void) {
    this.#ports = ports
    this.#watching = new Watching(ports, onRequest)
  }

  async load(): Promise<void> {
    const ended: Change[] = []
    for (const { issued, told } of await loadIssued(this.#ports.store)) {
      if (this.#now < issued.expires + LISTED_MILLIS)
        this.#own.set(issued.id, { issued, told: new Map(told.map((each) => [each.device, each])) })
      else ended.push(...dropped(issued.id, told))
    }
    if (ended.length > 0) await this.#ports.store.commit(ended)
    for (const { issued } of this.#own.values()) if (issued.conversation !== null) this.#refresh(issued.conversation)
    for (const view of this.list()) this.#shown.set(view.id, JSON.stringify(view))
    for (const { issued, told } of this.#own.values())
      for (const each of told.values())
        if (each.mailed)
          this.#ports.mailboxes.put(invitationMailbox(issued.secret), answerName(each.device), answerBlob(each))
    this.look()
  }

  list(): readonly InvitationView[] {
    const talks = [...this.#own.values()].flatMap(({ issued }) =>
      issued.conversation === null ? [talkView(issued, this.#now, this.#waitsAt(issued.id))] : [],
    )
    const groups = [...this.#ofGroups.values()].flatMap((each) =>
      this.#ports.groups.of(each.conversation)?.role === 'admin'
        ? [groupView(each, this.#now, this.#waitsAt(each.invitation.id))]
        : [],
    )
    return [...talks, ...groups]
  }

  invite: Calls['invite'] = async ({ conversation, role, uses, days, history }) => {
    const group = conversation === undefined ? undefined : this.#ports.groups.of(conversation)
    if (conversation !== undefined) {
      if (!group) return refuse({ kind: 'not-a-group' })
      if (group.role === 'gone') return refuse({ kind: 'gone' })
      if (group.role !== 'admin') return refuse({ kind: 'not-admin' })
    } else if (
      this.list().filter((each) => each.state === 'open' && each.conversation === undefined).length >= OPEN_MAX
    )
      return refuse({ kind: 'invitations-full', limit: OPEN_MAX })
    const secret = this.#ports.random(INVITATION_SECRET_BYTES)
    const made = this.#now
    const expires = made + days * DAY_MILLIS
    const into = conversation === undefined || !group ? null : { conversation, role, title: group.title }
    const link = linkText(this.#ports, { secret, expires, group: into })
    if (link === undefined) return refuse({ kind: 'name-needed' })
    const issued: Issued = {
      id: invitationId(secret),
      secret,
      link,
      conversation: conversation ?? null,
      made,
      expires,
      uses,
      admitted: [],
      revoked: false,
    }
    // First where the text is known: an invitation of the group whose text is lost could only be revoked.
    const kept = await this.#keep([issuedChange(issued)])
    if (!kept.ok) return kept
    this.#own.set(issued.id, { issued, told: new Map() })
    if (conversation !== undefined) {
      const written = await this.#ports.groups.invite(conversation, {
        id: issued.id,
        secret,
        role,
        history,
        expires,
        uses,
      })
      if (!written.ok) {
        this.#own.delete(issued.id)
        await this.#keep(dropped(issued.id, []))
        return written
      }
      this.#refresh(conversation)
    }
    this.look()
    const view = this.list().find((each) => each.id === issued.id)
    return accept(
      view ?? {
        ...talkView(issued, this.#now, this.#waitsAt(issued.id)),
        role,
        history,
        ...(conversation !== undefined && { conversation }),
      },
    )
  }

  revoke: Calls['revoke'] = async ({ invitation }) => {
    const conversation = this.#ofGroups.get(invitation)?.conversation
    if (conversation !== undefined) {
      if (this.#ports.groups.of(conversation)?.role !== 'admin') return refuse({ kind: 'not-admin' })
      const written = await this.#ports.groups.uninvite(conversation, invitation)
      if (written.ok) this.groupChanged(conversation)
      return written
    }
    const own = this.#own.get(invitation)
    if (!own) return refuse({ kind: 'unknown-invitation' })
    const issued = { ...own.issued, revoked: true }
    const kept = await this.#keep([issuedChange(issued)])
    if (!kept.ok) return kept
    own.issued = issued
    this.look()
    return accept(null)
  }

  /** What this device knows of an invitation that it may answer; undefined when it is not its to answer. */
  async answerable(id: Hex): Promise<Answerable | undefined> {
    const own = this.#own.get(id)
    if (own && own.issued.conversation === null) {
      const { issued, told } = own
      const { secret, uses, admitted, expires, revoked } = issued
      return {
        id,
        secret,
        conversation: null,
        terms: { uses, used: admitted.length, expires, revoked },
        admitted,
        told,
      }
    }
    const ofGroup = this.#ofGroups.get(id)
    const secret = ofGroup?.invitation.secret ?? own?.issued.secret
    if (!ofGroup || !secret || this.#ports.groups.of(ofGroup.conversation)?.role !== 'admin') return undefined
    const { conversation, invitation } = ofGroup
    return { id, secret, conversation, terms: invitation, admitted: [], told: await this.#toldOf(id) }
  }

  /** Notes what was told, with whom it let in; the changes are on disk already. */
  note(id: Hex, told: Told, letIn: Hex | undefined): void {
    const own = this.#own.get(id)
    if (own && letIn !== undefined && own.issued.conversation === null) own.issued = withAdmitted(own.issued, letIn)
    ;(own?.told ?? this.#toldByOthers.get(id))?.set(told.device, told)
    this.look()
  }

  /** The record of an invitation to talk, with one more person whom it let in. */
  admittedChange(id: Hex, person: Hex): readonly Change[] {
    const own = this.#own.get(id)
    return own && own.issued.conversation === null ? [issuedChange(withAdmitted(own.issued, person))] : []
  }

  groupChanged(conversation: Hex): void {
    this.#refresh(conversation)
    this.look()
  }

  groupForgotten(conversation: Hex): void {
    for (const [id, each] of this.#ofGroups) if (each.conversation === conversation) this.#ofGroups.delete(id)
    const gone = [...this.#own.values()].filter(({ issued }) => issued.conversation === conversation)
    for (const { issued } of gone) this.#own.delete(issued.id)
    void this.#keep(gone.flatMap(({ issued, told }) => dropped(issued.id, [...told.values()])))
    this.look()
  }

  /** What is shown, watched and left on the server follows from what is known. */
  look(): void {
    this.#watching.keep(
      this.list().flatMap((view) => {
        const secret = this.#secretOf(view.id)
        return secret ? [{ view, secret, isOwn: this.#own.has(view.id) }] : []
      }),
    )
    this.placed()
    this.#cancelAlarm()
    const ends = this.list().flatMap(({ state, expires }) => (state === 'open' ? [expires] : []))
    if (ends.length > 0)
      this.#cancelAlarm = this.#ports.scheduler.after(
        Math.min(ALARM_MILLIS_MAX, Math.max(1, Math.min(...ends) - this.#now)),
        () => this.look(),
      )
  }

  /** Tells screens what they do not show yet. */
  placed(): void {
    for (const invitation of this.list()) {
      const shape = JSON.stringify(invitation)
      if (this.#shown.get(invitation.id) === shape) continue
      this.#shown.set(invitation.id, shape)
      this.#ports.tell({ kind: 'invitation', invitation })
    }
  }

  close(): void {
    this.#cancelAlarm()
    this.#watching.close()
  }

  get #now(): number {
    return this.#ports.scheduler.now()
  }

  #secretOf(id: Hex): Uint8Array | undefined {
    return this.#own.get(id)?.issued.secret ?? this.#ofGroups.get(id)?.invitation.secret
  }

  async #toldOf(id: Hex): Promise<ReadonlyMap<Hex, Told>> {
    const known = this.#own.get(id)?.told ?? this.#toldByOthers.get(id)
    if (known) return known
    const told = new Map((await loadTold(this.#ports.store, id)).map((each) => [each.device, each]))
    this.#toldByOthers.set(id, told)
    return told
  }

  #refresh(conversation: Hex): void {
    const group = this.#ports.groups.of(conversation)
    if (!group) return
    for (const invitation of this.#ports.groups.invitations(conversation)) {
      const known = this.#ofGroups.get(invitation.id)
      const { id, secret, role, expires } = invitation
      // Whoever lets people in can give the invitation away as well as its maker: by a text of their own.
      const link =
        this.#own.get(id)?.issued.link ??
        known?.link ??
        (secret && linkText(this.#ports, { secret, expires, group: { conversation, role, title: group.title } }))
      this.#ofGroups.set(id, { invitation, conversation, link })
    }
  }

  #waitsAt(id: Hex): string | undefined {
    const secret = this.#own.get(id)?.issued.secret
    return secret && this.#ports.mailboxes.heldAt(invitationMailbox(secret), CARD_NAME)
  }

  async #keep(changes: readonly Change[]): Promise<Result<null, Refusal>> {
    const kept = await this.#ports.store.commit(changes)
    return kept.ok ? kept : refuse(refusalOf(kept.refusal))
  }
}

/** Under which name an answer waits in the mailbox of its invitation. */
export const answerName = (device: Hex): string => `answer/${device}`
export const answerBlob = ({ bytes }: Told) => ({ kind: 'answer', bytes }) as const

const withAdmitted = (issued: Issued, person: Hex): Issued =>
  issued.admitted.includes(person) ? issued : { ...issued, admitted: [...issued.admitted, person] }

const dropped = (id: Hex, told: readonly Told[]): readonly Change[] => [
  { drop: 'record', space: 'invitation', key: id },
  ...told.map(({ device }): Change => ({ drop: 'record', space: 'invitation', key: `${id}/${device}` })),
]
