import type { Command, Imported } from '../command.ts'
import { EXIT } from '../exit.ts'
import { jsonLine } from '../safe-text.ts'
import { fail, JSON_OPTION, PROFILE_OPTIONS } from '../with-peer.ts'
import { unlock, withNewProfile } from '../with-profile.ts'

export const importCommand: Command = {
  name: 'import',
  takes: 'FILE',
  words: { min: 1, max: 1 },
  summary: 'Bring in what kith export wrote',
  more: [
    'Into a profile that nobody has used yet it brings everything: that profile is then the one that was exported. Into the very profile that was exported it brings what is missing there, and changes nothing that is there. Into any other profile it brings nothing.',
    'The whole file is checked before anything is written. Kith must not run meanwhile.',
    'With --passphrase-fd the profile’s own passphrase is read first, if it has one, then that of the file.',
  ],
  options: { ...PROFILE_OPTIONS, ...JSON_OPTION },
  run: (given, world) =>
    withNewProfile(given, world, async (taken) => {
      const unlocked = await unlock(taken)
      if (!unlocked.ok) return fail(unlocked.refusal, world)
      try {
        const imported = await unlocked.value.importFrom(given.words[0] ?? '', taken.ask)
        if (!imported.ok) return fail(imported.refusal, world)
        if (given.options['json']) world.terminal.print(jsonLine(imported.value))
        else for (const line of importedText(taken.profile.name, imported.value)) world.terminal.print(line)
        return EXIT.done
      } finally {
        await unlocked.value.close()
      }
    }),
}

const importedText = (profile: string, { whole, conversations, messages, people }: Imported): readonly string[] => [
  whole
    ? `The profile ${profile} is the one that was exported now.`
    : `Whatever was missing in the profile ${profile} is there now; what was there stays as it was.`,
  '',
  ...(['conversations', 'messages', 'people'] as const).map((what) => {
    const { added, kept } = { conversations, messages, people }[what]
    return `  ${what.padEnd(14)} ${added} added, ${kept} kept`
  }),
  ...(whole ? ['', 'Do not go on with it where it was exported: one device cannot be in two places.'] : []),
]
