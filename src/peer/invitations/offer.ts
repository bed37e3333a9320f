import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import { tagOf } from '../../core/identity/tag.ts'
import { decodeLink, type InvitationLink } from '../../core/invitation/link.ts'
import { invitationId } from '../../core/invitation/secret.ts'
import type { Refusal } from '../../view/calls.ts'
import type { InvitationOffer } from '../../view/invitation-view.ts'

/** Reads the text of an invitation, as callers are told of it. */
export const readLink = (
  text: string,
): Result<InvitationLink, Extract<Refusal, { kind: 'invitation-newer' | 'invitation-mangled' }>> => {
  const link = decodeLink(text)
  if (link.ok) return link
  // Longer than any invitation: something else was pasted with it, or instead.
  return refuse({ kind: link.refusal.kind === 'invitation-newer' ? 'invitation-newer' : 'invitation-mangled' })
}

/** What an invitation offers. `ownServer`: the one that I chose, empty for none, undefined when I never chose. */
export const examineLink = (
  text: string,
  ownServer: string | undefined,
): Result<InvitationOffer, Extract<Refusal, { kind: 'invitation-newer' | 'invitation-mangled' }>> => {
  const link = readLink(text)
  if (!link.ok) return link
  const { inviter, group, expires, server, secret } = link.value
  const isOther = ownServer !== undefined && ownServer !== '' && ownServer !== server
  return accept({
    id: invitationId(secret),
    inviter: { person: inviter.person, name: inviter.name, tag: tagOf(inviter.person) },
    ...(group && { group: { title: group.title, role: group.role } }),
    expires,
    ...(server !== null && { server }),
    ...(isOther && { ownServer }),
  })
}
