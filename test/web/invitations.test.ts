import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { linkIn } from '../../src/web/invitation/link-text.ts'
import { linkOf } from './fake/invitation-calls.ts'
import { idOf } from './fake/people.ts'
import { filmQr } from './qr-film.ts'
import { called, goTo, onStage, openTheatre, playOn, type Scene, type Theatre } from './stage.ts'

let theatre: Theatre
let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kith-film-'))
  const camera = join(folder, 'invitation.y4m')
  await filmQr(camera, linkOf('talk'))
  theatre = await openTheatre({ camera })
})
after(async () => {
  await theatre.close()
  await rm(folder, { recursive: true })
})

const play = (scene: Scene, act: (page: Page) => Promise<void>): Promise<void> => playOn(theatre, scene, act)

const offered = (page: Page) => page.getByRole('heading', { name: 'Gwen invites you to talk.' })

test('[UI30] a link is found in what was pasted around it, and a broken one is put together', () => {
  const link = linkOf('talk')
  const wrapped = link.replace(/(.{70})/g, '$1\r\n')
  assert.deepEqual(
    [`Hi, look: ${link} see you`, `<${link}>`, wrapped, `${link}\ncheers`, link.replace('kith', 'KITH')].map(linkIn),
    [link, link, link, link, link],
  )
  assert.equal(linkIn('  nothing here '), 'nothing here')
})

test('[UI29] an invitation to talk is made with days and uses, shown as a link and a code, and taken back', () =>
  play({}, async (page) => {
    await page.getByRole('button', { name: 'New', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Invite somebody' }).click()
    await page.getByText('30 days').click()
    const uses = page.getByLabel('How many people may use it')
    assert.equal(await uses.inputValue(), '1')
    await uses.fill('1001')
    assert.equal(await page.getByRole('button', { name: 'Make the invitation' }).isDisabled(), true)
    await uses.fill('3')
    await page.getByRole('button', { name: 'Make the invitation' }).click()
    await page.getByText('Open for 30 days, used 0 of 3 times').waitFor()
    assert.deepEqual(await called(page, 'invite'), [{ role: 'member', history: { share: 'none' }, uses: 3, days: 30 }])
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByText('Copied').waitFor()
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), linkOf('mine'))
    await page.getByRole('button', { name: 'Take it back' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Take it back' }).click()
    await page.getByText('Closed ones (2)').click()
    await page.getByText('Revoked, used 0 of 3 times').waitFor()
  }))

test('[UI262] a browser that keeps the link from the clipboard is told of, with the link marked', () =>
  play({}, async (page) => {
    await goTo(page, '/invite')
    await page.getByRole('button', { name: 'Make the invitation' }).click()
    await page.getByLabel('The invitation as a link').waitFor()
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new DOMException('kept from pages', 'NotAllowedError'))
    })
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByText('The browser did not let Kith copy the link.').waitFor()
    assert.equal(await page.evaluate(() => getSelection()?.toString()), linkOf('mine'))
  }))

test('[UI29] an invitation into a group says as what and with how much of what was said before', () =>
  play({ width: 1400 }, async (page) => {
    await goTo(page, `/with/${idOf('group ridge')}/invite`)
    await page.getByRole('button', { name: 'New invitation' }).click()
    assert.equal(await page.getByLabel('How many people it lets in').inputValue(), '10')
    await page.getByText('Admin', { exact: true }).click()
    await page.getByText('Last days').click()
    await page.getByRole('spinbutton', { name: 'days' }).fill('14')
    await page.getByRole('button', { name: 'Make the invitation' }).click()
    await page.getByText('They also see the last 14 days').waitFor()
    assert.deepEqual(await called(page, 'invite'), [
      {
        conversation: idOf('group ridge'),
        role: 'admin',
        history: { share: 'days', days: 14 },
        uses: 10,
        days: 7,
      },
    ])
  }))

test('[UI29] the code that is shown reads as the link', () =>
  play({}, async (page) => {
    await goTo(page, '/invite')
    await page.getByRole('button', { name: 'Make the invitation' }).click()
    const code = page.getByRole('img', { name: 'The invitation as a QR code' })
    await code.waitFor()
    const picture = await code.screenshot({ type: 'png' })
    await goTo(page, '/join')
    await page.getByLabel('Picture with a QR code').setInputFiles({
      name: 'code.png',
      mimeType: 'image/png',
      buffer: picture,
    })
    await page.getByText('This invitation is your own.').waitFor()
    assert.deepEqual(await called(page, 'examine'), [{ link: linkOf('mine') }])
  }))

