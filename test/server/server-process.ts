import { pino } from 'pino'
import { startServer } from '../../src/server/server.ts'

/** Run as a child process with a folder as its argument: tells its parent the ports, then serves until it is killed. */
const main = async (folder: string): Promise<void> => {
  const server = await startServer({
    port: 0,
    host: '127.0.0.1',
    folder,
    people: 'on',
    log: pino({ level: 'silent' }),
  })
  if (!server.ok) throw new Error(server.refusal.kind)
  process.send?.({ port: server.value.port, stun: server.value.stun })
}

if (import.meta.main) await main(process.argv[2] ?? '')
