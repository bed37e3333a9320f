import { cable, machine, type Ending, type Machine } from '../scenario/networks.ts'
import { PLACES, type Internet } from './internet.ts'
import { translateForAll, translateForTwo } from './routers.ts'
import { router } from './sides.ts'

/**
 * What two people share who live behind one router: a network, or only its outside address, at which it lets the one
 * reach the other (`hairpin`) or does not.
 */
export const HOMES = ['same-lan', 'hairpin', 'no-hairpin'] as const
export type Home = (typeof HOMES)[number]

export const household = (ending: Ending, net: Internet, home: Home = 'same-lan'): readonly [Machine, Machine] =>
  home === 'same-lan' ? oneNetwork(ending, net) : twoNetworks(ending, net, home === 'hairpin')

const oneNetwork = (ending: Ending, net: Internet): readonly [Machine, Machine] => {
  const shared = router(ending, net, 'here')
  shared.run('ip', 'link', 'add', 'in', 'type', 'bridge')
  shared.run('ip', 'addr', 'add', '192.168.1.1/24', 'dev', 'in')
  shared.run('ip', 'link', 'set', 'in', 'up')
  translateForAll(shared)
  const lodger = (place: 'here' | 'there', number: number): Machine => {
    const own = machine(ending, `${place}-person`)
    cable(
      { machine: own, card: 'out', address: `192.168.1.${number}/24` },
      { machine: shared, card: `in-${place}`, address: [] },
    )
    shared.run('ip', 'link', 'set', `in-${place}`, 'master', 'in')
    own.run('ip', 'route', 'add', 'default', 'via', '192.168.1.1')
    return own
  }
  return [lodger('here', 2), lodger('there', 3)]
}

const twoNetworks = (ending: Ending, net: Internet, loopback: boolean): readonly [Machine, Machine] => {
  const shared = router(ending, net, 'here')
  const lodger = (place: 'here' | 'there'): Machine => {
    const own = machine(ending, `${place}-person`)
    const lan = `192.168.${PLACES[place].lan}`
    cable(
      { machine: own, card: 'out', address: `${lan}.2/24` },
      { machine: shared, card: `in-${place}`, address: `${lan}.1/24` },
    )
    own.run('ip', 'route', 'add', 'default', 'via', `${lan}.1`)
    return own
  }
  const both = [lodger('here'), lodger('there')] as const
  translateForTwo(shared, { outside: `${PLACES.here.net}.2`, loopback })
  return both
}
