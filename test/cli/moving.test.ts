import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import type { OwnPeer } from '../../src/cli/command.ts'
import { openServer } from '../../src/cli/compose-server.ts'
import { openPeer } from '../../src/cli/compose.ts'
import { openProfile } from '../../src/cli/compose-profile.ts'
import { followPeer } from '../../src/cli/follow.ts'
import { profileOf, type Profile } from '../../src/cli/profile.ts'
import { deliveryOf } from '../../src/view/view.ts'
import { kith, machineWith } from './fake-world.ts'

const tellNobody = (error: unknown): void => assert.fail(String(error))

test('[EX10] [AR2] a profile moves to another machine, goes on talking there, and leaves nothing readable', async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'kith-moving-'))
  t.after(() => rm(data, { recursive: true }))
  const profile = (name: string): Profile => {
    const made = profileOf(name, data)
    assert(made.ok)
    return made.value
  }
  const server = await openServer({ port: 0, folder: join(data, 'server'), people: 'on', host: '127.0.0.1' })
  assert(server.ok)
  t.after(() => server.value.close())
  const started = async (name: string, passphrase?: string): Promise<OwnPeer> => {
    const listen = { host: '127.0.0.1', port: 0 }
    const options = { listen, servers: [`127.0.0.1:${server.value.port}`], nearby: 'off' } as const
    const peer = await openPeer(profile(name), { ...options, ask: async () => passphrase }, tellNobody)
    assert(peer.ok, JSON.stringify(peer))
    return peer.value
  }
  const typing = (name: string, ...secrets: string[]) => {
    const machine = machineWith({ secrets })
    return { ...machine, world: { ...machine.world, openProfile: () => openProfile(profile(name)) } }
  }

  /** Sends somebody a message, and waits until their device has it. */
  const tell = async (from: OwnPeer, name: string, text: string): Promise<void> => {
    const following = followPeer(from.calls, new AbortController().signal)
    const found = await following.until(() => [...following.seen.people.values()].find((each) => each.name === name))
    assert(found.at === 'found')
    const opened = await from.calls.open({ person: found.value.id })
    assert(opened.ok)
    const say = () => from.calls.say({ conversation: opened.value.conversation, text })
    let said = await say()
    // A profile that was brought back waits until somebody says how far it had written.
    for (; !said.ok && said.refusal.kind === 'restoring'; said = await say()) await following.next()
    assert(said.ok)
    const { value } = said
    const isThere = (): boolean => {
      const progress = following.seen.conversations.get(value.conversation)?.progress ?? []
      return ['delivered', 'read'].includes(deliveryOf(value, progress))
    }
    await following.until(() => isThere() || undefined)
    await following.end()
  }
  const textsOf = async (peer: OwnPeer): Promise<readonly string[]> => {
    const following = followPeer(peer.calls, new AbortController().signal)
    await following.begun()
    const [conversation] = following.seen.conversations.keys()
    await following.end()
    const page = await peer.calls.history({ conversation: conversation ?? '', limit: 50 })
    assert(page.ok)
    return page.value.lines.flatMap((line) => (line.kind === 'message' ? [line.text] : []))
  }

  const bob = await started('bob')
  t.after(() => bob.close())
  await bob.calls.rename({ name: 'Bob' })
  const ann = await started('ann')
  await ann.calls.rename({ name: 'Annabella' })
  await tell(ann, 'Bob', 'the nightingale sings')
  await tell(bob, 'Annabella', 'and the lark')
  await ann.close()

  const file = join(data, 'ann.kith')
  assert.equal(await kith(`export ${file}`, typing('ann', 'for the file', 'for the file')), 0)
  assert.equal(await kith('passphrase set', typing('moved', 'for the disk', 'for the disk')), 0)
  const importing = typing('moved', 'for the disk', 'for the file')
  assert.equal(await kith(`import ${file}`, importing), 0)
  assert.match(importing.printed.join('\n'), /conversations +1 added, 0 kept\n.*messages +2 added, 0 kept/)

  const moved = await started('moved', 'for the disk')
  assert.deepEqual(await textsOf(moved), ['the nightingale sings', 'and the lark'])
  await tell(moved, 'Bob', 'from a grasshopper')
  await tell(bob, 'Annabella', 'still you')
  const all = ['the nightingale sings', 'and the lark', 'from a grasshopper', 'still you']
  assert.deepEqual(await textsOf(bob), all)
  await moved.close()

  // The old export adds nothing to where the device has gone on, and takes it back nowhere.
  assert.equal(await kith(`import ${file}`, typing('moved', 'for the disk', 'for the file')), 0)
  const again = await started('moved', 'for the disk')
  assert.deepEqual(await textsOf(again), all)
  await tell(again, 'Bob', 'the end')
  await again.close()

  const { folder } = profile('moved')
  for (const name of [...(await readdir(folder)).map((each) => join(folder, each)), file])
    for (const word of ['nightingale', 'grasshopper', 'Annabella', 'Bob'])
      assert.equal((await readFile(name)).indexOf(word), -1, `${word} in ${name}`)
})
