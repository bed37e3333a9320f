import { refuse, type Result } from '../../core/bytes/result.ts'
import type { Refusal } from '../../view/calls.ts'
import { digitsWords, verifiedWords } from '../../view/verified-words.ts'
import { shownName } from '../../view/view.ts'
import type { Command, Given } from '../command.ts'
import { EXIT } from '../exit.ts'
import type { Usage } from '../parse.ts'
import { qrText } from '../qr.ts'
import { jsonLine, printable } from '../safe-text.ts'
import { fail, JSON_OPTION, meet, PROFILE_OPTIONS, textOf, withPeer } from '../with-peer.ts'

export const safety: Command = {
  name: 'safety',
  takes: 'WHO',
  words: { min: 1, max: 1 },
  summary: 'Compare safety numbers with somebody, to be sure that it is they',
  more: [
    'Both of you see the same 60 digits exactly when nobody stands between you. Read them to each other in person or in a call; when they are the same, say so with --verified. In a terminal the QR code is shown that the other can scan.',
  ],
  options: {
    verified: { help: 'I compared the digits, and they are the same' },
    scanned: { value: 'CODE', help: 'This is what the QR code on their screen says; refused when it does not agree' },
    forget: { help: 'Take the mark away again' },
    ...PROFILE_OPTIONS,
    ...JSON_OPTION,
  },
  run: async (given, world) => {
    const wanted = ['verified', 'scanned', 'forget'].filter((each) => given.options[each] !== undefined)
    if (wanted.length > 1) return fail(ONE_ONLY, world)
    return withPeer(given, world, async (peer, following) => {
      const found = await meet(given.words[0] ?? '', peer, following, world)
      if (!found.ok) return fail(found.refusal, world)
      const person = found.value.id
      const done = await decide(peer.calls, person, given)
      if (!done.ok) return fail(done.refusal, world)
      const view = await peer.calls.safety({ person })
      if (!view.ok) return fail(view.refusal, world)
      if (given.options['json']) {
        world.terminal.print(jsonLine(view.value))
        return EXIT.done
      }
      if (wanted.length === 0)
        for (const line of lines(digitsWords(view.value.digits).split(' '))) world.terminal.print(line)
      world.terminal.print(printable(verifiedWords(view.value.verified, shownName(found.value))))
      const { columns } = world.terminal
      const code = wanted.length > 0 || columns === undefined ? undefined : qrText(view.value.code, columns)
      if (code !== undefined) world.terminal.note(`\n${code}`)
      return EXIT.done
    })
  },
}

const ONE_ONLY: Usage = { kind: 'usage', detail: 'Only one of --verified, --scanned and --forget at a time' }

const decide = (
  calls: Parameters<Parameters<typeof withPeer>[2]>[0]['calls'],
  person: string,
  given: Given,
): Promise<Result<null, Refusal>> => {
  const scanned = textOf(given, 'scanned')
  if (scanned !== undefined)
    return scanned.trim() === ''
      ? Promise.resolve(refuse({ kind: 'safety-unreadable' }))
      : calls.verify({ person, scanned })
  if (given.options['verified'] === true) return calls.verify({ person })
  return given.options['forget'] === true ? calls.unverify({ person }) : Promise.resolve({ ok: true, value: null })
}

const GROUPS_IN_LINE = 4

/** Twelve groups of digits in three lines, as they are read out. */
const lines = (groups: readonly string[]): readonly string[] =>
  Array.from({ length: Math.ceil(groups.length / GROUPS_IN_LINE) }, (_, line) =>
    groups.slice(line * GROUPS_IN_LINE, (line + 1) * GROUPS_IN_LINE).join(' '),
  )
