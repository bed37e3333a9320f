import assert from 'node:assert/strict'
import test from 'node:test'
import { annAndBob, enter, leave } from './people.ts'
import { setStage } from './stage.ts'
import { stranger, talk } from './windows.ts'

const stage = await setStage()
const { bob, annsWindow, bobsWindow } = await annAndBob(stage)

test('[EE7] a private name stands before the chosen one, for me alone', async () => {
  await annsWindow.getByRole('button', { name: /^About Bob/ }).click()
  await annsWindow.getByLabel('What you call them').fill('Bobby')
  await annsWindow.getByRole('button', { name: 'Save' }).click()
  await talk(annsWindow, 'Bobby (Bob)').waitFor()
  await annsWindow.getByRole('button', { name: 'Back to the conversation' }).click()
  await annsWindow.getByRole('heading', { name: 'Bobby (Bob)' }).waitFor()
  assert.equal(await bobsWindow.getByText('Bobby').count(), 0)
})

test('[EE7] somebody who changes their name is called so everywhere, and a line says it', async () => {
  await bobsWindow.getByRole('button', { name: 'Settings' }).click()
  await bobsWindow.getByLabel('Your name').fill('Robert')
  await bobsWindow.getByRole('button', { name: 'Save' }).first().click()
  await bobsWindow.getByText('You are Robert').waitFor()
  await annsWindow.getByText('Bob is now called Robert').waitFor()
  await talk(annsWindow, 'Bobby (Robert)').waitFor()
  await enter(bobsWindow, 'Ann')
  await bobsWindow.getByText('You are now called Robert (was Bob)').waitFor()
})

test('[EE7] people whose names look alike show their tags', async () => {
  const twin = await stage.home('twin', { name: 'R\u043Ebert' })
  const { me } = await twin.calls.status()
  const tag = (await bob.calls.status()).me?.tag ?? ''
  await leave(annsWindow)
  await stranger(annsWindow, `·${me?.tag ?? '?'}`).waitFor()
  await talk(annsWindow, `·${tag}`).waitFor()
})
