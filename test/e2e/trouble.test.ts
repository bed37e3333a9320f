import assert from 'node:assert/strict'
import test from 'node:test'
import { startServer } from './homes.ts'
import { annAndBob, personNamed } from './people.ts'
import { setStage } from './stage.ts'
import { mine, reaches, say, theirs } from './windows.ts'

const stage = await setStage()
const pair = await annAndBob(stage)
const { annsWindow } = pair
let { ann, bob } = pair
/** What a page says whose own Kith is gone: its socket breaks, and it asks until somebody answers. */
const GONE = /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|WebSocket/

test('[EE12] a server that is killed interrupts nothing, and the window says that it is gone until it is back', async () => {
  const { port } = stage.server
  await stage.server.kill()
  await annsWindow.getByRole('navigation').getByText(`Cannot reach 127.0.0.1:${port}`).waitFor()
  await say(annsWindow, 'still with you?')
  await theirs(pair.bobsWindow, 'still with you?').waitFor()
  await say(pair.bobsWindow, 'of course')
  await theirs(annsWindow, 'of course').waitFor()
  await reaches(annsWindow, 'still with you?', 'read')
  await startServer(stage.folder, port)
  await annsWindow.getByRole('navigation').getByText(`On 127.0.0.1:${port}`).waitFor()
})

test('[EE13] a message to somebody who is away says that it waits, and the details say what was tried', async () => {
  stage.expectTrouble(GONE)
  await bob.kill()
  await say(annsWindow, 'are you there?')
  await annsWindow.getByText('Kept here. Waits for Bob and goes out by itself.').waitFor()
  await reaches(annsWindow, 'are you there?', 'kept')
  await annsWindow.getByRole('button', { name: /^About Bob/ }).click()
  await annsWindow.getByRole('heading', { name: 'Why can’t I reach Bob?' }).waitFor()
  await annsWindow.getByText('Nobody answered at this address: the connection was refused.').first().waitFor()
  await annsWindow.getByText('ECONNREFUSED').first().waitFor()
  await annsWindow.getByText(/Next attempt (in \d+ seconds?|now)/).waitFor()
  await annsWindow.getByText('1 message of yours waits for Bob and goes out by itself.').waitFor()
  await annsWindow.getByRole('button', { name: 'Try now' }).click()
  await annsWindow.getByRole('button', { name: 'Back to the conversation' }).click()
  await mine(annsWindow, 'are you there?').waitFor()
})

test('[EE13] what waited goes out by itself when both programs were stopped and started again', async () => {
  stage.expectTrouble(GONE)
  await ann.kill()
  await annsWindow.getByRole('alert').getByText('Kith is not running.').waitFor()
  ann = await stage.home('ann')
  bob = await stage.home('bob')
  const bobsWindow = await stage.open(bob.windowUrl)
  await bobsWindow.getByRole('link', { name: /Ann.*are you there/ }).click()
  await theirs(bobsWindow, 'are you there?').waitFor()
  await personNamed(ann.calls, 'Bob', ({ presence }) => presence.at === 'here')
})

test('[EE14] a window whose Kith was started anew says how to get another, which shows what was kept', async () => {
  stage.expectTrouble(GONE)
  await ann.kill()
  ann = await stage.home('ann')
  await annsWindow.getByRole('alert').getByText('Kith was started anew and does not know this window.').waitFor()
  const again = await stage.open(await ann.startAgain())
  await again.getByRole('link', { name: /Bob/ }).click()
  await mine(again, 'are you there?').waitFor()
  await reaches(again, 'are you there?', 'read')
  await say(again, 'good to see you')
})

test('[EE15] [CL220] what is chosen in the settings holds after a restart', async () => {
  stage.expectTrouble(GONE)
  const settings = async (): Promise<Awaited<ReturnType<typeof stage.open>>> => {
    const page = await stage.open(await ann.startAgain())
    await page.getByRole('button', { name: 'Settings' }).click()
    return page
  }
  const first = await settings()
  await first.getByRole('switch', { name: 'Visible on the server' }).click()
  await first.getByLabel('Server to add').fill('no server at all')
  await first.getByRole('button', { name: 'Add', exact: true }).click()
  await first.getByText('is not a server’s address').waitFor()
  await first.getByRole('button', { name: /^Use .* no longer$/ }).click()
  await first.getByRole('navigation').getByText('No server').waitFor()
  await first.getByText('Dark', { exact: true }).click()
  assert.equal(await first.evaluate(() => document.documentElement.dataset['theme']), 'dark')
  await ann.stop()
  ann = await stage.home('ann', { port: stage.server.port })
  const second = await settings()
  await second.getByRole('switch', { name: 'Visible on the server', checked: false }).waitFor()
  await second.getByRole('switch', { name: 'Visible nearby', checked: false }).waitFor()
  await second.getByRole('switch', { name: 'Show when I have read something', checked: true }).waitFor()
  // What belongs to the browser. To it, a window on another port would be somebody else's.
  const sameBrowser = await first.context().newPage()
  await sameBrowser.goto(await ann.startAgain())
  await sameBrowser.getByRole('button', { name: 'Settings' }).waitFor()
  assert.equal(await sameBrowser.evaluate(() => document.documentElement.dataset['theme']), 'dark')
})
