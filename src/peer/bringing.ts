import type { Hex } from '../core/bytes/hex.ts'
import { membershipNow } from '../core/group/replica.ts'
import { readTitle } from '../core/group/title.ts'
import { invitationId } from '../core/invitation/secret.ts'
import type { Content, Introduction } from '../core/timeline/content.ts'
import type { RecordPut } from './record.ts'
import type { Draft } from './draft.ts'
import { secretChange } from './groups/secrets.ts'
import { introducedBy, introducedChange, introducedKey } from './introduced.ts'

/**
 * Keeps that somebody brought me into a group, in the same transaction as the event that says so: what is accepted of a
 * contact at once waits as a request of anybody else.
 */
export const keepIntroduction = async (
  draft: Draft,
  said: { readonly by: Hex; readonly own: boolean; readonly introduction: Introduction },
  putLine: (line: { readonly kind: 'introduced'; readonly group: Hex; readonly title: string }) => void,
): Promise<void> => {
  const { by, own, introduction } = said
  if (own || draft.replica.kind !== 'direct') return
  const { conversation } = introduction
  putLine({ kind: 'introduced', group: conversation, title: readTitle(introduction.title) })
  const isContact = draft.outlook.isContact()
  const isKnown = draft.introduced.has(conversation) || (await draft.record(introducedKey(conversation))) !== undefined
  if (!isKnown && !isContact && (!draft.outlook.hasRoomForRequest() || draft.introduced.size > 0)) return
  draft.meanings.push({ kind: 'introduced', by, introduction })
  if (isKnown) return
  draft.introduced.add(conversation)
  const introduced = introducedBy(by, introduction, [])
  draft.put(introducedChange({ ...introduced, standing: isContact ? 'accepted' : 'new' }))
}

/** What was said in this event of a group, told by somebody else; to be shown once the event is here. */
export const toldKey = (group: Hex, event: Hex): string => `${toldPrefix(group)}${event}`
export const toldPrefix = (group: Hex): string => `${group}/told/`

/** Keeps what a contact tells of a group's history until the group's conversation takes it in. */
export const keepHistory = (draft: Draft, content: Extract<Content, { kind: 'history' }>): void => {
  const { conversation, contents } = content
  if (draft.replica.kind !== 'direct') return
  const isOfTheirs = draft.outlook.isContact() && draft.introduced.has(conversation)
  if (!isOfTheirs && !draft.outlook.trusts(conversation)) return
  for (const [event, plaintext] of contents) draft.put(toldChange(conversation, event, plaintext))
  draft.meanings.push({ kind: 'history', conversation })
}

const toldChange = (group: Hex, event: Hex, value: Uint8Array): RecordPut => ({
  put: 'record',
  space: 'conversation',
  key: toldKey(group, event),
  value,
})

/** Keeps the secret of an invitation of this group, which its operation names. */
export const keepInvitation = (draft: Draft, { secret, history }: Extract<Content, { kind: 'invitation' }>): void => {
  const id = invitationId(secret)
  if (!membershipNow(draft.replica).invitations.has(id)) return
  draft.put(secretChange(draft.replica.conversation, { secret, history }))
  draft.meanings.push({ kind: 'invitation', secret, history })
}
