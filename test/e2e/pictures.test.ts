import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { acquaint, enter, personNamed, told, viewsIn } from './people.ts'
import { done, setStage } from './stage.ts'
import { theirs } from './windows.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'screenshots')
const PICTURE_BYTES_MAX = 400_000
const PICTURES = ['first-start', 'empty', 'conversation-light', 'conversation-dark', 'narrow', 'request', 'details']

const stage = await setStage()

const places = PICTURES.map((name) => join(FOLDER, `${name}.png`))
/** A run of the tests changes no file of the checkout, unless a picture is missing or new ones are asked for. */
const isAsked = process.env['KITH_SCREENSHOTS'] === '1' || places.some((place) => !existsSync(place))

test('[EE21] the pictures of the README are there, taken from a real conversation, and small', async () => {
  const folder = isAsked ? FOLDER : await mkdtemp(join(tmpdir(), 'kith-pictures-'))
  await mkdir(folder, { recursive: true })
  for (const [name, page] of await windows()) {
    await page.evaluate(() => document.fonts.ready)
    await writeFile(join(folder, `${name}.png`), await page.screenshot({ animations: 'disabled', caret: 'hide' }))
  }
  const sizes = await Promise.all(PICTURES.map(async (name) => (await stat(join(folder, `${name}.png`))).size))
  assert.deepEqual(PICTURES.filter((_, index) => (sizes[index] ?? 0) > PICTURE_BYTES_MAX), [])
  if (!isAsked) await rm(folder, { recursive: true })
})

/** Every window as it is to be pictured, by the name of the picture. */
const windows = async (): Promise<readonly (readonly [string, Page])[]> => {
  const crisp = { density: 2 } as const
  const alone = await stage.home('alone', { port: stage.server.port })
  const first = await stage.open(alone.windowUrl, crisp)
  await first.getByLabel('Your name').fill('Ann')
  const empty = await stage.open(await alone.startAgain(), crisp)
  await empty.getByLabel('Your name').fill('Ann')
  await empty.getByRole('button', { name: 'Start talking' }).waitFor()
  await done(alone.calls.configure({ seenOnServer: false }))
  await done(alone.calls.rename({ name: 'Ann' }))
  await empty.getByRole('heading', { name: 'Nobody is in sight yet' }).waitFor()
  await first.close()
  const fresh = await stage.home('fresh')
  const naming = await stage.open(fresh.windowUrl, crisp)
  await naming.getByLabel('Your name').fill('Ann')
  return [
    ['first-start', naming],
    ['empty', empty],
    ...(await talking(crisp)),
  ]
}

const talking = async (crisp: { readonly density: number }): Promise<readonly (readonly [string, Page])[]> => {
  const names = ['Ann', 'Bob', 'Carla', 'Dan', 'Emma'] as const
  const homes = await Promise.all(names.map((name) => stage.home(name.toLowerCase(), { name })))
  const [ann, bob, carla, dan] = homes
  assert.ok(ann && bob && carla && dan)
  const withCarla = await acquaint(ann, carla, ['Ann', 'Carla'])
  await done(carla.calls.say({ conversation: withCarla, text: 'The museum is open until eight on Thursdays' }))
  await talkWithBob(ann, bob)
  const { id } = await personNamed(dan.calls, 'Ann')
  const { conversation } = await done(dan.calls.open({ person: id }))
  await done(dan.calls.say({ conversation, text: 'Hi Ann, this is Dan from the choir. Bob said you have the scores for Saturday?' }))

  const open = async (scene: object): Promise<Page> => {
    const page = await stage.open(await ann.startAgain(), { ...crisp, ...scene })
    await page.getByRole('link', { name: /^Bob/ }).click()
    await theirs(page, 'I will bring').waitFor()
    return page
  }
  const light = await open({})
  const dark = await open({ colours: 'dark' })
  const narrow = await open({ width: 360, height: 720 })
  const request = await open({})
  await request.getByRole('link', { name: /^Dan/ }).click()
  await request.getByRole('button', { name: 'Accept' }).waitFor()
  const details = await open({})
  await carla.kill()
  await personNamed(ann.calls, 'Carla', ({ presence }) => presence.at === 'away')
  await enter(details, 'Carla')
  await details.getByRole('button', { name: /^About Carla/ }).click()
  await details.getByText('ECONNREFUSED').first().waitFor()
  return [
    ['conversation-light', light],
    ['conversation-dark', dark],
    ['narrow', narrow],
    ['request', request],
    ['details', details],
  ]
}

type Person = Awaited<ReturnType<typeof stage.home>>

/** A conversation with an answer, reactions, a link, code, emoji and a change. */
const talkWithBob = async (ann: Person, bob: Person): Promise<void> => {
  const { id } = await personNamed(ann.calls, 'Bob')
  const { conversation } = await done(ann.calls.open({ person: id }))
  const says = async (who: Person, other: Person, text: string, reply?: string): Promise<string> => {
    const { line } = await done(who.calls.say({ conversation, text, ...(reply === undefined ? {} : { reply }) }))
    await arrived(other, conversation, text)
    return line
  }
  await says(ann, bob, 'Morning! Are we still on for the lake on Saturday?')
  await says(bob, ann, 'Of course. I found the timetable: https://trains.example.org/lake')
  const when = await says(bob, ann, 'There is one at **9:12** and one at **10:42**')
  await done(ann.calls.react({ conversation, line: when, emoji: '👍', on: true }))
  await says(ann, bob, 'The early one, then we have the place to ourselves', when)
  const much = await says(ann, bob, 'I will bring bread and cheese')
  await done(ann.calls.edit({ conversation, line: much, text: 'I will bring bread, cheese and the big blanket' }))
  await says(bob, ann, '🎉')
  const tent = await says(bob, ann, 'Then I will bring coffee. The gate needs a code, it is `4711#`')
  await done(ann.calls.react({ conversation, line: tent, emoji: '❤️', on: true }))
  await says(ann, bob, 'Perfect, see you on platform 3')
  await done(bob.calls.read({ conversation, upTo: (await newest(bob, conversation)).order }))
  await told(
    ann.calls,
    (update) => viewsIn(update).some(({ id, progress }) => id === conversation && progress.some(({ read, delivered }) => read > 0 && read === delivered)) || undefined,
  )
}

const newest = async (who: Person, conversation: string) => {
  const { lines } = await done(who.calls.history({ conversation, limit: 1 }))
  const line = lines[0]
  assert.ok(line)
  return line
}

/** Waits until this is the last thing that was said over there. */
const arrived = (who: Person, conversation: string, text: string): Promise<true> =>
  told(who.calls, (update) => viewsIn(update).some(({ id, last }) => id === conversation && last?.text === text) || undefined)
