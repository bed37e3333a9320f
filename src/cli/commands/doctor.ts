import type { Calls } from '../../view/calls.ts'
import { isSettled } from '../../view/server-words.ts'
import { borrowPeer } from '../borrow.ts'
import type { Ask, Command, World } from '../command.ts'
import { examineFolder, examineRuntime, examineStatus, examineWindow, type Finding } from '../examine.ts'
import { EXIT } from '../exit.ts'
import { followPeer, type Following } from '../follow.ts'
import { askGiven } from '../passphrase.ts'
import type { Profile } from '../profile.ts'
import { jsonLine, printable } from '../safe-text.ts'
import { ROOT, WINDOW_FOLDER } from '../version.ts'
import { fail, JSON_OPTION, PROFILE_OPTIONS, profileGiven } from '../with-peer.ts'
import { commandWords } from '../words.ts'

/** How long the server is waited for before it is called unreachable. */
const SERVER_MILLIS_MAX = 5_000
/** Longer than servers have to answer how this network looks from outside. */
const LOOK_MILLIS_MAX = 8_000

export const doctor: Command = {
  name: 'doctor',
  takes: '',
  words: { min: 0, max: 0 },
  summary: 'Look for what is wrong, and say how to mend it',
  more: [
    'Looks at versions, folders, ports, servers and what your network lets through. Ends with 1 when something keeps Kith from working.',
  ],
  options: { ...PROFILE_OPTIONS, ...JSON_OPTION },
  run: async (given, world) => {
    const profile = profileGiven(given)
    if (!profile.ok) return fail(profile.refusal, world)
    const ask = askGiven(given, world)
    if (!ask.ok) return fail(ask.refusal, world)
    const findings = [
      { state: 'good', what: 'Kith', found: `${world.version} in ${ROOT}` } as const,
      examineRuntime(process.versions.node, `${process.platform}-${process.arch}`),
      await examineWindow(WINDOW_FOLDER),
      // Before the peer is asked: opening a profile makes its folder and closes it to others.
      ...(await examineFolder(profile.value)),
      ...(await examineProfile(profile.value, ask.value, world)),
    ]
    for (const finding of findings)
      if (given.options['json']) world.terminal.print(jsonLine(finding))
      else for (const line of findingText(finding)) world.terminal.print(line)
    return findings.some((finding) => finding.state === 'bad') ? EXIT.failed : EXIT.done
  },
}

/** What there is to say of the profile itself; looking makes none. */
const examineProfile = async (profile: Profile, ask: Ask, world: World): Promise<readonly Finding[]> => {
  const missing = await world.missingProfile(profile)
  if (missing === undefined) return examinePeer(profile, ask, world)
  const beside = { what: 'Profile', found: `there is no ${profile.name}`, mend: commandWords(missing) }
  // On a machine where Kith was never started nothing is wrong yet.
  return [{ state: missing.others.length === 0 ? 'odd' : 'bad', ...beside }]
}

/** Asks the running peer, or starts one to see that it can and what it finds. */
const examinePeer = async (profile: Profile, ask: Ask, world: World): Promise<readonly Finding[]> => {
  const what = 'Peer'
  const borrowed = await borrowPeer(profile, { ask }, world)
  if (!borrowed.ok) return [{ state: 'bad', what, found: 'cannot be started', mend: commandWords(borrowed.refusal) }]
  const { calls, running, release } = borrowed.value
  const following = followPeer(calls, world.ending)
  try {
    await following.begun()
    await following.until(() => isSettled(following.seen.status), {
      world,
      millis: SERVER_MILLIS_MAX,
    })
    await lookAround(calls, following, world)
    const { status } = following.seen
    if (status === undefined)
      return [{ state: 'bad', what, found: 'does not answer', mend: commandWords({ kind: 'disconnected' }) }]
    const found = running ? 'runs and answers' : 'does not run; it can be started'
    return [{ state: 'good', what, found }, ...examineStatus(status, world.now())]
  } finally {
    await following.end()
    await release()
  }
}

/** Has the network looked at anew, where there is a server from which it can be, and waits for what that brings. */
const lookAround = async (calls: Calls, following: Following, world: World): Promise<void> => {
  const before = following.seen.status
  if (before?.me === undefined || before.servers.every(({ at }) => at !== 'connected')) return
  await calls.lookAgain()
  await following.until(() => (following.seen.status?.network.looked === before.network.looked ? undefined : true), {
    world,
    millis: LOOK_MILLIS_MAX,
  })
}

const SIGN = { good: 'ok  ', odd: 'hm  ', bad: 'BAD ' } as const

const findingText = (finding: Finding): readonly string[] => [
  `${SIGN[finding.state]} ${finding.what.padEnd(8)} ${printable(finding.found)}`,
  ...(finding.state === 'good' ? [] : [`${' '.repeat(14)}${printable(finding.mend)}`]),
]
