import { unreachable } from '../core/bytes/result.ts'
import { TEXT_BYTES_MAX } from '../core/timeline/size.ts'
import type { Refusal } from '../view/calls.ts'
import { countWords } from '../view/count-words.ts'
import { refusalWords } from '../view/refusal-words.ts'
import type { DoorRefusal } from '../api/door.ts'
import type { InputRefusal, PeerRefusal, ServerRefusal } from './command.ts'
import { EXIT, type Exit } from './exit.ts'
import type { Usage } from './parse.ts'
import type { ProfileMissing, ProfileRefusal } from './profile.ts'
import { wholeProfileWords, type WholeProfileRefusal } from './profile-words.ts'
import type { WhomRefusal } from './who.ts'

export type CommandRefusal =
  | Refusal
  | PeerRefusal
  | DoorRefusal
  | ServerRefusal
  | ProfileRefusal
  | ProfileMissing
  | WhomRefusal
  | Usage
  | WholeProfileRefusal
  | InputRefusal
  | Interrupted

/** The user ended the command before it had done anything. */
export type Interrupted = { readonly kind: 'interrupted' }

/** Why a command did nothing, and how to mend it. */
export const commandWords = (refusal: CommandRefusal): string => {
  switch (refusal.kind) {
    case 'usage':
      return refusal.detail.endsWith('.') ? refusal.detail : `${refusal.detail}.`
    case 'unknown-command':
      return `There is no command '${refusal.name}'. \`kith help\` lists them.`
    case 'unknown-group':
      return `None of your groups is called “${refusal.who}”. \`kith groups\` lists them.`
    case 'unclear-group':
      return `Several of your groups are called “${refusal.who}”: ${refusal.groups.join(', ')}. Say which one by the tag beside its name.`
    case 'unclear-whom':
      return `Several people and groups are called “${refusal.who}”: ${refusal.fitting.join(', ')}. Say which one by the tag beside the name.`
    case 'profile-name':
      return `A profile is named with 1 to 32 small letters, digits, - and _, not '${refusal.name}'.`
    case 'profile-missing':
      return `There is no profile ${refusal.profile}, and none was made. ${
        refusal.others.length === 0 ? 'There is no other either.' : `These are there: ${refusal.others.join(', ')}.`
      } Choose with --profile; \`kith --profile NAME\` makes a new one.`
    case 'profile-in-use':
      return `Another process is using the profile in ${refusal.folder}, and does not answer. Wait until it is done, or end it, then try again. Commands such as \`kith tail\` or \`--wait\` keep a profile for as long as they run; with \`kith\` running, all of them share it.`
    case 'profile-newer':
      return `The profile in ${refusal.folder} was written by a newer version of Kith. Nothing was changed. Update Kith, or choose another --profile.`
    case 'profile-damaged':
      return `${refusal.file} is not a database of Kith. Nothing was changed. Move it elsewhere, or choose another --profile.`
    case 'database-damaged':
      return `${refusal.file ?? 'The database of this profile'} is damaged (${refusal.detail}): some of what it kept cannot be read any more. Keep the file as it is, and bring back the whole folder from a copy, or import what \`kith export\` once wrote into a profile of its own (kith import FILE --profile NEW). Messages that were kept here alone are lost without such a copy; those you talked with still have theirs.`
    case 'folder-failed':
      return `The folder ${refusal.folder} cannot be used (${refusal.detail}). Check that it is yours and writable, or choose another with --data.`
    case 'port-in-use':
      return `Another program already listens on port ${refusal.port}. End it, or choose another port.`
    case 'port-forbidden':
    case 'forbidden':
      return `This system does not let you listen on port ${refusal.port}. Choose another port, above 1023.`
    case 'port-failed':
    case 'metrics-failed':
      return `Cannot listen on port ${refusal.port} of this machine (${refusal.detail}). Choose another port.`
    case 'no-such-host':
      return `This machine has no address ${refusal.host} to listen on. Choose one that it has, or leave it out.`
    case 'other':
      return `Cannot listen for others (${refusal.detail}). Choose another port with --listen, or leave it out.`
    case 'key-damaged':
      return `${refusal.file} is not a key. Peers know the server by it: bring back a copy, or remove the file to start with a new one.`
    case 'mailboxes-failed':
      return `The server cannot keep messages in ${refusal.file} (${refusal.detail}). End another server that uses the folder, or choose another with --data; \`--mailboxes off\` does without.`
    case 'interrupted':
      return 'Interrupted before it was done. Nothing was said or changed.'
    case 'too-large':
      return `Standard input is too long to send: it has more than ${countWords(TEXT_BYTES_MAX, 'byte')}, which is the most that a message holds. Nothing was sent. Send it in parts.`
    case 'not-text':
      return 'Standard input is no text in UTF-8, so nothing was sent. Kith sends text alone; text in another encoding goes through `iconv -t UTF-8` first.'
    case 'input-failed':
      return `Standard input cannot be read (${refusal.detail}), so nothing was sent.`
    case 'disconnected':
      return 'Kith stopped answering, so it is not certain that this was done. Look at `kith status`, then try again.'
    case 'malformed':
      return `Kith did not understand this (${refusal.detail}). Nothing was done.`
    case 'wrong-passphrase':
    case 'passphrase-needed':
    case 'lock-damaged':
    case 'passphrase-short':
    case 'passphrase-long':
    case 'passphrase-mismatch':
    case 'passphrase-already':
    case 'passphrase-none':
    case 'profile-running':
    case 'file-exists':
    case 'file-failed':
    case 'nothing-to-export':
    case 'no-export':
    case 'export-damaged':
    case 'export-newer-version':
    case 'export-of-another':
    case 'export-ahead':
      return wholeProfileWords(refusal)
    default:
      return refusalWords(refusal)
  }
}

