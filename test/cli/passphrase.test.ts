import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { openPeer } from '../../src/cli/compose.ts'
import { openProfile } from '../../src/cli/compose-profile.ts'
import { profileOf, type Profile } from '../../src/cli/profile.ts'
import { EMPTY_LINE, SECRET_CHARACTERS_MAX, withKeys } from '../../src/cli/secret-line.ts'
import { processTerminal } from '../../src/cli/terminal.ts'
import { kith, machineWith, type Machine } from './fake-world.ts'

const profileFor = async (t: TestContext): Promise<Profile> => {
  const data = await mkdtemp(join(tmpdir(), 'kith-passphrase-'))
  t.after(() => rm(data, { recursive: true }))
  const profile = profileOf('ann', data)
  assert(profile.ok)
  return profile.value
}

/** A machine on which profiles are real, and passphrases are typed as given. */
const typing = (profile: Profile, ...secrets: string[]): Machine => {
  const machine = machineWith({ secrets })
  return { ...machine, world: { ...machine.world, openProfile: () => openProfile(profile) } }
}

const HERE = { listen: { host: '127.0.0.1', port: 0 } }
const tellNobody = (error: unknown): void => assert.fail(String(error))

/** How a profile opens with this answer to the question for its passphrase. */
const openingWith = async (profile: Profile, answer: string | undefined): Promise<string> => {
  const asked: string[] = []
  const ask = async (question: string) => {
    asked.push(question)
    return answer
  }
  const peer = await openPeer(profile, { ...HERE, ask }, tellNobody)
  if (peer.ok) await peer.value.close()
  return `${asked.join() || 'not asked'}: ${peer.ok ? 'opened' : peer.refusal.kind}`
}

test('[AR13] a passphrase is set, asked for at the start, changed and removed', async (t) => {
  const profile = await profileFor(t)
  assert.equal(await openingWith(profile, undefined), 'not asked: opened')
  const set = typing(profile, 'first passphrase', 'first passphrase')
  assert.equal(await kith('passphrase set', set), 0)
  assert.deepEqual(set.printed, [
    'The profile default is encrypted now. Kith asks for the passphrase whenever it starts.',
  ])
  assert.deepEqual(set.events, ['asked "New passphrase: "', 'asked "Once more: "'])
  assert.equal(await openingWith(profile, 'first passphrase'), 'Passphrase of the profile ann: : opened')
  assert.equal(await openingWith(profile, 'wrong passphrase'), 'Passphrase of the profile ann: : wrong-passphrase')
  assert.equal(await openingWith(profile, undefined), 'Passphrase of the profile ann: : passphrase-needed')
  const change = typing(profile, 'first passphrase', 'second passphrase', 'second passphrase')
  assert.equal(await kith('passphrase change', change), 0)
  assert.equal(await openingWith(profile, 'first passphrase'), 'Passphrase of the profile ann: : wrong-passphrase')
  assert.equal(await openingWith(profile, 'second passphrase'), 'Passphrase of the profile ann: : opened')
  assert.equal(await kith('passphrase remove', typing(profile, 'second passphrase')), 0)
  assert.equal(await openingWith(profile, undefined), 'not asked: opened')
  assert.deepEqual((await readdir(profile.folder)).toSorted(), ['kith.db', 'kith.lock'])
})

