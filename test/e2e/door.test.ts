import assert from 'node:assert/strict'
import test from 'node:test'
import { annAndBob, enter, leave } from './people.ts'
import { setStage } from './stage.ts'
import { field, mine, say, theirs, until } from './windows.ts'

// That no page ever asks anybody else, breaks its policy or gets a cookie is looked at after every test of every file.
const stage = await setStage()
const { ann, annsWindow, bobsWindow } = await annAndBob(stage)
const code = new URL(ann.windowUrl).hash

test('[EE16] the code is gone from the address, and the token is in no address, cookie or lasting storage', async () => {
  assert.match(code, /\w{16,}/)
  const { address, entries, cookie, lasting, token } = await annsWindow.evaluate(() => ({
    address: location.href,
    entries: performance.getEntries().map(({ name }) => name),
    cookie: document.cookie,
    lasting: JSON.stringify({ ...localStorage }),
    token: Object.values({ ...sessionStorage }).join(' '),
  }))
  assert.match(token, /[0-9a-f]{64}/)
  assert.equal(cookie, '')
  for (const place of [address, lasting, ...entries]) {
    assert.ok(!place.includes(token), `the token is in ${place}`)
    assert.ok(!address.includes(code.slice(1)), 'the code is in the address')
  }
})

test('[EE16] a code opens one window; whoever comes with it again sees nothing and is told what to do', async () => {
  stage.expectTrouble(/status of 401/)
  const late = await stage.open(ann.windowUrl)
  await late.getByRole('heading', { name: 'Open this window from Kith' }).waitFor()
  assert.equal(await late.getByText('Bob').count(), 0)
  const without = await stage.open(new URL('/', ann.windowUrl).href)
  await without.getByRole('heading', { name: 'Open this window from Kith' }).waitFor()
})

test('[EE17] two windows of one profile show the same, and what is written in one is in the other', async () => {
  const second = await stage.open(await ann.startAgain())
  await enter(second, 'Bob')
  await say(second, 'from the second window')
  await mine(annsWindow, 'from the second window').waitFor()
  await theirs(bobsWindow, 'from the second window').waitFor()
  await field(second).fill('a draft in the second')
  await leave(annsWindow)
  await annsWindow.getByText('Draft: a draft in the second').waitFor()
  await second.close()
})

test('[EE16] a message cannot make the page run, load or open anything', async () => {
  await enter(annsWindow, 'Bob')
  for (const text of [
    '<script>document.title = "run"</script>',
    '![picture](https://example.org/a.png)',
    '<iframe src="https://example.org"></iframe>',
    '[go](data:text/html,<script>1</script>) [go](vbscript:x) <javascript:alert(1)>',
  ]) {
    await field(annsWindow).fill(text)
    await field(annsWindow).press('Enter')
  }
  await say(annsWindow, 'all sent')
  await theirs(bobsWindow, 'all sent').waitFor()
  const log = bobsWindow.getByRole('group', { name: 'Messages with Ann' })
  assert.equal(await log.locator('script, img, iframe').count(), 0)
  assert.deepEqual(
    await log
      .locator('a')
      .evaluateAll((links) =>
        links.map((link) => link.getAttribute('href') ?? '').filter((href) => !/^(https?|mailto):/.test(href)),
      ),
    [],
  )
  await until(bobsWindow, () => document.title === 'Kith')
})
