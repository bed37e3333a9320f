import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { decodeLink } from '../../src/core/invitation/link.ts'
import type { Path } from '../../src/view/view.ts'
import { startFarPeer } from './far-peer.ts'
import { cable, machine, skipNetworks, type Machine } from './networks.ts'
import { done, says, type Peer } from './peer.ts'
import { createStage, type Program, type Stage } from './stage.ts'

/** The router's program for PCP, NAT-PMP and UPnP that most home routers run: Debian's package miniupnpd. */
const skip = ((): string | false => {
  if (skipNetworks !== false) return skipNetworks
  try {
    // Without anything to do it says how it is used, and ends with 1.
    execFileSync('sh', ['-c', 'command -v miniupnpd'], { stdio: 'pipe' })
    return false
  } catch {
    return 'needs the program miniupnpd, which plays the home’s router'
  }
})()

const SERVER_HOST = '45.66.0.1'
// The program refuses to pass anything on from an address that is kept for documents, as those of RFC 5737 are.
const NETS = { here: '45.66.1', there: '45.66.2' } as const

/** Two homes, each behind a router that gives each connection a door of its own: nobody can call in. */
const twoHomes = (context: TestContext) => {
  const wan = machine(context, 'internet')
  wan.run('ip', 'addr', 'add', `${SERVER_HOST}/32`, 'dev', 'lo')
  wan.run('sysctl', '-qw', 'net.ipv4.ip_forward=1')
  const home = (place: keyof typeof NETS) => {
    const [router, person] = [machine(context, `${place}-router`), machine(context, `${place}-person`)]
    cable(
      { machine: router, card: 'out', address: `${NETS[place]}.2/24` },
      { machine: wan, card: place, address: `${NETS[place]}.1/24` },
    )
    cable(
      { machine: person, card: 'out', address: '192.168.1.2/24' },
      { machine: router, card: 'in', address: '192.168.1.1/24' },
    )
    router.run('ip', 'route', 'add', 'default', 'via', `${NETS[place]}.1`)
    router.run('sysctl', '-qw', 'net.ipv4.ip_forward=1')
    person.run('ip', 'route', 'add', 'default', 'via', '192.168.1.1')
    router.run('nft', TRANSLATION)
    return { router, person }
  }
  return { wan, here: home('here'), there: home('there') }
}

const TRANSLATION = `table inet home {
  chain pass { type filter hook forward priority 0; jump upnp_pass; iifname "out" ct state new ct status & dnat != dnat drop; }
  chain upnp_pass { }
  chain in { type nat hook prerouting priority dstnat; jump upnp_in; }
  chain upnp_in { }
  chain out { type nat hook postrouting priority srcnat; jump upnp_out; oifname "out" masquerade fully-random; }
  chain upnp_out { }
  chain wall { type filter hook input priority 0; iifname "out" ct state new drop; }
}`

/** Has the router pass ports on to those who ask. `natPmp`: over PCP and NAT-PMP, beside UPnP of version `upnp`. */
const letAsk = async (
  stage: Stage,
  router: Machine,
  { natPmp, upnp }: { readonly natPmp: boolean; readonly upnp: 1 | 2 },
): Promise<Program> => {
  const file = join(stage.folder, 'miniupnpd.conf')
  const rules = {
    ext_ifname: 'out',
    listening_ip: 'in',
    http_port: 0,
    enable_natpmp: natPmp ? 'yes' : 'no',
    enable_upnp: 'yes',
    secure_mode: 'yes',
    uuid: '78dc6b6c-0a1f-4e5a-8f2b-000000000001',
    force_igd_desc_v1: upnp === 1 ? 'yes' : 'no',
    upnp_table_name: 'home',
    upnp_nat_table_name: 'home',
    upnp_forward_chain: 'upnp_pass',
    upnp_nat_chain: 'upnp_in',
    upnp_nat_postrouting_chain: 'upnp_out',
  }
  const lines = Object.entries(rules).map(([name, value]) => `${name}=${value}`)
  await writeFile(file, [...lines, 'allow 1024-65535 0.0.0.0/0 1024-65535', ''].join('\n'))
  const program = stage.spawn(['miniupnpd', '-d', '-f', file, '-P', join(stage.folder, 'miniupnpd.pid')], {
    through: router.through,
  })
  // It says so on its error stream, at the end of its beginning.
  await new Promise<void>((resolve, reject) => {
    program.onPrint(() => {
      if (/listening on port/i.test(program.err())) resolve()
    })
    void program.ended.then(() => reject(new Error(program.err())))
  })
  return program
}

