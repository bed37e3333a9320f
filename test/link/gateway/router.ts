import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import type { TestContext } from 'node:test'

/**
 * A router that speaks PCP (RFC 6887) or NAT-PMP (RFC 6886) at an address of the loopback, written from the RFCs and not
 * with the codec that it is to test. `seconds`: what it grants, whatever was asked for.
 */
export type TestRouter = {
  readonly host: string
  readonly ports: Map<number, number>
  /** Datagrams that came, as `pcp` or `nat-pmp` and the lifetime they asked for. */
  readonly asked: string[]
  /** Resolves when the next mapping was asked for. */
  next(): Promise<void>
}

const OUTSIDE = [45, 78, 100, 2]

export const startRouter = async (
  context: Pick<TestContext, 'after'>,
  host: string,
  {
    speaks,
    refuses = false,
    seconds = 3_600,
  }: { readonly speaks: 'pcp' | 'nat-pmp'; readonly refuses?: boolean; readonly seconds?: number },
): Promise<TestRouter> => {
  const socket = createSocket('udp4')
  const ports = new Map<number, number>()
  const asked: string[] = []
  let heard = Promise.withResolvers<void>()
  const map = (internal: number, external: number, lifetime: number): void => {
    if (lifetime === 0) ports.delete(internal)
    else if (!refuses) ports.set(internal, external)
    asked.push(`${speaks} ${lifetime}`)
    heard.resolve()
    heard = Promise.withResolvers()
  }

  const answerPcp = (request: Buffer): Buffer => {
    const answer = Buffer.alloc(60)
    request.copy(answer, 24, 24)
    answer[0] = 2
    answer[1] = 0x81
    answer[3] = refuses ? 2 : 0
    const [internal, external, lifetime] = [request.readUInt16BE(40), request.readUInt16BE(42), request.readUInt32BE(4)]
    answer.writeUInt32BE(lifetime && seconds, 4)
    map(internal, external, lifetime)
    answer.set([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...OUTSIDE], 44)
    return answer
  }

  const answerNatPmp = (request: Buffer): Buffer => {
    if (request[0] !== 0) return Buffer.from([0, 0x80, 0, 1, 0, 0, 0, 9])
    if (request[1] === 0) return Buffer.from([0, 0x80, 0, 0, 0, 0, 0, 9, ...OUTSIDE])
    const answer = Buffer.alloc(16)
    answer[1] = 0x82
    answer[3] = refuses ? 2 : 0
    const lifetime = request.readUInt32BE(8)
    request.copy(answer, 8, 4, 8)
    answer.writeUInt32BE(lifetime && seconds, 12)
    map(request.readUInt16BE(4), request.readUInt16BE(6), lifetime)
    return answer
  }

  socket.on('message', (request: Buffer, from: RemoteInfo) => {
    // Whatever else comes in, as on any network, first: it is no answer and must change nothing.
    for (const noise of [[], [0], [2, 0x81], Array<number>(60).fill(255)])
      socket.send(Buffer.from(noise), from.port, from.address)
    if (speaks === 'pcp' && request[0] !== 2) return
    socket.send(speaks === 'pcp' ? answerPcp(request) : answerNatPmp(request), from.port, from.address)
  })
  socket.bind(5351, host)
  await once(socket, 'listening')
  context.after(() => socket.close())
  return { host, ports, asked, next: () => heard.promise }
}
