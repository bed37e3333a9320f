import { unreachable } from '../core/bytes/result.ts'
import type { Mapped, MappedBy, Unmapped } from '../core/gateway/mapped.ts'
import { outlookOf, type Family, type OwnNetwork } from '../core/reach/nat.ts'
import type { StateWords } from './server-words.ts'
import type { NetworkView } from './network-view.ts'
import type { Millis } from './view.ts'

/** One thing about the own network. `odd` may be as it should: its meaning says what could be done about it. */
export type NetworkFact = StateWords & { readonly what: string; readonly is: 'good' | 'odd' }

/** What the network comes to for those who want to reach this person. */
export const outlookWords = ({ own, mapped }: NetworkView): StateWords & { readonly is: 'good' | 'odd' } => {
  switch (outlookOf(own, mapped.at === 'mapped')) {
    case 'open':
      return {
        is: 'good',
        state: 'People can reach you directly',
        meaning: 'Whoever may know your address can call you, unless a firewall stands in the way.',
      }
    case 'callable':
      return {
        is: 'good',
        state: 'Most people can reach you directly',
        meaning: 'Both sides call each other at one moment, and your router lets that through.',
      }
    case 'hard':
      return {
        is: 'odd',
        state: 'Some people can reach you directly',
        meaning:
          'Your router gives each connection a door of its own. With people whose router does so too, your messages go through the server, sealed.',
      }
    case 'unknown':
      return {
        is: 'odd',
        state: 'Not known how others can reach you',
        meaning: unseenWords(familyShown(own)),
      }
  }
}

/** Everything that is known of the own network, the most telling first. */
export const networkFacts = ({ own, mapped, servers }: NetworkView): readonly NetworkFact[] => [
  { what: 'Router', ...routerWords(own) },
  ...(own.carrier === 'suspected' ? [{ what: 'Provider', ...CARRIER }] : []),
  { what: 'Port', ...mappedWords(mapped, own) },
  { what: 'UDP', ...UDP[own.udp] },
  { what: 'IPv6', ...ipv6Words(own.ipv6) },
  ...servers.map(({ address, roundTrip }) => ({
    what: 'Answers',
    is: 'good' as const,
    state: `${address} answers in ${roundTripWords(roundTrip)}`,
    meaning: 'There and back. A direct path is mostly shorter.',
  })),
]

/** “23 ms”. */
export const roundTripWords = (millis: Millis): string =>
  millis < 1 ? 'less than 1 ms' : `${Math.round(millis).toLocaleString('en')} ms`

type Words = Omit<NetworkFact, 'what'>

/** Where there is no IPv4, what matters is IPv6. */
const familyShown = ({ ipv4, ipv6 }: OwnNetwork): Family => (ipv4.address === 'none' ? ipv6 : ipv4)

const routerWords = (own: OwnNetwork): Words => {
  const family = familyShown(own)
  switch (family.tcp.kind) {
    case 'none':
      return {
        is: 'good',
        state: 'None that changes your address',
        meaning: `This machine is ${hostOf(family.tcp.outside)} for everybody.`,
      }
    case 'endpoint-independent':
      return {
        is: 'good',
        state: 'Keeps one door for each port of yours (endpoint-independent)',
        meaning: `From outside you are ${hostOf(family.tcp.outside)}. People behind most routers reach you by calling at one moment with you.`,
      }
    case 'address-and-port-dependent':
      return {
        is: 'odd',
        state: 'Gives each connection a door of its own (symmetric)',
        meaning: `From outside you are ${hostOf(family.tcp.outside)}. Two people with such routers cannot call each other; a mapped port helps, and so does IPv6.`,
      }
    case 'unknown':
      return { is: 'odd', state: 'Not known', meaning: unseenWords(family) }
    default:
      return unreachable(family.tcp)
  }
}

const unseenWords = ({ server }: Family): string => {
  switch (server) {
    case 'answers':
      return 'The server can be asked at one port only, which is too little to tell.'
    case 'silent':
      return 'The server was asked how this network looks from outside, and gave no answer in time.'
    case 'inside':
      return 'Your server is on your own network, so it cannot see your router.'
    case 'unasked':
      return 'No server is connected that tells how this network looks from outside.'
    default:
      return unreachable(server)
  }
}

const CARRIER: Words = {
  is: 'odd',
  state: 'Seems to put a router of its own before yours (carrier-grade)',
  meaning:
    'A port that your own router passes on helps nobody then. Calling at one moment still works with most people. Some providers give a public address, or IPv6, to those who ask.',
}

const BY: Record<MappedBy, string> = { pcp: 'PCP', 'nat-pmp': 'NAT-PMP', upnp: 'UPnP' }

const UNMAPPED: Record<Unmapped, Words> = {
  'no-router': {
    is: 'good',
    state: 'None needed',
    meaning: 'This machine has a public address, or its way out leads over no router that could be asked.',
  },
  'no-answer': {
    is: 'odd',
    state: 'Your router does not answer',
    meaning: 'Switch on UPnP or PCP in your router, and more people reach you directly. It works without, too.',
  },
  refused: {
    is: 'odd',
    state: 'Your router does not want to',
    meaning: 'Allow UPnP or PCP in your router, and more people reach you directly. It works without, too.',
  },
}

const mappedWords = (mapped: Mapped, { carrier }: OwnNetwork): Words => {
  switch (mapped.at) {
    case 'off':
      return {
        is: 'odd',
        state: 'None is asked for',
        meaning: 'Your router is asked while Kith runs, direct paths are allowed, and asking is switched on.',
      }
    case 'asking':
      return { is: 'odd', state: 'Asking your router', meaning: 'This takes some seconds.' }
    case 'mapped':
      return carrier === 'suspected'
        ? { is: 'odd', state: `${mapped.outside} (${BY[mapped.by]})`, meaning: 'Nobody outside can call it.' }
        : {
            is: 'good',
            state: `${mapped.outside} leads to you (${BY[mapped.by]})`,
            meaning: 'Your router passes calls on to Kith while it runs, and no longer.',
          }
    case 'failed':
      return UNMAPPED[mapped.because]
    default:
      return unreachable(mapped)
  }
}

const UDP: Record<OwnNetwork['udp'], Words> = {
  leaves: { is: 'good', state: 'Leaves this network', meaning: 'Where calling over TCP fails, Kith calls over UDP.' },
  blocked: {
    is: 'odd',
    state: 'Does not leave this network',
    meaning: 'A firewall holds it back. Kith calls over TCP alone, which reaches fewer people directly.',
  },
  unknown: { is: 'odd', state: 'Not known', meaning: 'No server has answered over UDP so far.' },
}

const ipv6Words = ({ address, server }: Family): Words => {
  if (address === 'none')
    return { is: 'odd', state: 'None', meaning: 'Nothing is broken. With it, fewer routers would stand in the way.' }
  if (address === 'private')
    return { is: 'odd', state: 'On your own network only', meaning: 'It leads nowhere beyond your router.' }
  switch (server) {
    case 'answers':
      return { is: 'good', state: 'Works', meaning: 'People who have it too need no router to translate for them.' }
    case 'silent':
      return {
        is: 'odd',
        state: 'Leads to no server',
        meaning: 'This machine has an address, but the server did not answer over IPv6.',
      }
    case 'inside':
    case 'unasked':
      return {
        is: 'good',
        state: 'This machine has an address',
        meaning: 'Whether it leads anywhere shows with a server that has one, too.',
      }
    default:
      return unreachable(server)
  }
}

const hostOf = (address: string): string => address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
