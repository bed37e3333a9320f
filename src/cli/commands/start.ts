import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import { parseName, type Name, type NameRefusal } from '../../core/identity/name.ts'
import { isSettled, serversWords } from '../../view/server-words.ts'
import { claimPeer } from '../borrow.ts'
import type { Command, Given, OpenDoor, OwnPeer, PeerOptions, RunningPeer, World } from '../command.ts'
import { EXIT, type Exit } from '../exit.ts'
import { followPeer } from '../follow.ts'
import { wholeNumber, type Usage } from '../parse.ts'
import { askGiven } from '../passphrase.ts'
import type { Profile } from '../profile.ts'
import { printable } from '../safe-text.ts'
import { fail, PROFILE_OPTIONS, profileGiven, textOf, textsOf } from '../with-peer.ts'

/** How long the first lines wait for the server to answer, so that they can say that it did. */
const SETTLE_MILLIS_MAX = 1_000

export const start: Command = {
  name: 'start',
  takes: '',
  words: { min: 0, max: 0 },
  summary: 'Start Kith and open its window (as kith alone does)',
  more: [
    'Runs until Ctrl+C. When the profile runs already, its window is opened again.',
    'Several profiles run side by side on one machine, each with --profile and a name of its own.',
  ],
  options: {
    ...PROFILE_OPTIONS,
    name: { value: 'NAME', help: 'What people should call you; otherwise the window asks at the first start' },
    server: {
      value: 'HOST[:PORT]',
      several: true,
      help: 'Meet people on this server; up to four, each with --server; none for no server (default: this machine)',
    },
    nearby: { value: 'on|off', help: 'Whether you and people on your network see each other (default: on); kept' },
    direct: {
      value: 'on|off',
      help: 'off: servers carry everything, nobody else learns your address (default: on); kept',
    },
    'map-ports': { value: 'on|off', help: 'Whether your router is asked to let others in (default: on); kept' },
    listen: { value: '[HOST:]PORT', help: 'Listen for others here (default: any free port, all addresses)' },
    ui: {
      value: 'PORT',
      help: 'Serve the window on this port of this machine (default: where it was last, else any free one)',
    },
    'no-open': { help: 'Open no browser; print the address of the window instead' },
  },
  run: async (given, world) => {
    const wanted = startGiven(given)
    if (!wanted.ok) return fail(wanted.refusal, world)
    const profile = profileGiven(given)
    if (!profile.ok) return fail(profile.refusal, world)
    const ask = askGiven(given, world)
    if (!ask.ok) return fail(ask.refusal, world)
    const { peer: chosen, windowPort } = wanted.value
    const claimed = await claimPeer(
      profile.value,
      { ...chosen, ...(windowPort !== undefined && { windowPort }), stays: true, ask: ask.value },
      world,
    )
    if (!claimed.ok) return fail(claimed.refusal, world)
    const { at, peer } = claimed.value
    return at === 'running'
      ? join(peer, profile.value, wanted.value, world)
      : run(peer, profile.value, wanted.value, world)
  },
}

type Wanted = {
  readonly name?: Name
  readonly peer: PeerOptions
  readonly windowPort?: number
  readonly browser: boolean
}

const startGiven = (given: Given): Result<Wanted, Usage | NameRefusal> => {
  const [nickname, listen, ui] = ['name', 'listen', 'ui'].map((each) => textOf(given, each))
  const name = nickname === undefined ? undefined : parseName(nickname)
  if (name?.ok === false) return name
  const servers = serversGiven(given)
  if (!servers.ok) return servers
  const switches = switchesGiven(given)
  if (!switches.ok) return switches
  const windowPort = ui === undefined ? accept(undefined) : wholeNumber(ui, 'ui', 0, 65_535)
  if (!windowPort.ok) return windowPort
  const where = listen === undefined ? accept(undefined) : listenGiven(listen)
  if (!where.ok) return where
  return accept({
    ...(name !== undefined && { name: name.value }),
    peer: {
      ...servers.value,
      ...switches.value,
      ...(where.value !== undefined && { listen: where.value }),
    },
    ...(windowPort.value !== undefined && { windowPort: windowPort.value }),
    browser: given.options['no-open'] !== true,
  })
}

const NO_SERVER = 'none'

