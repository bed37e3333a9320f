import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { readDoorFile } from '../../src/api/door-file.ts'
import { says, startPair } from './peer.ts'
import { createStage, startServer } from './stage.ts'

const SECRET = 'the heron lands at midnight'

/** Byte strings of a length that keys have, in whatever a profile keeps of itself. */
const keysIn = (value: Uint8Array): readonly Buffer[] => {
  // CBOR writes a string of 32 bytes as 0x58 0x20 and then the bytes.
  const bytes = Buffer.from(value)
  const keys: Buffer[] = []
  for (let at = bytes.indexOf('5820', 0, 'hex'); at >= 0; at = bytes.indexOf('5820', at + 2, 'hex'))
    keys.push(bytes.subarray(at + 2, at + 34))
  return keys
}

const spellings = (bytes: Buffer): readonly string[] => [
  bytes.toString('hex'),
  bytes.toString('base64'),
  bytes.toString('base64url'),
  bytes.toString('latin1'),
]

test(
  '[SC23] no key, token or text is printed or written anywhere but where it belongs',
  { timeout: 120_000 },
  async (context) => {
    const stage = await createStage(context)
    const server = await startServer(stage)
    const [ann, bob] = await startPair(stage, server.address, ['Annabel', 'Bobbin'])
    const conversation = await ann.with(bob)
    await ann.sees(await ann.says(conversation, SECRET), 'delivered')
    await bob.hears(conversation, says(SECRET))
    const quiet = await stage.kith(
      ['say', 'Bobbin', '-', '--wait', 'delivered', '--data', stage.data, '--profile', 'ann'],
      {
        stdin: SECRET,
      },
    )
    const status = await stage.kith(['status', '--json', '--data', stage.data, '--profile', 'ann'])
    const doctor = await stage.kith(['doctor', '--data', stage.data, '--profile', 'ann'])
    const door = await readDoorFile(ann.folder)
    assert(door)
    // What somebody without the token tries shows up nowhere either.
    const wrong = 'ab'.repeat(32)
    await fetch(`${door.url}/api/ticket`, {
      method: 'POST',
      headers: { authorization: `Bearer ${wrong}`, origin: door.url },
    })
    assert.equal((await stat(join(ann.folder, 'door.json'))).mode & 0o777, 0o600)
    await server.program.end('SIGTERM')
    await Promise.all([ann.stop(), bob.stop()])

    const seeds: Buffer[] = [await readFile(join(stage.data, 'server', 'server.key'))]
    for (const { folder, device, id } of [ann, bob]) {
      const database = new DatabaseSync(join(folder, 'kith.db'), { readOnly: true })
      const rows = database.prepare(`SELECT value FROM record WHERE space = 'self'`).all() as { value: Uint8Array }[]
      database.close()
      const own = new Set([device, id])
      const found = rows.flatMap(({ value }) => keysIn(value)).filter((key) => !own.has(key.toString('hex')))
      assert(found.length >= 2, 'the seeds of person and device are among them')
      seeds.push(...found)
    }
    const printed = [server.program, ann.program, bob.program].map((each) => each.out() + each.err())
    printed.push(...[quiet, status, doctor].map(({ out, err }) => out + err))
    const forbidden = [SECRET, door.token, wrong, ...seeds.flatMap(spellings)]
    for (const text of printed) for (const each of forbidden) assert(!text.includes(each), `printed: ${text}`)

    const files = (await readdir(stage.data, { recursive: true, withFileTypes: true })).filter((each) => each.isFile())
    const serverFiles = files.filter(({ parentPath }) => parentPath === join(stage.data, 'server'))
    assert.deepEqual(serverFiles.map(({ name }) => name).sort(), ['mailboxes.sqlite', 'server.key'])
    for (const { parentPath, name } of files) {
      const bytes = await readFile(join(parentPath, name))
      assert(!bytes.includes(door.token), `the token is in ${name}`)
      if (parentPath !== join(stage.data, 'server')) continue
      if (name === 'server.key') assert.equal(bytes.length, 32)
      else for (const each of forbidden) assert(!bytes.includes(each), `${name} of the server holds what it must not`)
    }
  },
)
