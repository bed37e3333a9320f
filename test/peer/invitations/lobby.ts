import { accept, refuse } from '../../../src/core/bytes/result.ts'
import { toHex, type Hex } from '../../../src/core/bytes/hex.ts'
import type { Card } from '../../../src/core/identity/card.ts'
import { openCard } from '../../../src/core/identity/card.ts'
import { deviceOf, personOf } from '../../../src/core/identity/certificate.ts'
import type { Name } from '../../../src/core/identity/name.ts'
import { directId } from '../../../src/core/group/founding.ts'
import type { Role } from '../../../src/core/group/operation.ts'
import { createSimulatedTime, type SimulatedTime } from '../../../src/link/memory-time.ts'
import { openInvitations } from '../../../src/peer/invitations/invitations.ts'
import type {
  GroupInvitation,
  InvitationMailboxes,
  Invitations,
  InvitationsPorts,
} from '../../../src/peer/invitations/port.ts'
import { formatServer } from '../../../src/core/reach/server-address.ts'
import { openSelf, ownCard, type Self } from '../../../src/peer/self.ts'
import { openMemoryStore, type MemoryStore } from '../../../src/store/memory.ts'
import type { JoiningView, InvitationView } from '../../../src/view/invitation-view.ts'
import type { Update } from '../../../src/view/update.ts'
import { createDeterministicCrypto, createDice } from '../../core/deterministic-crypto.ts'

type Blob = Parameters<InvitationMailboxes['put']>[2]

/**
 * The invitations of several people in one process: each with a store of their own, mailboxes on one server, links that
 * are there or not, and groups that are no more than a list of their members.
 */
export type Lobby = {
  readonly time: SimulatedTime
  readonly groups: Map<Hex, Group>
  /** Who has the server's mailboxes now; everybody at first. */
  readonly offline: Set<Hex>
  /** Everything that lies in mailboxes. */
  blobs(): readonly Blob[]
  /** Puts something there as anybody with the secret could. */
  slip(mailbox: Uint8Array, blob: Blob): Promise<void>
  guest(name: string): Promise<Guest>
  /** A link between two people. */
  link(one: Guest, other: Guest): Promise<void>
  unlink(one: Guest, other: Guest): void
}

export type Group = {
  readonly title: string
  readonly members: Map<Hex, Role>
  readonly ever: Set<Hex>
  readonly removed: Set<Hex>
  readonly invitations: Map<Hex, GroupInvitation>
  /** Who holds which invitation by which secret: all admins. */
  full: boolean
}

export type Guest = {
  readonly name: string
  readonly person: Hex
  readonly device: Hex
  readonly self: Self
  readonly invitations: Invitations
  readonly store: MemoryStore
  readonly card: Card
  readonly accepted: Set<Hex>
  /** The mailboxes that were agreed on, by person. */
  readonly meetings: Map<Hex, Uint8Array>
  readonly blocked: Set<Hex>
  readonly met: Map<Hex, readonly string[]>
  readonly sought: Map<Hex, readonly string[]>
  readonly entered: Map<Hex, Hex>
  /** What screens were told, in order. */
  readonly told: Update[]
  servers: { chosen: readonly string[] | undefined }
  /** What the newest updates say. */
  joining(): JoiningView['state'] | undefined
  invitation(id: Hex): InvitationView | undefined
  stop(): void
  start(): Promise<void>
}