test('[AR3] a wrong or unfit passphrase is told, and changes nothing', async (t) => {
  const profile = await profileFor(t)
  const told = async (line: string, ...secrets: string[]): Promise<string> => {
    const machine = typing(profile, ...secrets)
    const exit = await kith(line, machine)
    return `${exit} ${machine.noted.join()}`
  }
  assert.match(await told('passphrase set', 'short'), /^2 .*at least 8 characters/)
  assert.match(await told('passphrase set', 'x'.repeat(2_000)), /^2 .*at most 1,024 characters/)
  assert.match(await told('passphrase set', 'one passphrase', 'another passphrase'), /^2 .*two different/)
  assert.match(await told('passphrase set'), /^1 .*nobody to ask/)
  assert.match(await told('passphrase change'), /^2 .*has no passphrase/)
  assert.match(await told('passphrase forget'), /^2 .*set, change or remove/)
  assert.equal(await openingWith(profile, undefined), 'not asked: opened')
  assert.match(await told('passphrase set', 'one passphrase', 'one passphrase'), /^0/)
  assert.match(await told('passphrase set'), /^2 .*has a passphrase already/)
  assert.match(await told('passphrase change', 'two passphrases'), /^1 .*not the passphrase. Nothing was changed/)
  assert.match(await told('passphrase remove', 'two passphrases'), /^1 .*not the passphrase/)
  assert.match(await told('export /nowhere/file', 'two passphrases'), /^1 .*not the passphrase/)
  assert.equal(await openingWith(profile, 'one passphrase'), 'Passphrase of the profile ann: : opened')
})

test('[AR8] a damaged key file is told, and the folder left as it is', async (t) => {
  const profile = await profileFor(t)
  await kith('passphrase set', typing(profile, 'one passphrase', 'one passphrase'))
  const file = join(profile.folder, 'kith.key')
  await writeFile(file, 'nonsense')
  const before = await readdir(profile.folder)
  const machine = typing(profile)
  assert.equal(await kith('passphrase remove', machine), 1)
  assert.match(machine.noted.join(), /kith\.key is damaged.*Bring back the whole folder/)
  assert.deepEqual(await readdir(profile.folder), before)
})

test('[AR14] a profile whose peer runs is left alone, and the refusal says what to stop', async () => {
  for (const line of ['passphrase set', 'passphrase change', 'passphrase remove', 'export out', 'import in']) {
    const machine = machineWith({ running: true, secrets: ['a passphrase', 'a passphrase'] })
    assert.equal(await kith(line, machine), 1)
    assert.match(machine.noted.join(), /Kith runs with the profile default \(process 4711\). Stop it first/)
    assert.deepEqual(machine.events, ['disconnected'])
  }
})

test('[AR14] a profile that another process has open without a door is left alone as well', async (t) => {
  const profile = await profileFor(t)
  const peer = await openPeer(profile, HERE, tellNobody)
  assert(peer.ok)
  const machine = typing(profile, 'a passphrase', 'a passphrase')
  assert.equal(await kith('passphrase set', machine), 1)
  assert.match(machine.noted.join(), /Another process is using the profile/)
  await peer.value.close()
})

test('[AR13] passphrases are read from a descriptor line by line, and never from options or variables', async () => {
  const machine = machineWith({
    secrets: ['a passphrase'],
    opening: () => ({ ok: false, refusal: { kind: 'wrong-passphrase' } }),
  })
  let answer: string | undefined
  const world = {
    ...machine.world,
    openPeer: async (_: unknown, { ask }: { readonly ask?: (question: string) => Promise<string | undefined> }) => {
      answer = await ask?.('Passphrase: ')
      return { ok: false, refusal: { kind: 'wrong-passphrase' } } as const
    },
  }
  assert.equal(await kith('name --passphrase-fd 7', { ...machine, world }), 1)
  assert.deepEqual([answer, machine.events], ['a passphrase', ['line of 7']])
  assert.equal(await kith('name --passphrase-fd seven', machineWith()), 2)
  assert.equal(await kith('name --passphrase secret', machineWith()), 2)
})

test('[AR13] a descriptor gives its lines one after the other, and nothing at its end', async (t) => {
  const { folder } = await profileFor(t)
  const data = join(folder, '..', '..')
  const file = join(data, 'lines')
  await writeFile(file, 'first line\nzweite Zeile ü\r\nlast\r')
  const script = `
    import { processTerminal } from ${JSON.stringify(join(import.meta.dirname, '../../src/cli/terminal.ts'))}
    for (let count = 0; count < 4; count++) console.log(JSON.stringify(processTerminal.line(0) ?? null))
    console.log(JSON.stringify(processTerminal.line(999) ?? null))
  `
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    input: await readFile(file),
    encoding: 'utf8',
  })
  assert.deepEqual(child.stdout.trim().split('\n'), ['"first line"', '"zweite Zeile ü"', '"last"', 'null', 'null'])
})

