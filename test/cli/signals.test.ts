import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const KITH = fileURLToPath(new URL('../../bin/kith.js', import.meta.url))
const ENV = { ...process.env, KITH_LAUNCHED: '1' }

const folderFor = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'kith-signals-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

test('[CL77] without a terminal a server outlives SIGHUP, and ends at SIGTERM', async (t) => {
  const data = await folderFor(t)
  const line = [KITH, 'server', '--port', '0', '--host', '127.0.0.1', '--data', data]
  const child = spawn(process.execPath, line, { stdio: ['ignore', 'pipe', 'pipe'], env: ENV })
  t.after(() => child.kill('SIGKILL'))
  let ended = false
  child.once('exit', () => (ended = true))
  while (!String((await once(child.stdout, 'data'))[0]).includes('Ctrl+C'));
  child.kill('SIGHUP')
  // A signal that is handled is handled before the next one.
  const closed = once(child, 'exit')
  assert.equal(ended, false)
  child.kill('SIGTERM')
  assert.deepEqual(await closed, [0, null])
})

test('[CL76] Ctrl+C ends the reading of standard input', async (t) => {
  const folder = await folderFor(t)
  const program = join(folder, 'read.mjs')
  const terminal = JSON.stringify(join(import.meta.dirname, '../../src/cli/terminal.ts'))
  await writeFile(
    program,
    `import { processTerminal } from ${terminal}
    const ending = new AbortController()
    process.on('SIGINT', () => ending.abort())
    console.log('reading')
    console.log(JSON.stringify(await processTerminal.input(100, ending.signal)))`,
  )
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const said: string[] = []
  child.stdout.on('data', (part: Buffer) => {
    said.push(String(part))
    if (said.join('') === 'reading\n') child.kill('SIGINT')
  })
  const [code] = (await once(child, 'close')) as [number | null]
  assert.deepEqual([code, said.join('')], [0, 'reading\n{"ok":true,"value":""}\n'])
})

test('[CL76] Ctrl+C at the question for a passphrase is known by when the question is answered', async (t) => {
  if (spawnSync('script', ['--version']).status !== 0) return t.skip('no program here that makes a terminal')
  const folder = await folderFor(t)
  const program = join(folder, 'ask.mjs')
  const terminal = JSON.stringify(join(import.meta.dirname, '../../src/cli/terminal.ts'))
  await writeFile(
    program,
    `import { processTerminal } from ${terminal}
    let ended = false
    process.on('SIGINT', () => (ended = true))
    const answer = await processTerminal.secret('Which? ')
    console.log(['answered', String(answer), ended].join(' '))`,
  )
  const child = spawn('script', ['-qec', `${process.execPath} ${program}`, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', (part: Buffer) => {
    if (!said.includes('Which?') && `${said}${String(part)}`.includes('Which?')) child.stdin.write('\u0003')
    said += String(part)
  })
  await once(child, 'close')
  assert.match(said, /answered undefined true/)
})
