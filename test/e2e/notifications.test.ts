import assert from 'node:assert/strict'
import test from 'node:test'
import { recordNotifications, toldIn, turn } from '../web/recorded.ts'
import { annAndBob } from './people.ts'
import { setStage } from './stage.ts'
import { field, say, theirs, until } from './windows.ts'

const stage = await setStage()
const { annsWindow, bobsWindow } = await annAndBob(stage)

test('[EE220] who asked for it is told by the system what came while the window was in the background, until it was read', async () => {
  await bobsWindow.context().grantPermissions(['notifications'])
  await recordNotifications(bobsWindow)
  await bobsWindow.getByRole('button', { name: 'Settings' }).click()
  await bobsWindow.getByText('Who wrote and what', { exact: true }).click()
  await turn(bobsWindow, 'away')
  await say(annsWindow, 'are you there?')
  await until(bobsWindow, () => globalThis.told.length === 1)
  assert.deepEqual(await toldIn(bobsWindow), ['Ann: are you there?'])
  await bobsWindow.evaluate(() => globalThis.told[0]?.click())
  await turn(bobsWindow, 'back')
  await field(bobsWindow).waitFor()
  await theirs(bobsWindow, 'are you there').waitFor()
  await until(bobsWindow, () => document.title === 'Kith' && (globalThis.told[0]?.closed ?? false))
})
