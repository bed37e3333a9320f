import assert from 'node:assert/strict'
import test from 'node:test'
import { enter } from './people.ts'
import { setStage } from './stage.ts'
import { field, mine, reaches, say, stranger, talk, theirs } from './windows.ts'

const stage = await setStage()
const ann = await stage.home('ann')
const annsWindow = await stage.open(ann.windowUrl)

test('[EE1] the first start asks for a name, says what is wrong with one, and leads to how to meet somebody', async () => {
  const name = annsWindow.getByLabel('Your name')
  const { suggestedName } = await ann.calls.status()
  assert.equal(await name.inputValue(), suggestedName)
  const start = annsWindow.getByRole('button', { name: 'Start talking' })
  for (const [typed, words] of [
    ['   ', 'A name needs at least one letter'],
    ['a'.repeat(41), 'Take out 1 character'],
    ['An\u202En', 'U+202E'],
  ] as const) {
    await name.fill(typed)
    await annsWindow.locator('#my-name-words', { hasText: words }).waitFor()
    assert.equal(await start.isDisabled(), true)
  }
  await name.fill('  Ann ')
  await start.click()
  await annsWindow.getByText('You are Ann').waitFor()
  await annsWindow.getByRole('heading', { name: 'Nobody is in sight yet' }).waitFor()
  await annsWindow.getByText('npm start -- --profile bob').waitFor()
})

test('[EE2] two people on one server see each other by themselves, and opening a conversation sends nothing', async () => {
  const bob = await stage.home('bob', { name: 'Bob' })
  const bobsWindow = await stage.open(bob.windowUrl)
  await stranger(annsWindow, 'Bob').waitFor()
  await stranger(bobsWindow, 'Ann').click()
  await bobsWindow.getByText('as a request, which they accept by answering').waitFor()
  assert.equal(await stranger(annsWindow, 'Bob').count(), 1)
  assert.equal(await annsWindow.getByRole('heading', { name: 'Requests' }).count(), 0)
})

test('[EE3] a first message is a request, and accepting opens the conversation for both', async () => {
  const bob = await stage.open(await stage.home('bo', { name: 'Bo' }).then((home) => home.windowUrl))
  await stranger(bob, 'Ann').click()
  await say(bob, 'May I?')
  await annsWindow.getByRole('heading', { name: 'Requests' }).waitFor()
  await talk(annsWindow, /Bo.*May I\?/).click()
  await annsWindow.getByText('Bo wrote to you for the first time.').waitFor()
  await annsWindow.getByRole('button', { name: 'Accept' }).click()
  await annsWindow.getByRole('button', { name: 'Accept' }).waitFor({ state: 'detached' })
  await bob.getByText('Ann accepted your request').waitFor()
  await reaches(bob, 'May I?', 'read')
})

test('[EE3] answering a request accepts it', async () => {
  const carla = await stage.open(await stage.home('carla', { name: 'Carla' }).then((home) => home.windowUrl))
  await stranger(carla, 'Ann').click()
  await say(carla, 'Lunch?')
  await talk(annsWindow, /Carla.*Lunch/).click()
  await annsWindow.getByRole('button', { name: 'Accept' }).waitFor()
  await say(annsWindow, 'At one.')
  await annsWindow.getByRole('button', { name: 'Accept' }).waitFor({ state: 'detached' })
  await theirs(carla, 'At one.').waitFor()
})

test('[EE3] an ignored request goes aside without a sign, and can be taken up later', async () => {
  const dan = await stage.open(await stage.home('dan', { name: 'Dan' }).then((home) => home.windowUrl))
  await stranger(dan, 'Ann').click()
  await say(dan, 'Buy this')
  await talk(annsWindow, /Dan.*Buy/).click()
  await annsWindow.getByRole('button', { name: 'Ignore' }).click()
  await annsWindow.getByText('You ignored Dan.').waitFor()
  await annsWindow.getByRole('button', { name: 'Ignored and blocked' }).click()
  await talk(annsWindow, 'Dan').waitFor()
  assert.equal(await dan.getByText('ignored').count(), 0)
  await annsWindow.getByRole('button', { name: 'Accept' }).click()
  await dan.getByText('Ann accepted your request').waitFor()
})

test('[EE3] who was blocked reaches nobody until they are unblocked, and then what waited arrives', async () => {
  const eve = await stage.open(await stage.home('eve', { name: 'Eve' }).then((home) => home.windowUrl))
  await stranger(eve, 'Ann').click()
  await say(eve, 'First')
  await talk(annsWindow, /Eve.*First/).click()
  await annsWindow.getByRole('button', { name: 'Block', exact: true }).click()
  await annsWindow.getByText('You blocked Eve.').waitFor()
  assert.equal(await field(annsWindow).count(), 0)
  await eve.getByText('Last here just now').waitFor()
  await say(eve, 'Second')
  await eve.getByText('Kept here. Waits for Ann and goes out by itself.').waitFor()
  assert.equal(await theirs(annsWindow, 'Second').count(), 0)
  await annsWindow.getByRole('button', { name: 'Unblock' }).click()
  await theirs(annsWindow, 'Second').waitFor()
  await enter(annsWindow, 'Eve')
  await say(annsWindow, 'Sorry')
  await mine(eve, 'Second').waitFor()
  await theirs(eve, 'Sorry').waitFor()
})