test('[UI30] an invitation is shown before anything is sent, and then waits in words', () =>
  play({}, async (page) => {
    await goTo(page, '/join')
    await page.getByLabel('The invitation').fill('kith:nonsense')
    await page.getByText('This is no whole invitation').waitFor()
    await page.getByLabel('The invitation').fill(`For you: ${linkOf('group')}`)
    await page.getByRole('heading', { name: 'Gwen invites you into the group “Choir, the second altos”.' }).waitFor()
    assert.deepEqual(await called(page, 'join'), [])
    await page.getByRole('button', { name: 'Join the group' }).click()
    await page.getByText('Waiting for Gwen or another admin of “Choir, the second altos” to come online.').waitFor()
    assert.deepEqual(await called(page, 'join'), [{ link: linkOf('group') }])
  }))

test('[UI30] a code is read from the camera, which is let go after that', () =>
  play({}, async (page) => {
    await goTo(page, '/join')
    const asked = new Set<string>()
    page.on('request', (request) => asked.add(new URL(request.url()).pathname))
    await page.getByLabel('The invitation').waitFor()
    await page.evaluate(() => {
      const { mediaDevices } = navigator
      const open = mediaDevices.getUserMedia.bind(mediaDevices)
      mediaDevices.getUserMedia = async (wanted) => {
        const stream = await open(wanted)
        document.addEventListener('kith-test-tracks', () => {
          document.title = stream
            .getTracks()
            .map((track) => track.readyState)
            .join()
        })
        return stream
      }
    })
    await page.getByRole('button', { name: 'Scan with the camera' }).click()
    await offered(page).waitFor()
    assert.equal(await page.locator('video').count(), 0)
    await page.evaluate(() => document.dispatchEvent(new Event('kith-test-tracks')))
    assert.equal(await page.title(), 'ended')
    assert.ok(
      [...asked].some((path) => path.includes('scanner')),
      'the reader is loaded when it is first wanted',
    )
    assert.deepEqual(await called(page, 'examine'), [{ link: linkOf('talk') }])
  }))

test('[UI30] a camera that may not be used is told in words, with another way', () =>
  play({}, async (page) => {
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))
    })
    await goTo(page, '/join')
    await page.getByRole('button', { name: 'Scan with the camera' }).click()
    await page.getByText('The camera may not be used').waitFor()
    await page.getByRole('button', { name: 'Scan with the camera' }).waitFor()
  }))

test('[UI30] a picture that is dropped or pasted is read; one without a code is told', () =>
  play({}, async (page) => {
    await goTo(page, '/join')
    await page.getByLabel('The invitation').waitFor()
    const give = (kind: 'drop' | 'paste', withCode: boolean): Promise<void> =>
      page.evaluate(
        async ([event, link]) => {
          const canvas = document.createElement('canvas')
          canvas.width = canvas.height = 400
          const context = canvas.getContext('2d')
          if (context === null) throw new Error('no canvas')
          context.fillStyle = '#fff'
          context.fillRect(0, 0, 400, 400)
          if (link !== '') globalThis.stage.drawQr(context, link, 400)
          const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve))
          const data = new DataTransfer()
          data.items.add(new File([blob ?? ''], 'code.png', { type: 'image/png' }))
          document.dispatchEvent(
            event === 'drop'
              ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
              : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
          )
        },
        [kind, withCode ? linkOf('talk') : ''] as const,
      )
    await give('drop', false)
    await page.getByText('No QR code was found in this picture.').waitFor()
    await give('drop', true)
    await offered(page).waitFor()
    await page.getByRole('button', { name: 'Not now' }).click()
    await give('paste', true)
    await offered(page).waitFor()
  }))

test('[UI31] a joining leads into the talk once it is in, and a refused one says why', () =>
  play({}, async (page) => {
    await page.getByRole('link', { name: /Book club/ }).click()
    await page.getByText('This invitation was already used as often as it may be. Ask Hana for another one.').waitFor()
    await page.getByRole('button', { name: 'Take it off the list' }).click()
    await page.getByRole('link', { name: /Book club/ }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: /Frank/ }).click()
    await page.getByText('Your answer lies sealed on the server Lighthouse').waitFor()
    await onStage(
      page,
      (stage, [id, frank, conversation]) =>
        stage.peer.setJoining({
          id,
          inviter: { person: frank, name: 'Frank', tag: 'fr4nk2' },
          since: 0,
          state: { at: 'in', conversation },
        }),
      [idOf('joining frank'), idOf('frank'), idOf('with bob')] as const,
    )
    await page.getByRole('textbox', { name: 'Message to Bobby' }).waitFor()
    assert.deepEqual(await called(page, 'forgetJoining'), [
      { joining: idOf('joining book') },
      { joining: idOf('joining frank') },
    ])
  }))

test('[UI29] a new invitation is open, also when it is told of before the call that made it has answered', () =>
  play({}, async (page) => {
    await goTo(page, '/invite')
    await onStage(page, (stage) => stage.peer.tellBeforeAnswering(), null)
    await page.getByRole('button', { name: 'Make the invitation' }).click()
    await page.getByRole('img', { name: 'The invitation as a QR code' }).waitFor()
  }))