const serversGiven = (given: Given): Result<Pick<PeerOptions, 'servers'>, Usage> => {
  const servers = textsOf(given, 'server')
  if (servers === undefined) return accept({})
  if (servers.length === 1 && servers[0] === NO_SERVER) return accept({ servers: [] })
  if (servers.includes(NO_SERVER))
    return refuse({ kind: 'usage', detail: `--server ${NO_SERVER} means no server at all: leave it or the others out` })
  // What is blank must not stand for none: it would take away those that were chosen before.
  if (servers.some((each) => each.trim() === ''))
    return refuse({ kind: 'usage', detail: '--server takes HOST[:PORT], or none for no server' })
  return accept({ servers })
}

/** The options that take `on` or `off`. */
const SWITCHES = { nearby: 'nearby', direct: 'direct', mapPorts: 'map-ports' } as const

const switchesGiven = (given: Given): Result<Pick<PeerOptions, keyof typeof SWITCHES>, Usage> => {
  const entries: (readonly [string, string])[] = []
  for (const [name, option] of Object.entries(SWITCHES)) {
    const value = textOf(given, option)
    if (value === undefined) continue
    if (value !== 'on' && value !== 'off')
      return refuse({ kind: 'usage', detail: `--${option} takes on or off, not '${value}'` })
    entries.push([name, value])
  }
  return accept(Object.fromEntries(entries))
}

const listenGiven = (text: string): Result<NonNullable<PeerOptions['listen']>, Usage> => {
  const match = /^(?:(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]\s]+)):)?(\d{1,5})$/.exec(text)
  const port = Number(match?.[3] ?? Number.NaN)
  if (!(port <= 65_535)) return refuse({ kind: 'usage', detail: `--listen takes PORT or HOST:PORT, not '${text}'` })
  const host = match?.[1] ?? match?.[2]
  return accept({ port, ...(host !== undefined && { host }) })
}

/** Another process runs this profile: show its window again. */
const join = async (peer: RunningPeer, profile: Profile, wanted: Wanted, world: World): Promise<Exit> => {
  const url = await peer.windowUrl()
  peer.disconnect()
  if (url === undefined) return fail({ kind: 'disconnected' }, world)
  world.terminal.print(`Kith already runs with the profile ${profile.name} (process ${peer.pid}).`)
  const opened = wanted.browser && (await world.openBrowser(url))
  world.terminal.print(opened ? 'Its window opens in your browser.' : `Open this within a minute: ${url}`)
  if (wanted.name !== undefined || Object.keys(wanted.peer).length > 0)
    world.terminal.note(
      'kith: --name, --server, --nearby, --direct, --map-ports and --listen change nothing in a Kith that runs; stop it first.',
    )
  return EXIT.done
}

const run = async (peer: OwnPeer, profile: Profile, wanted: Wanted, world: World): Promise<Exit> => {
  try {
    const door = await world.openDoor(profile, peer, wanted.windowPort)
    if (!door.ok) return fail(door.refusal, world)
    try {
      // Only now: a start that is refused leaves the name as it was.
      const renamed = wanted.name === undefined ? accept(null) : await peer.calls.rename({ name: wanted.name })
      if (!renamed.ok) return fail(renamed.refusal, world)
      await greet(peer, door.value, profile, wanted, world)
      await ended(world.ending)
      return EXIT.done
    } finally {
      await door.value.close()
    }
  } finally {
    await peer.close()
  }
}

const greet = async (peer: OwnPeer, door: OpenDoor, profile: Profile, wanted: Wanted, world: World): Promise<void> => {
  const { terminal } = world
  const opened = wanted.browser && (await world.openBrowser(door.windowUrl()))
  const following = followPeer(peer.calls, world.ending)
  await following.begun()
  await following.until(() => isSettled(following.seen.status), {
    world,
    millis: SETTLE_MILLIS_MAX,
  })
  await following.end()
  const status = following.seen.status ?? { servers: [], settings: { directly: true } }
  const me = following.seen.status?.me
  const asName = me === undefined ? '' : ` as ${printable(`${me.name} ·${me.tag}`)}`
  terminal.print(`Kith runs${asName} (profile ${profile.name}).`)
  terminal.print('')
  terminal.print(
    `  Window   ${opened ? `${door.url}, open in your browser` : `open within a minute: ${door.windowUrl()}`}`,
  )
  terminal.print(`  Server   ${printable(serversWords(status, world.now()).state)}`)
  const stop = terminal.onEnter(() => terminal.print(`  Window   open within a minute: ${door.windowUrl()}`))
  if (stop !== undefined) {
    terminal.print('  Enter    a fresh address for the window')
    world.ending.addEventListener('abort', stop, { once: true })
  }
  terminal.print('  Ctrl+C   stop')
}

const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
