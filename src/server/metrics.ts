import { Gauge, Registry, type CollectFunction } from 'prom-client'
import type { Counters } from './serve.ts'

/** The counters as Prometheus reads them. No label names a device or an address. */
export const createMetrics = (counters: () => Counters): Registry => {
  const registry = new Registry()
  const show = (name: string, help: string, read: (counters: Counters) => number): void => {
    const collect: CollectFunction<Gauge> = function () {
      this.set(read(counters()))
    }
    registry.registerMetric(new Gauge({ name, help, collect, registers: [] }))
  }

  show('kith_connections', 'TCP connections that stand', ({ connections }) => connections)
  show('kith_here', 'Devices that are connected', ({ here }) => here)
  show('kith_visible', 'Devices that want to be seen', ({ visible }) => visible)
  show('kith_links_total', 'Links that were opened', ({ rendezvous }) => rendezvous.opened)
  show('kith_hellos_total', 'Links on which a first hello came', ({ rendezvous }) => rendezvous.hellos)
  show('kith_calls_total', 'Calls brought to the called', ({ rendezvous }) => rendezvous.calls)
  show('kith_absent_total', 'Calls to somebody who was not here', ({ rendezvous }) => rendezvous.absent)
  show('kith_cards_total', 'Cards asked for', ({ rendezvous }) => rendezvous.cards)
  show('kith_pushes_total', 'Changes of the people list sent', ({ rendezvous }) => rendezvous.pushes)
  show('kith_pushed_bytes_total', 'Bytes of such changes', ({ rendezvous }) => rendezvous.pushedBytes)
  show('kith_held_total', 'Times that a peer said too much', ({ rendezvous }) => rendezvous.held)
  show('kith_relayed_links', 'Relayed links that stand', ({ relayed }) => relayed.links)
  show('kith_relayed_links_total', 'Relayed links that ever stood', ({ relayed }) => relayed.linksTotal)
  show(
    'kith_relayed_links_replaced_total',
    'Relayed links given up for a better one',
    ({ relayed }) => relayed.replacedTotal,
  )
  show('kith_relayed_pairs', 'Pairs with a relayed link between them', ({ relayed }) => relayed.pairs)
  show('kith_relayed_pairs_total', 'Times that a pair got its first relayed link', ({ relayed }) => relayed.pairsTotal)
  show('kith_relayed_bytes_total', 'Sealed bytes that were relayed', ({ relayed }) => relayed.bytesTotal)
  show('kith_relay_waiting_bytes', 'Sealed bytes that wait for their turn', ({ relayed }) => relayed.waitingBytes)
  show('kith_meetings_asked_total', 'Requests to meet somebody at one moment', ({ meetings }) => meetings.asked)
  show('kith_meetings_met_total', 'Pairs told of each other', ({ meetings }) => meetings.met)
  show('kith_meetings_alone_total', 'Requests whose other side did not come', ({ meetings }) => meetings.alone)
  show('kith_meetings_refused_total', 'Requests refused by a limit', ({ meetings }) => meetings.refused)
  show(
    'kith_meetings_other_family_total',
    'Pairs seen one over IPv4 and one over IPv6',
    ({ meetings }) => meetings.otherFamily,
  )
  show(
    'kith_met_unrelayed_total',
    'Pairs told of each other that asked for no relayed link within half a minute',
    ({ relayed }) => relayed.metUnrelayedTotal,
  )
  show('kith_stun_dropped_total', 'Questions of STUN left unanswered by a limit', ({ stun }) => stun.dropped)
  show('kith_mailboxes', 'Mailboxes with something in them', ({ mailboxes }) => mailboxes?.mailboxes ?? 0)
  show('kith_mailbox_blobs', 'Blobs in mailboxes', ({ mailboxes }) => mailboxes?.blobs ?? 0)
  show('kith_mailbox_bytes', 'What they are counted as', ({ mailboxes }) => mailboxes?.bytes ?? 0)
  show('kith_mailbox_stored_total', 'Blobs that were stored', ({ rendezvous }) => rendezvous.mailboxes.stored)
  show('kith_mailbox_stored_bytes_total', 'Their bytes', ({ rendezvous }) => rendezvous.mailboxes.storedBytes)
  show('kith_mailbox_read_total', 'Blobs handed out', ({ rendezvous }) => rendezvous.mailboxes.read)
  show('kith_mailbox_read_bytes_total', 'Their bytes', ({ rendezvous }) => rendezvous.mailboxes.readBytes)
  show('kith_mailbox_arrived_total', 'Told of something new', ({ rendezvous }) => rendezvous.mailboxes.arrived)
  show('process_resident_memory_bytes', 'Memory of this process', () => process.memoryUsage.rss())
  show('process_cpu_seconds_total', 'Processor time of this process', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })

  const showEach = (
    name: string,
    help: string,
    label: 'because' | 'transport',
    read: (counters: Counters) => Readonly<Record<string, number>>,
  ): void => {
    const collect: CollectFunction<Gauge> = function () {
      for (const [value, count] of Object.entries(read(counters()))) this.set({ [label]: value }, count)
    }
    registry.registerMetric(new Gauge({ name, help, labelNames: [label], collect, registers: [] }))
  }
  showEach('kith_stun_answered_total', 'Questions of STUN answered', 'transport', ({ stun }) => stun.answered)
  showEach('kith_relay_refused_total', 'Relayed links refused', 'because', ({ relayed }) => relayed.refused)
  showEach('kith_farewells_total', 'Links that the server ended', 'because', ({ rendezvous }) => rendezvous.farewells)
  showEach(
    'kith_mailbox_refused_total',
    'Requests for mailboxes that were refused',
    'because',
    ({ rendezvous }) => rendezvous.mailboxes.refused,
  )
  return registry
}