/** The exit code for a refusal: whether the one who typed can mend it by typing something else. */
export const exitFor = (refusal: CommandRefusal): Exit => {
  switch (refusal.kind) {
    case 'usage':
    case 'unknown-command':
    case 'profile-name':
    case 'profile-missing':
    case 'unknown-group':
    case 'unclear-group':
    case 'unknown-person':
    case 'unclear-person':
    case 'unclear-whom':
    case 'name-empty':
    case 'name-too-long':
    case 'name-forbidden':
    case 'text-empty':
    case 'text-too-long':
    case 'too-large':
    case 'not-text':
    case 'input-failed':
    case 'servers-full':
    case 'server-address':
    case 'not-a-member':
    case 'not-a-group':
    case 'title-empty':
    case 'title-too-long':
    case 'title-forbidden':
    case 'picture-too-large':
    case 'picture-unknown':
    case 'unknown-invitation':
    case 'invitation-mangled':
    case 'safety-unreadable':
    case 'malformed':
    case 'passphrase-short':
    case 'passphrase-long':
    case 'passphrase-mismatch':
    case 'passphrase-already':
    case 'passphrase-none':
    case 'file-exists':
      return EXIT.unclear
    case 'interrupted':
      return EXIT.interrupted
    case 'profile-in-use':
    case 'profile-newer':
    case 'profile-damaged':
    case 'database-damaged':
    case 'folder-failed':
    case 'port-in-use':
    case 'port-forbidden':
    case 'port-failed':
    case 'forbidden':
    case 'metrics-failed':
    case 'mailboxes-failed':
    case 'no-such-host':
    case 'other':
    case 'key-damaged':
    case 'disk-full':
    case 'disk-failed':
    case 'name-needed':
    case 'unknown-conversation':
    case 'unknown-line':
    case 'not-met':
    case 'blocked':
    case 'not-admin':
    case 'gone':
    case 'arriving':
    case 'restoring':
    case 'member-already':
    case 'group-full':
    case 'invitation-newer':
    case 'invitation-expired':
    case 'invitation-own':
    case 'invitations-full':
    case 'safety-mismatch':
    case 'not-yours':
    case 'message-deleted':
    case 'outdated':
    case 'disconnected':
    case 'wrong-passphrase':
    case 'passphrase-needed':
    case 'lock-damaged':
    case 'profile-running':
    case 'file-failed':
    case 'nothing-to-export':
    case 'no-export':
    case 'export-damaged':
    case 'export-newer-version':
    case 'export-of-another':
    case 'export-ahead':
      return EXIT.failed
    default:
      return unreachable(refusal)
  }
}