export const createLobby = (seed: number): Lobby => {
  const time = createSimulatedTime({ start: 1_800_000_000_000 })
  const crypto = createDeterministicCrypto(seed)
  const boxes = new Map<string, Map<string, Blob>>()
  const watchers = new Map<string, Set<(blob: Blob) => void>>()
  const lobby: { readonly links: Set<string>; readonly guests: Guest[] } = { links: new Set(), guests: [] }
  const groups = new Map<Hex, Group>()
  const offline = new Set<Hex>()
  const linked = (one: Hex, other: Hex): boolean => lobby.links.has([one, other].sort().join())

  const mailboxesOf = (device: Hex): InvitationMailboxes => {
    const waiting = new Map<string, () => void>()
    const isOnline = (): boolean => !offline.has(device)
    return {
      // Everybody's are at one server here.
      at: () => {},
      put: (mailbox, key, blob) => {
        const place = (): void => {
          const box = boxes.get(toHex(mailbox)) ?? new Map<string, Blob>()
          boxes.set(toHex(mailbox), box)
          const before = box.get(`${device} ${key}`)
          if (before && toHex(before.bytes) === toHex(blob.bytes)) return
          box.set(`${device} ${key}`, blob)
          for (const watcher of watchers.get(toHex(mailbox)) ?? []) watcher(blob)
        }
        if (isOnline()) time.after(1, place)
        else waiting.set(key, place)
      },
      drop: (mailbox, key) => void boxes.get(toHex(mailbox))?.delete(`${device} ${key}`),
      watch: (mailbox, on) => {
        const hear = (blob: Blob): void => {
          if (isOnline()) on(blob)
        }
        const all = watchers.get(toHex(mailbox)) ?? new Set()
        watchers.set(toHex(mailbox), all)
        all.add(hear)
        time.after(1, () => {
          if (all.has(hear)) for (const blob of boxes.get(toHex(mailbox))?.values() ?? []) hear(blob)
        })
        return () => void all.delete(hear)
      },
      heldAt: (mailbox, key) =>
        isOnline() && boxes.get(toHex(mailbox))?.has(`${device} ${key}`) ? 'example.org' : undefined,
    }
  }

  const groupsOf = (self: Self, entered: Map<Hex, Hex>): InvitationsPorts['groups'] => ({
    of: (conversation) => {
      const group = groups.get(conversation)
      return group && { title: group.title, role: group.members.get(self.person) ?? 'gone' }
    },
    isIn: (conversation, person) => groups.get(conversation)?.members.has(person) ?? false,
    wasIn: (conversation, person) => groups.get(conversation)?.ever.has(person) ?? false,
    wasRemoved: (conversation, person) => groups.get(conversation)?.removed.has(person) ?? false,
    invitations: (conversation) => [...(groups.get(conversation)?.invitations.values() ?? [])],
    invite: async (conversation, invitation) => {
      const facts = { by: self.person, made: time.now(), used: 0, revoked: false }
      groups.get(conversation)?.invitations.set(invitation.id, { ...invitation, ...facts })
      for (const each of lobby.guests) each.invitations.groupChanged(conversation)
      return accept(null)
    },
    uninvite: async (conversation, id) => {
      const invitation = groups.get(conversation)?.invitations.get(id)
      if (invitation) groups.get(conversation)?.invitations.set(id, { ...invitation, revoked: true })
      for (const each of lobby.guests) each.invitations.groupChanged(conversation)
      return accept(null)
    },
    admit: async (conversation, { card, invitation: id }) => {
      const group = groups.get(conversation)
      const invitation = group?.invitations.get(id)
      if (!group || !invitation) return refuse({ kind: 'unknown-conversation' })
      if (group.full) return refuse({ kind: 'group-full', limit: 250 })
      const person = personOf(card.certificate)
      if (!group.members.has(person)) {
        group.members.set(person, invitation.role)
        group.ever.add(person)
        group.invitations.set(id, { ...invitation, used: invitation.used + 1 })
      }
      for (const each of lobby.guests) each.invitations.groupChanged(conversation)
      return accept(new TextEncoder().encode(`into ${conversation}`))
    },
    enter: async (conversation, introduction, by) => {
      if (new TextDecoder().decode(introduction) !== `into ${conversation}`)
        return refuse({ kind: 'invitation-mangled' })
      entered.set(conversation, by)
      return accept(null)
    },
  })

  const guest = async (name: string): Promise<Guest> => {
    const random = createDice(seed * 100 + lobby.guests.length)
    const store = openMemoryStore()
    const opened = await openSelf(store, { crypto, now: time.now(), random })
    if (!opened.ok) throw new Error('no disk')
    const self: Self = { ...opened.value, name: name as Name }
    const own = await ownCard(crypto, self)
    const card = own && (await openCard(crypto, own.card))
    if (!card?.ok) throw new Error('no card')
    const facts = {
      accepted: new Set<Hex>(),
      meetings: new Map<Hex, Uint8Array>(),
      blocked: new Set<Hex>(),
      told: [] as Update[],
      entered: new Map<Hex, Hex>(),
      met: new Map<Hex, readonly string[]>(),
      sought: new Map<Hex, readonly string[]>(),
      servers: { chosen: ['example.org:12345'] as readonly string[] | undefined },
    }
    const address = `192.168.1.${10 + lobby.guests.length}:4001`
    let life = { alive: true }
    const ports = (): InvitationsPorts => {
      const mine = life
      return {
        store,
        crypto,
        random,
        scheduler: { now: () => time.now(), after: (millis, run) => time.after(millis, () => mine.alive && run()) },
        self: () => self,
        card: () => own?.card,
        servers: () => [{ at: 'connected', address: 'example.org:12345', since: 0, people: 'on', mailboxes: 'on' }],
        addresses: () => [address],
        chosenServers: {
          get own() {
            return facts.servers.chosen
          },
          visits: true,
          adopt: async (wanted) => {
            facts.servers.chosen = wanted.map(formatServer)
          },
        },
        tell: (update) => void facts.told.push(update),
        people: {
          name: (person) => lobby.guests.find((each) => each.person === person && facts.met.has(each.device))?.name,
          isBlocked: (person) => facts.blocked.has(person),
          meet: async (met, addresses) => void facts.met.set(deviceOf(met.certificate), addresses),
          seek: (device, { addresses }) => void facts.sought.set(device, addresses),
          accept: async (person, meeting) => {
            facts.accepted.add(person)
            facts.meetings.set(person, meeting ?? facts.meetings.get(person) ?? random(32))
            const secret = facts.meetings.get(person) ?? new Uint8Array()
            return accept({ conversation: directId(self.person, person), meeting: secret })
          },
        },
        groups: groupsOf(self, facts.entered),
        say: (device, said) => {
          const other = lobby.guests.find((each) => each.device === device)
          if (!other || !linked(self.device, device) || !mine.alive) return false
          time.after(1, () => linked(self.device, device) && other.invitations.heard(card.value, said))
          return true
        },
        mailboxes: mailboxesOf(self.device),
      }
    }
    let invitations = await openInvitations(ports())
    const made: Guest = {
      ...facts,
      name,
      self,
      store,
      person: self.person,
      device: self.device,
      card: card.value,
      get invitations() {
        return invitations
      },
      joining: () => invitations.joinings()[0]?.state,
      invitation: (id) => invitations.list().find((each) => each.id === id),
      stop: () => {
        life.alive = false
        invitations.close()
        for (const link of lobby.links) if (link.includes(self.device)) lobby.links.delete(link)
        offline.add(self.device)
      },
      start: async () => {
        life = { alive: true }
        offline.delete(self.device)
        invitations = await openInvitations(ports())
      },
    }
    lobby.guests.push(made)
    return made
  }

  return {
    time,
    groups,
    offline,
    guest,
    blobs: () => [...boxes.values()].flatMap((box) => [...box.values()]),
    slip: async (mailbox, blob) => {
      const box = boxes.get(toHex(mailbox)) ?? new Map<string, Blob>()
      boxes.set(toHex(mailbox), box)
      box.set(`slipped ${box.size}`, blob)
      for (const watcher of watchers.get(toHex(mailbox)) ?? []) watcher(blob)
      await time.advance(10)
    },
    link: async (one, other) => {
      lobby.links.add([one.device, other.device].sort().join())
      one.invitations.linked(other.card)
      other.invitations.linked(one.card)
      await time.advance(100)
    },
    unlink: (one, other) => void lobby.links.delete([one.device, other.device].sort().join()),
  }
}

/** A group in the lobby, whose members all are in from the start. */
export const found = (lobby: Lobby, title: string, members: readonly (readonly [Guest, Role])[]): Hex => {
  const conversation = toHex(new Uint8Array(32).fill(0xc0 + lobby.groups.size))
  lobby.groups.set(conversation, {
    title,
    members: new Map(members.map(([guest, role]) => [guest.person, role])),
    ever: new Set(members.map(([guest]) => guest.person)),
    removed: new Set(),
    invitations: new Map(),
    full: false,
  })
  for (const [guest] of members) guest.invitations.groupChanged(conversation)
  return conversation
}
