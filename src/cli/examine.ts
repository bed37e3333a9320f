import { constants } from 'node:fs'
import { access, readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'

import { networkFacts, outlookWords } from '../view/network-words.ts'
import { nearbyWords, serversWords, serverWords, storeFailureWords } from '../view/server-words.ts'
import type { Millis, StatusView } from '../view/view.ts'
import type { Profile } from './profile.ts'

/** One thing that was looked at. `odd` may be as it should; `bad` keeps Kith from working, and says how to mend it. */
export type Finding =
  | { readonly state: 'good'; readonly what: string; readonly found: string }
  | { readonly state: 'odd' | 'bad'; readonly what: string; readonly found: string; readonly mend: string }

const NODE_MAJOR_MIN = 24
/** Less free space than this is worth a word. */
const SPACE_BYTES_MIN = 256 * 1024 * 1024
/** With less than this, nothing can be kept, and Kith cannot start. */
const SPACE_BYTES_NEEDED = 1024 * 1024

export const examineRuntime = (node: string, platform: string): Finding =>
  Number(node.split('.')[0]) >= NODE_MAJOR_MIN
    ? { state: 'good', what: 'Node', found: `${node} on ${platform}` }
    : {
        state: 'bad',
        what: 'Node',
        found: `${node} on ${platform}`,
        mend: `Kith needs Node ${NODE_MAJOR_MIN} or newer. Start it with npm start, which brings one.`,
      }

/** Whether the window's page is where the door serves it from. */
export const examineWindow = async (folder: string): Promise<Finding> =>
  (await exists(join(folder, 'index.html')))
    ? { state: 'good', what: 'Window', found: folder }
    : {
        state: 'bad',
        what: 'Window',
        found: `there is none in ${folder}`,
        mend: 'Build it with npm run build; npm start does so by itself.',
      }

/** Whether the profile's folder can be written, and by its owner only; and its files likewise. */
export const examineFolder = async (profile: Profile): Promise<readonly Finding[]> => {
  const { folder } = profile
  const what = 'Folder'
  const facts = await stat(folder).catch(() => undefined)
  if (facts === undefined)
    return [{ state: 'odd', what, found: `${folder} is not there yet`, mend: 'It is made at the first start.' }]
  if (!facts.isDirectory())
    return [{ state: 'bad', what, found: `${folder} is a file`, mend: 'Move it away, or use another --data.' }]
  const writable = await access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
  if (!writable)
    return [
      {
        state: 'bad',
        what,
        found: `${folder} cannot be written`,
        mend: 'Make it yours (chown) and writable (chmod 700), or use another --data.',
      },
    ]
  const open = await openToOthers(folder)
  if (open.length > 0)
    return [
      {
        state: 'bad',
        what,
        found: `others on this machine can read ${open.join(', ')}`,
        mend: `Close it to them: chmod -R go-rwx ${folder}`,
      },
    ]
  return [{ state: 'good', what, found: `${folder}, for its owner only` }, await examineSpace(folder)]
}

const openToOthers = async (folder: string): Promise<readonly string[]> => {
  // Windows keeps others out of a user's folders in its own way, and has no such modes.
  if (process.platform === 'win32') return []
  const paths = [folder, ...(await readdir(folder)).map((name) => join(folder, name))]
  const open: string[] = []
  for (const path of paths) {
    const facts = await stat(path).catch(() => undefined)
    if (facts !== undefined && (facts.mode & 0o077) !== 0) open.push(path)
  }
  return open
}

const examineSpace = async (folder: string): Promise<Finding> => {
  const { bavail, bsize } = await statfs(folder)
  return spaceFinding(bavail * bsize)
}

/** What so many free bytes are good for. */
export const spaceFinding = (bytes: number): Finding => {
  const found = `${Math.floor(bytes / (1024 * 1024)).toLocaleString('en')} MB free`
  if (bytes >= SPACE_BYTES_MIN) return { state: 'good', what: 'Disk', found }
  const mend = 'Free some space: without it nothing can be sent or received.'
  return { state: bytes < SPACE_BYTES_NEEDED ? 'bad' : 'odd', what: 'Disk', found, mend }
}

/** What the peer itself says about its name, its network and its store. */
export const examineStatus = (status: StatusView, now: Millis): readonly Finding[] => [
  status.addresses.length === 0
    ? { state: 'odd', what: 'Listens', found: 'nowhere', mend: 'Others cannot reach this machine directly.' }
    : { state: 'good', what: 'Listens', found: status.addresses.join(', ') },
  ...(status.me === undefined
    ? [{ state: 'odd', what: 'Name', found: 'not chosen yet', mend: NAMELESS } as const]
    : [...examineMeeting(status, `${status.me.name} ·${status.me.tag}`, now), ...examineNetwork(status)]),
  ...(status.storeFailure === undefined
    ? []
    : [
        {
          state: 'bad',
          what: 'Store',
          found: status.storeFailure.kind,
          mend: storeFailureWords(status.storeFailure),
        } as const,
      ]),
]

const NAMELESS = 'Until then nobody is looked for, and nobody sees you. Choose one: kith name NEW, or in the window.'

const INDIRECT =
  'You chose never to connect directly: servers carry everything, which is slower, and without one nothing arrives. To change it: kith --direct on, or the settings in the window.'

/** Where others are looked for, under which name. */
const examineMeeting = (status: StatusView, name: string, now: Millis): readonly Finding[] => {
  const nearby = nearbyWords(status.nearby)
  return [
    { state: 'good', what: 'Name', found: name },
    ...examineServers(status, now),
    ...(status.settings.directly ? [] : [{ state: 'odd', what: 'Direct', found: 'off', mend: INDIRECT } as const]),
    status.nearby.at === 'on'
      ? { state: 'good', what: 'Nearby', found: nearby.state }
      : { state: 'odd', what: 'Nearby', found: nearby.state, mend: nearby.meaning },
  ]
}

/** What the network does to those who want to reach this person. */
const examineNetwork = ({ network }: StatusView): readonly Finding[] => {
  const outlook = { what: 'Reach', ...outlookWords(network) }
  // What was not looked at would be a list of things that are not known.
  const facts = network.looked === undefined ? [outlook] : [outlook, ...networkFacts(network)]
  return facts.map(({ is, what, state, meaning }) =>
    is === 'good' ? { state: is, what, found: state } : { state: is, what, found: state, mend: meaning },
  )
}

const examineServers = (status: StatusView, now: Millis): readonly Finding[] => {
  const { servers, nearby } = status
  if (servers.length === 0) {
    const { state, meaning } = serversWords(status, now)
    return [
      nearby.at === 'on'
        ? { state: 'good', what: 'Server', found: state }
        : { state: 'odd', what: 'Server', found: state, mend: meaning },
    ]
  }
  return servers.map((server) => {
    const { state, meaning } = serverWords(server, now, status.settings.directly)
    return server.at === 'connected'
      ? { state: 'good', what: 'Server', found: state }
      : { state: 'odd', what: 'Server', found: state, mend: meaning }
  })
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
