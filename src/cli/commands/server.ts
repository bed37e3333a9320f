import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import { parseName } from '../../core/identity/name.ts'
import type { StunPortRefusal } from '../../link/server-port.ts'
import type { Command, Given, OpenServer, ServerOptions } from '../command.ts'
import { EXIT } from '../exit.ts'
import { wholeNumber, type Usage } from '../parse.ts'
import { serverFolder } from '../profile.ts'
import { fail, textOf } from '../with-peer.ts'

export const SERVER_PORT = 12_345

export const server: Command = {
  name: 'server',
  takes: '',
  words: { min: 0, max: 0 },
  summary: 'Run a server on which people find each other',
  more: [
    'It lists who is there and wants to be seen, carries sealed bytes between those who cannot reach each other directly, and keeps sealed messages for who is away, for 30 days. It can read nothing. Runs until Ctrl+C.',
    `It needs its TCP port. Where the next one and the UDP ports of both numbers (${SERVER_PORT + 1}; ${SERVER_PORT} and ${SERVER_PORT + 1}) are open as well, people learn what their routers do, and more of them connect directly.`,
  ],
  options: {
    port: { value: 'PORT', help: `Listen on this TCP port (default: ${SERVER_PORT})` },
    host: { value: 'ADDRESS', help: 'Listen on this address only (default: all of this machine)' },
    data: { value: 'FOLDER', help: 'Keep the key and sealed messages in this folder instead of the usual place' },
    name: { value: 'NAME', help: 'What people see the server called (default: its address)' },
    mailboxes: {
      value: 'MIB|off',
      help: 'How many MiB of sealed messages to keep for who is away (default: 4096), or off',
    },
    people: { value: 'on|off', help: 'Whether people who want to be seen are listed (default: on)' },
    'peers-per-address': {
      value: 'NUMBER',
      help: 'How many may come from one address (default: 256); raise it behind a proxy',
    },
    metrics: { value: 'PORT', help: 'Serve Prometheus metrics and health on this port of this machine (default: off)' },
    log: { help: 'Write counts and what goes wrong to standard error, one JSON object a line' },
  },
  run: async (given, world) => {
    const options = serverGiven(given)
    if (!options.ok) return fail(options.refusal, world)
    const opened = await world.openServer(options.value)
    if (!opened.ok) return fail(opened.refusal, world)
    const { port, metricsPort, close } = opened.value
    world.terminal.print(`Kith server listens on TCP port ${port}.`)
    world.terminal.print('')
    world.terminal.print(`  People   ${options.value.people === 'on' ? 'listed for each other' : 'not listed'}`)
    world.terminal.print(
      `  Away     ${options.value.mailboxes === 'off' ? 'nothing is kept' : 'sealed messages kept for 30 days'}`,
    )
    world.terminal.print(`  Routers  ${routersWords(opened.value)}`)
    for (const refused of opened.value.stunRefused) world.terminal.print(`           ${withoutWords(refused)}`)
    if (metricsPort !== undefined) world.terminal.print(`  Metrics  http://127.0.0.1:${metricsPort}/metrics`)
    world.terminal.print('  Ctrl+C   stop')
    await new Promise<void>((resolve) => {
      if (world.ending.aborted) resolve()
      else world.ending.addEventListener('abort', () => resolve(), { once: true })
    })
    await close()
    return EXIT.done
  },
}

const routersWords = ({ stun: { tcp, udp } }: OpenServer): string => {
  const ports = [...udp.map((port) => `UDP ${port}`), ...tcp.map((port) => `TCP ${port}`)]
  return `people can test theirs at ${ports.join(', ')}`
}

const withoutWords = ({ transport, port, because }: StunPortRefusal): string => {
  const why =
    because.kind === 'port-in-use'
      ? 'in use by another program'
      : because.kind === 'forbidden'
        ? 'not allowed by this system'
        : 'not possible here'
  return `${transport.toUpperCase()} port ${port} is ${why}: Kith does without it, and people learn less about theirs`
}

const serverGiven = (given: Given): Result<ServerOptions, Usage> => {
  const port = wholeNumber(textOf(given, 'port') ?? `${SERVER_PORT}`, 'port', 0, 65_535)
  if (!port.ok) return port
  const people = textOf(given, 'people') ?? 'on'
  if (people !== 'on' && people !== 'off')
    return refuse({ kind: 'usage', detail: `--people takes on or off, not '${people}'` })
  const metrics = textOf(given, 'metrics')
  const metricsPort = metrics === undefined ? undefined : wholeNumber(metrics, 'metrics', 0, 65_535)
  if (metricsPort?.ok === false) return metricsPort
  const perAddress = textOf(given, 'peers-per-address')
  const peersPerAddress =
    perAddress === undefined ? undefined : wholeNumber(perAddress, 'peers-per-address', 1, 1_000_000)
  if (peersPerAddress?.ok === false) return peersPerAddress
  const host = textOf(given, 'host')
  const name = textOf(given, 'name')
  const parsed = name === undefined ? undefined : parseName(name)
  if (parsed?.ok === false) return refuse({ kind: 'usage', detail: `--name takes 1 to 40 characters, not '${name}'` })
  const kept = textOf(given, 'mailboxes')
  const mebibytes = kept === undefined || kept === 'off' ? undefined : wholeNumber(kept, 'mailboxes', 1, 1_000_000)
  if (mebibytes?.ok === false) return mebibytes
  const mailboxes = kept === 'off' ? kept : mebibytes?.value
  return accept({
    port: port.value,
    folder: serverFolder(textOf(given, 'data')),
    people,
    ...(host !== undefined && { host }),
    ...(peersPerAddress !== undefined && { peersPerAddressMax: peersPerAddress.value }),
    ...(metricsPort !== undefined && { metricsPort: metricsPort.value }),
    ...(parsed?.ok && { name: parsed.value }),
    ...(mailboxes !== undefined && { mailboxes }),
    ...(given.options['log'] === true && { log: true }),
  })
}
