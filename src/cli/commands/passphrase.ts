import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import type { Command, Given, World } from '../command.ts'
import { EXIT, type Exit } from '../exit.ts'
import type { Usage } from '../parse.ts'
import { askForNew } from '../passphrase.ts'
import { jsonLine } from '../safe-text.ts'
import { fail, JSON_OPTION, PROFILE_OPTIONS } from '../with-peer.ts'
import { unlock, withProfile, type TakenProfile } from '../with-profile.ts'

const DEEDS = ['set', 'change', 'remove'] as const
type Deed = (typeof DEEDS)[number]

export const passphrase: Command = {
  name: 'passphrase',
  takes: 'set|change|remove',
  words: { min: 1, max: 1 },
  summary: 'Encrypt the profile on this disk under a passphrase',
  more: [
    'With a passphrase everything that is kept on this disk is encrypted: messages, names, keys and what search knows. It is asked for whenever Kith starts. Whoever forgets it has lost the profile; nobody can open it without.',
    'set encrypts everything, change encrypts it anew under another key, remove decrypts it. Kith must not run meanwhile. If this is interrupted, the profile is as it was before or as it was to be.',
    'Passphrases have at least 8 characters. They are asked for in the terminal, or read from --passphrase-fd: the present one first, then the new one.',
  ],
  options: { ...PROFILE_OPTIONS, ...JSON_OPTION },
  run: async (given, world) => {
    const deed = deedGiven(given)
    if (!deed.ok) return fail(deed.refusal, world)
    return withProfile(given, world, (taken) => run(deed.value, taken, given, world))
  },
}

const deedGiven = (given: Given): Result<Deed, Usage> => {
  const deed = DEEDS.find((each) => each === given.words[0])
  return deed === undefined
    ? refuse({ kind: 'usage', detail: `kith passphrase takes set, change or remove, not '${given.words[0] ?? ''}'` })
    : accept(deed)
}

const run = async (deed: Deed, taken: TakenProfile, given: Given, world: World): Promise<Exit> => {
  const { name } = taken.profile
  if (deed === 'set' && taken.open.sealed) return fail({ kind: 'passphrase-already', profile: name }, world)
  if (deed !== 'set' && !taken.open.sealed) return fail({ kind: 'passphrase-none', profile: name }, world)
  const unlocked = await unlock(taken)
  if (!unlocked.ok) return fail(unlocked.refusal, world)
  try {
    const wanted = deed === 'remove' ? accept(undefined) : await askForNew(given, taken.ask, 'New passphrase')
    if (!wanted.ok) return fail(wanted.refusal, world)
    const resealed = await unlocked.value.reseal(wanted.value)
    if (!resealed.ok) return fail(resealed.refusal, world)
    const json = { profile: name, encrypted: deed !== 'remove' }
    world.terminal.print(given.options['json'] ? jsonLine(json) : DONE[deed](name))
    return EXIT.done
  } finally {
    await unlocked.value.close()
  }
}

const DONE: Readonly<Record<Deed, (profile: string) => string>> = {
  set: (profile) => `The profile ${profile} is encrypted now. Kith asks for the passphrase whenever it starts.`,
  change: (profile) => `The profile ${profile} is encrypted under the new passphrase now.`,
  remove: (profile) => `The profile ${profile} is not encrypted any more.`,
}
