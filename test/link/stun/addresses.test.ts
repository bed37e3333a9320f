import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'
import os, { type NetworkInterfaceInfo } from 'node:os'
import test, { type TestContext } from 'node:test'
import { encodeBindingRequest } from '../../../src/core/stun/message.ts'
import { createStunAnswers } from '../../../src/link/stun/answers.ts'
import { ADDRESSES_LOOK_MILLIS, serveUdp } from '../../../src/link/stun/serve-udp.ts'

/** As if this machine had these addresses of IPv4 and no others. */
const machineWith = (context: TestContext) => {
  const { networkInterfaces } = os
  let addresses: readonly string[] = []
  const card = (): readonly NetworkInterfaceInfo[] =>
    addresses.map((address) => ({
      address,
      family: 'IPv4',
      netmask: '255.0.0.0',
      mac: '00:00:00:00:00:00',
      internal: true,
      cidr: `${address}/8`,
    }))
  Object.assign(os, { networkInterfaces: () => ({ lo: card() }) })
  syncBuiltinESMExports()
  context.after(() => {
    Object.assign(os, { networkInterfaces })
    syncBuiltinESMExports()
  })
  return { has: (...all: readonly string[]) => void (addresses = all) }
}

const freePort = async (): Promise<number> => {
  const socket = createSocket('udp4')
  socket.bind(0)
  await once(socket, 'listening')
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}

test('[SV202] an answer comes from the address that was asked, also from one that the server gained later', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] })
  const machine = machineWith(context)
  machine.has('127.0.0.1', '127.0.0.2')
  const port = await freePort()
  const served = await serveUdp(
    createStunAnswers(() => 0),
    '0.0.0.0',
    port,
  )
  context.after(() => served.close())
  const asker = createSocket('udp4')
  context.after(() => asker.close())
  asker.bind(0)
  await once(asker, 'listening')

  /** Who answers a question to this address. */
  const ask = async (host: string): Promise<string> => {
    const answered = once(asker, 'message')
    asker.send(encodeBindingRequest(new Uint8Array(12)), port, host)
    const [, from] = (await answered) as [Buffer, { readonly address: string }]
    return from.address
  }
  assert.deepEqual([await ask('127.0.0.1'), await ask('127.0.0.2')], ['127.0.0.1', '127.0.0.2'])
  machine.has('127.0.0.1', '127.0.0.3')
  context.mock.timers.tick(ADDRESSES_LOOK_MILLIS)
  // The address that is gone is free for others again once the server has looked.
  const other = createSocket('udp4')
  context.after(() => other.close())
  other.bind(port, '127.0.0.2')
  await once(other, 'listening')
  while ((await Promise.race([ask('127.0.0.3'), ask('127.0.0.1')])) !== '127.0.0.3');
})

test('[SV204] a machine without addresses of a family answers over none, and one whose port is taken says so', async (context) => {
  const machine = machineWith(context)
  const answers = createStunAnswers(() => 0)
  const port = await freePort()
  await assert.rejects(serveUdp(answers, '0.0.0.0', port), { code: 'EADDRNOTAVAIL' })
  machine.has('127.0.0.1', '127.0.0.2')
  const other = createSocket('udp4')
  context.after(() => other.close())
  other.bind(port, '127.0.0.2')
  await once(other, 'listening')
  await assert.rejects(serveUdp(answers, '0.0.0.0', port), { code: 'EADDRINUSE' })
})