/** What the router passes on now, as its rules have it. */
const passedOn = (router: Machine): readonly string[] =>
  [...router.run('nft', 'list', 'chain', 'inet', 'home', 'upnp_in').matchAll(/dnat ip to (\S+)/g)].map(
    ([, to]) => to ?? '',
  )

const pathIs = (peer: Peer, other: { readonly id: string }, wanted: Path): Promise<Path> =>
  peer.until(({ people }) => {
    const presence = people.get(other.id)?.presence
    return presence?.at === 'here' && presence.path === wanted ? wanted : undefined
  })

const mappedAs = (peer: Peer): Promise<string> =>
  peer.until(({ status }) => {
    const mapped = status?.network.mapped
    return mapped?.at === 'mapped' ? `${mapped.by} ${mapped.outside}` : undefined
  })

const startServer = async (stage: Stage, wan: Machine): Promise<string> => {
  const server = stage.start(['server', '--port', '0', '--data', stage.data], wan)
  const [, port = ''] = await server.prints(/TCP port (\d+)\./)
  return `${SERVER_HOST}:${port}`
}

test(
  '[RC44] [CL61] behind two routers that nobody can call through, a port that one of them passes on makes the talk direct',
  { skip, timeout: 120_000 },
  async (context) => {
    const stage = await createStage(context)
    const { wan, here, there } = twoHomes(context)
    const router = await letAsk(stage, here.router, { natPmp: true, upnp: 2 })
    const server = await startServer(stage, wan)
    const [ann, bob] = await Promise.all([
      startFarPeer(stage, here.person, 'ann', { name: 'Ann', server, mapPorts: 'on' }),
      startFarPeer(stage, there.person, 'bob', { name: 'Bob', server }),
    ])
    const [, outside] = /^pcp (45\.66\.1\.2:\d+)$/.exec(await mappedAs(ann)) ?? []
    const invitation = done(await ann.calls.invite({ role: 'member', uses: 1, days: 1, history: { share: 'none' } }))
    const link = decodeLink(invitation.link ?? '')
    assert.equal(link.ok && link.value.addresses[0], outside)
    assert.deepEqual(passedOn(here.router).length, 1)
    const conversation = await ann.with(bob)
    await ann.says(conversation, 'first')
    await bob.hears(conversation, says('first'))
    done(await bob.calls.decide({ person: ann.id, standing: 'accepted' }))
    assert.deepEqual(await Promise.all([pathIs(ann, bob, 'direct'), pathIs(bob, ann, 'direct')]), ['direct', 'direct'])
    await ann.stop()
    assert.deepEqual(passedOn(here.router), [])
    await asksNobody(stage, { router, person: here.person, server })
  },
)

/** Commands that only look leave the router alone, and so does a start that was told to. */
const asksNobody = async (
  stage: Stage,
  { router, person, server }: { readonly router: Program; readonly person: Machine; readonly server: string },
): Promise<void> => {
  const asked = (): number => router.err().match(/request received|HTTP REQUEST|M-SEARCH/g)?.length ?? 0
  const before = asked()
  assert.ok(before > 0)
  const carol = await startFarPeer(stage, person, 'carol', { name: 'Carol', server, mapPorts: 'off' })
  assert.equal((await carol.calls.status()).network.mapped.at, 'off')
  await carol.stop()
  for (const command of ['status', 'doctor']) {
    const looked = await stage.kith([command, '--data', stage.data, '--profile', 'carol'], person)
    assert.equal(looked.code, 0, looked.out + looked.err)
    if (command === 'status') continue
    assert.match(looked.out, /^hm {3}Router {3}Gives each connection a door of its own/m)
    assert.match(looked.out, /^ok {3}UDP {6}Leaves this network$/m)
  }
  assert.equal(asked(), before)
}

for (const upnp of [1, 2] as const)
  test(
    `[LK64] a router that speaks UPnP ${upnp} alone is found, asked, and left as it was`,
    { skip, timeout: 60_000 },
    async (context) => {
      const stage = await createStage(context)
      const { wan, here } = twoHomes(context)
      await letAsk(stage, here.router, { natPmp: false, upnp })
      const server = await startServer(stage, wan)
      const ann = await startFarPeer(stage, here.person, 'ann', { name: 'Ann', server, mapPorts: 'on' })
      assert.match(await mappedAs(ann), /^upnp 45\.66\.1\.2:\d+$/)
      assert.deepEqual(passedOn(here.router).length, 1)
      done(await ann.calls.configure({ mapPorts: false }))
      await ann.until(({ status }) => (status?.network.mapped.at === 'off' ? true : undefined))
      await ann.stop()
      assert.deepEqual(passedOn(here.router), [])
    },
  )