test('[AR13] in a terminal what is typed is taken twice in a row, and never shown', async (t) => {
  if (spawnSync('script', ['--version']).status !== 0) return t.skip('no program here that makes a terminal')
  const terminal = JSON.stringify(join(import.meta.dirname, '../../src/cli/terminal.ts'))
  const { folder } = await profileFor(t)
  const program = join(folder, '..', '..', 'ask.mjs')
  await writeFile(
    program,
    `import { processTerminal } from ${terminal}
    const first = await processTerminal.secret('First? ')
    const second = await processTerminal.secret('Second? ')
    console.log(JSON.stringify([first, second].map((each) => each.toUpperCase())))`,
  )
  const child = spawn('script', ['-qec', `'${process.execPath}' '${program}'`, '/dev/null'])
  let shown = ''
  const answers = [
    ['First? ', 'open sesame\r'],
    ['Second? ', 'grüne barley\r'],
  ]
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    const [question = '', answer] = answers[0] ?? []
    if (answer === undefined || !shown.endsWith(question)) return
    answers.shift()
    child.stdin.write(answer)
  })
  const [code] = (await once(child, 'close')) as [number]
  child.stdin.end()
  assert.deepEqual(shown.trim().split(/[\r\n]+/), ['First? ', 'Second? ', '["OPEN SESAME","GRÜNE BARLEY"]'])
  assert.equal(code, 0)
})

test('[AR13] without a terminal nobody is asked', async () => {
  // The tests have none.
  if (process.stdin.isTTY) return
  assert.equal(await processTerminal.secret('Passphrase: '), undefined)
})

test('[AR13] what is typed unseen ends with Enter, is mended with backspace, and given up with Ctrl+C or Ctrl+D', () => {
  const typed = (...keys: string[]) => keys.reduce(withKeys, EMPTY_LINE)
  assert.deepEqual(typed('s', 'e', 'c', '\r'), { at: 'entered', text: 'sec' })
  assert.deepEqual(typed('pasted phrase\nrest'), { at: 'entered', text: 'pasted phrase' })
  assert.deepEqual(typed('sx\u007fe\u{1f512}\u007fc\r'), { at: 'entered', text: 'sec' })
  assert.deepEqual(typed('wrong\u0015right\r'), { at: 'entered', text: 'right' })
  assert.deepEqual(typed('a', '\u001b[D', 'b', '\t', '\r'), { at: 'entered', text: 'ab' })
  assert.deepEqual(typed('\u007f\r'), { at: 'entered', text: '' })
  assert.deepEqual(typed('abc\u0003'), { at: 'given-up' })
  assert.deepEqual(typed('abc', '\u0004', 'd\r'), { at: 'given-up' })
  const long = typed('x'.repeat(SECRET_CHARACTERS_MAX + 10))
  assert.equal(long.at === 'typing' && long.typed.length, SECRET_CHARACTERS_MAX)
})

