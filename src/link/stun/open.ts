import type { StunPorts } from '../../core/stun/ports.ts'
import { openAtEach } from '../libp2p/listen.ts'
import type { StunPortRefusal } from '../server-port.ts'
import type { StunAnswers, Transport } from './answers.ts'
import { serveTcp } from './serve-tcp.ts'
import { serveUdp } from './serve-udp.ts'

const PORT_MAX = 65_535

/**
 * Answers STUN beside a server that listens at TCP port `port` of these hosts: at TCP port + 1, and at UDP port and port
 * + 1. Questions at TCP `port` itself are for whoever listens there. What cannot be opened is done without.
 */
export const openStun = async (
  answers: StunAnswers,
  { port, hosts }: { readonly port: number; readonly hosts: readonly string[] },
): Promise<{
  readonly ports: StunPorts
  readonly refused: readonly StunPortRefusal[]
  close(): Promise<void>
}> => {
  const ports = { tcp: [port], udp: [] as number[] }
  const refused: StunPortRefusal[] = []
  const opened: { close(): Promise<void> }[] = []
  const tries: readonly (readonly [Transport, number])[] = [
    ['tcp', port + 1],
    ['udp', port],
    ['udp', port + 1],
  ]
  for (const [transport, wanted] of tries.filter(([, each]) => each <= PORT_MAX)) {
    const serve = transport === 'tcp' ? serveTcp : serveUdp
    const all = await openAtEach(hosts, wanted, (host) => serve(answers, host, wanted))
    if (all.ok) {
      ports[transport].push(wanted)
      opened.push(...all.value)
    } else refused.push({ transport, port: wanted, because: all.refusal })
  }
  return {
    ports,
    refused,
    close: async () => {
      await Promise.all(opened.splice(0).map((each) => each.close()))
    },
  }
}
