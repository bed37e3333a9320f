import { unreachable } from '../core/bytes/result.ts'
import type { NameRefusal } from '../core/identity/name.ts'
import type { Refusal } from './calls.ts'
import { countWords, sizeWords } from './count-words.ts'
import { momentWords } from './time-words.ts'

/** Why nothing was done, what that means, and what to do: whole sentences for people, without a name in front. */
export const refusalWords = (refusal: Refusal): string => {
  switch (refusal.kind) {
    case 'name-needed':
      return 'You have no name yet. Choose what people should call you first.'
    case 'name-empty':
    case 'name-too-long':
    case 'name-forbidden':
      return nameWords(refusal)
    case 'text-empty':
      return 'There is nothing to send: the message is empty.'
    case 'text-too-long':
      return `This message is too long to send: it has ${countWords(refusal.bytes, 'byte')}, and ${countWords(refusal.limit, 'byte')} is the most. Shorten it or send it in parts.`
    case 'unknown-person':
      if (refusal.who.trim() === '') return 'It is not said who is meant: the name is empty.'
      return `Nobody known here is called “${refusal.who}”. Both of you must be running Kith on one network or on one server to meet.`
    case 'unclear-person':
      return `Several people are called “${refusal.who}”: ${refusal.people.join(', ')}. Say which one by the tag beside the name.`
    case 'unknown-conversation':
      return 'This conversation is not here any more. Choose another from the list.'
    case 'unknown-line':
      return 'This message is not here any more. Nothing was changed.'
    case 'not-met':
      return 'Your devices have not met yet, so nothing can be sealed for this person. Wait until they are here once, then write again.'
    case 'blocked':
      return 'You blocked this person. Unblock them to write to them.'
    case 'not-admin':
      return 'Only an admin of this group can do that. Nothing was changed. Ask one of the admins.'
    case 'gone':
      return 'You are not in this group any more, so nothing can be said or changed in it. What was said before stays readable here.'
    case 'arriving':
      return 'This group has not reached this device yet, so nothing can be said or changed in it. It comes as soon as one of its members, or the server, can be reached. If you were asked whether you want to be in it, accept that first.'
    case 'restoring':
      return `This profile was restored from a file, or its folder from an older copy. Kith waits to hear from ${refusal.name ?? 'a member'} how far it had written, so that nothing is written twice. Until then nothing can be said or changed here. Try again once ${refusal.name ?? 'one of them'} is here.`
    case 'not-a-member':
      return `“${refusal.who}” is not in this group. Nothing was changed.`
    case 'member-already':
      return `“${refusal.who}” is in this group already. Nothing was changed.`
    case 'not-a-group':
      return 'This does not go with this kind of conversation: some things are for groups alone, others for two people alone. Nothing was changed.'
    case 'group-full':
      return `This group is full: ${refusal.limit.toLocaleString('en')} is the most it can hold. Somebody has to leave before another can come in.`
    case 'title-empty':
      return 'A group needs a name with at least one letter, digit or symbol that can be seen.'
    case 'title-too-long': {
      const over = refusal.length - refusal.limit
      return `A group’s name has at most ${refusal.limit} characters. Take out ${countWords(over, 'character')}.`
    }
    case 'title-forbidden':
      return `A group’s name must not hold hidden or direction-changing characters. Take out ${refusal.character}.`
    case 'picture-too-large':
      return `This picture is too large: it is ${sizeWords(refusal.bytes)}, and ${sizeWords(refusal.limit)} is the most. Choose a smaller one.`
    case 'picture-unknown':
      return 'This is no picture that Kith knows. Choose a PNG, JPEG or WebP file.'
    case 'unknown-invitation':
      return 'This invitation is not known here. It may have been made on another device.'
    case 'invitation-mangled':
      return 'This is no whole invitation: something of it is missing or was changed on the way. Copy all of it once more, from “kith:” to its end.'
    case 'invitation-newer':
      return 'This invitation was made by a newer version of Kith. Update Kith, then open it again.'
    case 'invitation-expired':
      return `This invitation expired on ${momentWords(refusal.at)}, so nothing was sent. Ask for a new one.`
    case 'invitation-own':
      return 'This invitation is your own. Give it to somebody else: whoever opens it can answer.'
    case 'invitations-full':
      return `${refusal.limit} invitations are open already, which is the most. Revoke one of them, or wait until it is done.`
    case 'safety-mismatch':
      return refusal.other
        ? 'This code is about somebody else, so nothing was marked as verified. Scan the code that their screen shows for the two of you.'
        : 'The safety numbers differ: somebody may stand between you, or one of you has a new key. Nothing was marked as verified. Do not say anything secret here before you know why.'
    case 'safety-unreadable':
      return 'This is no safety number of Kith. Nothing was marked as verified. Scan the code on their screen again, or compare the digits.'
    case 'not-yours':
      return 'Only the person who wrote a message can change it. Nothing was changed.'
    case 'message-deleted':
      return 'This message was deleted meanwhile, so nothing was changed. What you want to say can go into a new message.'
    case 'servers-full':
      return `${refusal.limit} servers are the most that one person uses, so nothing was changed. Take one off the list first.`
    case 'server-address':
      return `“${refusal.text}” is not a server’s address. Write a host name or an address alone, if needed with a port from 1 to 65535, like chat.example.org:12345.`
    case 'disk-full':
      return 'The disk is full, so nothing was kept or sent. Free some space, then try again.'
    case 'disk-failed':
      return `The disk refused to keep this (${refusal.detail}), so nothing was sent. Check the disk and the folder’s permissions, then try again.`
    case 'outdated':
      return `A newer version of Kith is needed for this (${refusal.detail}). Nothing was sent. Update Kith, then try again.`
    case 'malformed':
      return `Kith did not understand this request (${refusal.detail}), so nothing was done. Reload the window, then try again.`
    case 'disconnected':
      return 'Kith stopped answering, so it is not certain that this was done. Start Kith, look whether it is there, and only then try again.'
    default:
      return unreachable(refusal)
  }
}

/** What is wrong with a name that somebody typed, and how to mend it. */
export const nameWords = (refusal: NameRefusal): string => {
  switch (refusal.kind) {
    case 'name-empty':
      return 'A name needs at least one letter, digit or symbol that can be seen.'
    case 'name-too-long': {
      const over = refusal.length - refusal.limit
      return `A name has at most ${refusal.limit} characters. Take out ${countWords(over, 'character')}.`
    }
    case 'name-forbidden':
      return `A name must not hold hidden or direction-changing characters. Take out ${refusal.character}.`
    default:
      return unreachable(refusal)
  }
}