test('[EX16] an export goes to a new file of its owner only, is imported elsewhere, and says what it did', async (t) => {
  const [here, there] = [await profileFor(t), await profileFor(t)]
  const file = join(here.folder, '..', 'ann.kith')
  const nobody = typing(here, 'file passphrase', 'file passphrase')
  assert.equal(await kith(`export ${file}`, nobody), 1)
  assert.match(nobody.noted.join(), /Nobody has used this profile/)
  const peer = await openPeer(here, HERE, tellNobody)
  assert(peer.ok)
  await peer.value.calls.rename({ name: 'Ann' })
  await peer.value.close()
  const exporting = typing(here, 'file passphrase', 'file passphrase')
  assert.equal(await kith(`export ${file}`, exporting), 0)
  assert.match(
    exporting.printed[0] ?? '',
    /ann\.kith holds everything of this profile: 0 conversations, 0 messages, 0 people \([\d.]+ (bytes|KB)\)\.$/,
  )
  assert.match(exporting.printed[1] ?? '', /on one machine only/)
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  const bytes = await readFile(file)
  const again = typing(here, 'file passphrase', 'file passphrase')
  assert.equal(await kith(`export ${file}`, again), 2)
  assert.match(again.noted.join(), /is there already, and is not written over/)
  assert.deepEqual(await readFile(file), bytes)

  const importing = typing(there, 'file passphrase')
  assert.equal(await kith(`import ${file} --json`, importing), 0)
  assert.deepEqual(JSON.parse(importing.printed.join('')), {
    conversations: { added: 0, kept: 0 },
    messages: { added: 0, kept: 0 },
    people: { added: 0, kept: 0 },
    whole: true,
  })
  const same = await openPeer(there, HERE, tellNobody)
  assert(same.ok)
  assert.equal((await same.value.calls.status()).me?.name, 'Ann')
  await same.value.close()
  const twice = typing(there, 'file passphrase')
  assert.equal(await kith(`import ${file}`, twice), 0)
  assert.match(
    twice.printed.join('\n'),
    /missing.*is there now; what was there stays as it was.\n\n  conversations  0 added, 0 kept/,
  )
})

test('[EX17] whatever an import refuses it says, and nothing is changed', async (t) => {
  const [here, there] = [await profileFor(t), await profileFor(t)]
  const file = join(here.folder, '..', 'ann.kith')
  for (const [profile, name] of [
    [here, 'Ann'],
    [there, 'Bob'],
  ] as const) {
    const peer = await openPeer(profile, HERE, tellNobody)
    assert(peer.ok)
    await peer.value.calls.rename({ name })
    await peer.value.close()
  }
  await kith(`export ${file}`, typing(here, 'file passphrase', 'file passphrase'))
  const told = async (...secrets: string[]): Promise<string> => {
    const machine = typing(there, ...secrets)
    const exit = await kith(`import ${file}`, machine)
    return `${exit} ${machine.noted.join()}`
  }
  assert.match(await told('file passphrase'), /^1 .*another profile’s, that of Ann.*Nothing was changed.*--profile NEW/)
  assert.match(await told('other passphrase'), /^1 .*not the passphrase/)
  assert.match(await told(), /^1 .*nobody to ask/)
  const bytes = await readFile(file)
  await writeFile(file, bytes.subarray(0, -1))
  assert.match(await told('file passphrase'), /^1 .*damaged, or not all of it/)
  await writeFile(file, 'something else')
  assert.match(await told('file passphrase'), /^1 .*not a file that `kith export` wrote/)
  await rm(file)
  assert.match(await told('file passphrase'), /^1 .*cannot be used \(ENOENT/)
  const peer = await openPeer(there, HERE, tellNobody)
  assert(peer.ok)
  assert.equal((await peer.value.calls.status()).me?.name, 'Bob')
  await peer.value.close()
})

test('[EX18] a profile with a passphrase is exported and imported under passphrases of their own', async (t) => {
  const [here, there] = [await profileFor(t), await profileFor(t)]
  const file = join(here.folder, '..', 'ann.kith')
  const peer = await openPeer(here, HERE, tellNobody)
  assert(peer.ok)
  await peer.value.calls.rename({ name: 'Ann' })
  await peer.value.close()
  await kith('passphrase set', typing(here, 'the passphrase here', 'the passphrase here'))
  await kith('passphrase set', typing(there, 'the passphrase there', 'the passphrase there'))
  const exporting = typing(here, 'the passphrase here', 'the file passphrase', 'the file passphrase')
  assert.equal(await kith(`export ${file}`, exporting), 0)
  assert.equal(await kith(`import ${file}`, typing(there, 'the passphrase there', 'the file passphrase')), 0)
  assert.equal(await openingWith(there, 'the passphrase there'), 'Passphrase of the profile ann: : opened')
  assert.equal(await openingWith(there, 'the passphrase here'), 'Passphrase of the profile ann: : wrong-passphrase')
})
