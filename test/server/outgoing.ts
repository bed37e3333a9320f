import { Socket as UdpSocket } from 'node:dgram'
import { Socket } from 'node:net'

/**
 * To be loaded before a server (`--import`): tells the parent process of each connection that this one opens and each
 * packet that it sends, as `tcp` or `udp` and where to; and answers a message of the parent once all was told.
 */
const report = (kind: 'tcp' | 'udp', to: unknown): void => void process.send?.({ outgoing: `${kind} ${String(to)}` })

const { connect } = Socket.prototype
Socket.prototype.connect = function (this: Socket, ...given: Parameters<typeof connect>) {
  report('tcp', JSON.stringify(given[0]))
  return Reflect.apply(connect, this, given)
} as typeof connect

const { send } = UdpSocket.prototype
UdpSocket.prototype.send = function (this: UdpSocket, ...given: unknown[]) {
  const [port, host] = given.slice(1)
  report('udp', `${String(host)}:${String(port)}`)
  return Reflect.apply(send, this, given) as undefined
}

process.on('message', () => process.send?.({ told: 'all' }))
