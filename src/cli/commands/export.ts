import { countWords, sizeWords } from '../../view/count-words.ts'
import type { Command, Exported } from '../command.ts'
import { EXIT } from '../exit.ts'
import { askForNew } from '../passphrase.ts'
import { jsonLine, printable } from '../safe-text.ts'
import { fail, JSON_OPTION, PROFILE_OPTIONS } from '../with-peer.ts'
import { unlock, withProfile } from '../with-profile.ts'

export const exportCommand: Command = {
  name: 'export',
  takes: 'FILE',
  words: { min: 1, max: 1 },
  summary: 'Write everything of a profile to one encrypted file',
  more: [
    'Keys, settings, people, conversations and messages, encrypted under a passphrase of the file’s own: kith import reads it on this machine or another. Kith must not run meanwhile. A file that is there already is never written over.',
    'Whoever has the file and its passphrase can be you. It is a copy to move to another machine or to come back from, not a way to run one profile on two machines at once: a device that goes on in two places contradicts itself, and others see that.',
    'With --passphrase-fd the profile’s own passphrase is read first, if it has one, then that of the file.',
  ],
  options: { ...PROFILE_OPTIONS, ...JSON_OPTION },
  run: (given, world) =>
    withProfile(given, world, async (taken) => {
      const unlocked = await unlock(taken)
      if (!unlocked.ok) return fail(unlocked.refusal, world)
      try {
        const wanted = await askForNew(given, taken.ask, 'Passphrase for the file')
        if (!wanted.ok) return fail(wanted.refusal, world)
        const file = given.words[0] ?? ''
        const exported = await unlocked.value.exportTo(file, wanted.value)
        if (!exported.ok) return fail(exported.refusal, world)
        if (given.options['json']) world.terminal.print(jsonLine({ file, ...added(exported.value) }))
        else for (const line of exportedText(file, exported.value)) world.terminal.print(line)
        return EXIT.done
      } finally {
        await unlocked.value.close()
      }
    }),
}

const added = ({ conversations, messages, people, bytes }: Exported) => ({
  conversations: conversations.added,
  messages: messages.added,
  people: people.added,
  bytes,
})

const exportedText = (file: string, exported: Exported): readonly string[] => {
  const { conversations, messages, people, bytes } = added(exported)
  const what = [
    countWords(conversations, 'conversation'),
    countWords(messages, 'message'),
    countWords(people, 'person', 'people'),
  ]
  return [
    `${printable(file)} holds everything of this profile: ${what.join(', ')} (${sizeWords(bytes)}).`,
    'Use it on one machine only: from when it is imported somewhere, do not go on with this profile here.',
  ]
}
