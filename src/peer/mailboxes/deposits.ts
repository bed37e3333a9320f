import type { Hex } from '../../core/bytes/hex.ts'
import type { Cursor } from '../../core/rendezvous/mailbox-messages.ts'
import type { ServerMailboxes } from '../network/port.ts'
import { decodeDeposit, depositAt, noDeposit, type Deposit } from './deposit.ts'
import { Depositor, depositKey } from './depositor.ts'
import type { Station } from './stations.ts'
import type { CorrespondencePorts, Member, Subject } from './subject.ts'

/** What one conversation leaves on all servers together. */
export class Deposits {
  readonly #subject: Subject
  readonly #ports: CorrespondencePorts
  /** By the address of the server. */
  readonly #all = new Map<string, Depositor>()
  #loaded = false

  constructor(subject: Subject, ports: CorrespondencePorts) {
    this.#subject = subject
    this.#ports = ports
  }

  async load(): Promise<void> {
    if (this.#loaded) return
    const { store, onDeposit } = this.#ports
    const key = depositKey(this.#subject.id)
    const records = await store.records('mailbox', key)
    this.#loaded = true
    // In the order of their keys, what was kept for one server alone comes first: later records are of more servers.
    for (const record of records) {
      const deposit = decodeDeposit(record.value)
      if (deposit) this.#all.set(deposit.server, new Depositor(this.#subject, this.#ports, deposit))
    }
    if (this.#depositors.some(({ deposit }) => deposit.sealed > 0)) onDeposit(this.#subject.id)
  }

  /** Something was written here: links have their time from now on. */
  wrote(): void {
    for (const each of this.#all.values()) each.wrote()
  }

  /** What was left at one of these servers under another key counts as left nowhere. Resolves to those that lost it. */
  async recognize(servers: readonly ServerMailboxes[]): Promise<readonly ServerMailboxes[]> {
    const lost: ServerMailboxes[] = []
    for (const server of servers) {
      const known = this.#all.get(server.address)?.deposit
      const deposit = known && depositAt(known, server)
      if (!deposit || deposit === known) continue
      lost.push(server)
      const anew = new Depositor(this.#subject, this.#ports, deposit)
      this.#all.set(server.address, anew)
      // Also after a restart, and before it is put again, nobody is to be told that it lies there.
      await anew.keep()
    }
    return lost
  }

  /** These servers serve from now on, and no others. */
  serve(stations: readonly Station[]): void {
    const bridged = Math.max(0, ...this.#depositors.map(({ deposit }) => deposit.bridged))
    for (const [address, each] of this.#all) if (!stations.some(({ server }) => server.address === address)) each.rest()
    for (const station of stations) this.at(station.server).serve(station, bridged)
  }

  at(server: ServerMailboxes): Depositor {
    const { address } = server
    const known = this.#all.get(address) ?? new Depositor(this.#subject, this.#ports, noDeposit(server))
    this.#all.set(address, known)
    return known
  }

  /** Takes away what everybody has from servers that serve nobody now. */
  async trimAt(servers: readonly ServerMailboxes[]): Promise<void> {
    for (const server of servers) await this.#all.get(server.address)?.trim(server)
  }

  hasPlaced(server: string, mailbox: Hex, cursor: Cursor): boolean {
    return this.#all.get(server)?.hasPlaced(mailbox, cursor) === true
  }

  /** Up to where everybody who lacks something can fetch it where they read. */
  get sealedUpTo(): number {
    const lacking = this.#lacking
    if (lacking.length === 0) return Math.max(0, ...this.#depositors.map(({ deposit }) => deposit.sealed))
    return Math.min(...lacking.map(([device, held]) => Math.max(held, this.#bestFor(device)?.sealed ?? 0)))
  }

  /** What people call the servers on which that lies. */
  get sealedAt(): string | undefined {
    const lacking = this.#lacking
    const deposits =
      lacking.length === 0
        ? this.#depositors.map(({ deposit }) => deposit)
        : lacking.flatMap(([device]) => this.#bestFor(device) ?? [])
    const names = deposits.filter(({ sealed }) => sealed > 0).map(({ name }) => name)
    return names.length === 0 ? undefined : [...new Set(names)].join(' and ')
  }

  get #depositors(): readonly Depositor[] {
    return [...this.#all.values()]
  }

  /** The devices that lack something, and what they hold of what was written here. */
  get #lacking(): readonly (readonly [Hex, number])[] {
    const tip = this.#subject.vector().get(this.#ports.device) ?? 0
    const heldBy = ({ held, since }: Member): number => Math.max(held.get(this.#ports.device) ?? 0, since)
    return [...this.#subject.members()]
      .map(([device, member]) => [device, heldBy(member)] as const)
      .filter(([, held]) => held < tip)
  }

  /** Of what lies where this device reads, that which goes furthest. */
  #bestFor(device: Hex): Deposit | undefined {
    const homes = this.#ports.serversOf(device)
    const servers = this.#ports.client.servers()
    const isRead = (address: string): boolean =>
      homes === undefined ||
      homes.includes(address) ||
      servers.some((each) => each.address === address && homes.some((home) => each.isAt(home)))
    const read = this.#depositors.map(({ deposit }) => deposit).filter(({ server }) => isRead(server))
    return read.toSorted((a, b) => b.sealed - a.sealed)[0]
  }
}
