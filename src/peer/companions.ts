import { unreachable } from '../core/bytes/result.ts'
import type { Acquaintances } from './acquaintances.ts'
import type { Meaning } from './draft.ts'
import type { Groups } from './groups/port.ts'
import type { Invitations } from './invitations/port.ts'
import type { Mailing } from './mailing-port.ts'
import type { Room } from './room.ts'

/** What else takes part in the life of a peer. */
export type Companions = {
  readonly invitations: Invitations
  readonly groups: Groups
  readonly mailing: Mailing
}

/** Tells whom it concerns what something said means beyond its line. It is on disk. */
export const understand = (
  meaning: Meaning,
  room: Room,
  tell: { readonly acquaintances: Acquaintances; readonly companions: Companions | undefined },
): void => {
  const { acquaintances, companions } = tell
  switch (meaning.kind) {
    case 'renamed':
      return void acquaintances.renamed(meaning.person, meaning.name, meaning.at)
    case 'device':
      return void acquaintances.hasDevice(meaning.person, meaning.device)
    case 'introduced':
      return void companions?.groups.introduced(meaning.by, meaning.introduction)
    case 'history':
      return void companions?.groups.told(meaning.conversation)
    case 'invitation':
      companions?.groups.invited(meaning)
      return companions?.invitations.groupChanged(room.conversation.id)
    default:
      unreachable(meaning)
  }
}
