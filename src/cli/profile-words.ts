import { unreachable } from '../core/bytes/result.ts'
import type { UnfitExport } from '../peer/importing.ts'
import { countWords } from '../view/count-words.ts'
import type { FileRefusal, LockRefusal, ProfileStateRefusal } from './command.ts'
import type { NewPassphraseRefusal } from './passphrase.ts'

/** Why nothing was done to a profile as a whole: its passphrase, its export. */
export type WholeProfileRefusal = LockRefusal | NewPassphraseRefusal | ProfileStateRefusal | FileRefusal | UnfitExport

export const wholeProfileWords = (refusal: WholeProfileRefusal): string => {
  switch (refusal.kind) {
    case 'wrong-passphrase':
      return 'That is not the passphrase. Nothing was changed. Try again.'
    case 'passphrase-needed':
      return 'A passphrase is needed, and there is nobody to ask for it. Run this in a terminal, or give it with --passphrase-fd.'
    case 'lock-damaged':
      return `${refusal.file} is damaged, or what it opens is gone, so the profile cannot be opened. Nothing was changed. Bring back the whole folder from a copy.`
    case 'passphrase-short':
      return `A passphrase has at least ${refusal.minimum} characters. Several words are easier to remember. Nothing was changed.`
    case 'passphrase-long':
      return `A passphrase has at most ${countWords(refusal.limit, 'character')}. Nothing was changed.`
    case 'passphrase-mismatch':
      return 'These were two different passphrases. Nothing was changed. Try again.'
    case 'passphrase-already':
      return `The profile ${refusal.profile} has a passphrase already. \`kith passphrase change\` gives it another.`
    case 'passphrase-none':
      return `The profile ${refusal.profile} has no passphrase. \`kith passphrase set\` gives it one.`
    case 'profile-running':
      return `Kith runs with the profile ${refusal.profile} (process ${refusal.pid}). Stop it first (Ctrl+C where it runs), then try again.`
    case 'file-exists':
      return `${refusal.file} is there already, and is not written over. Choose another name.`
    case 'file-failed':
      return `${refusal.file} cannot be used (${refusal.detail}). Nothing was changed.`
    case 'nothing-to-export':
      return 'Nobody has used this profile yet, so there is nothing to export. Is another one meant, with --profile?'
    case 'no-export':
      return 'This is not a file that `kith export` wrote. Nothing was changed.'
    case 'export-damaged':
      return 'This file is damaged, or not all of it is there. Nothing was changed. Use another copy of it.'
    case 'export-newer-version':
      return 'This file was written by a newer version of Kith. Nothing was changed. Update Kith, then try again.'
    case 'export-of-another':
      return `This profile is in use, and the file is ${whose(refusal.name)}. Nothing was changed. Import it into a profile of its own: kith import FILE --profile NEW.`
    case 'export-ahead':
      return `The file is newer than this profile: it holds ${countWords(refusal.events, 'entry', 'entries')} that this device wrote and that ${refusal.events === 1 ? 'is' : 'are'} not here. Nothing was changed. Import it into a profile of its own (kith import FILE --profile NEW), and go on with that one alone.`
    default:
      return unreachable(refusal)
  }
}

const whose = (name: string | null): string =>
  name === null ? 'another profile’s' : `another profile’s, that of ${name}, or of another device`
