import type { Hex } from '../../core/bytes/hex.ts'
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

/**
 * What an invitation offers to `me`, who did not make it. `own`: the servers that I chose; undefined when I never chose.
 * `visits`: whether others are visited.
 */
export const examineLink = (
  text: string,
  { me, own, visits }: { readonly me: Hex; readonly own: readonly string[] | undefined; readonly visits: boolean },
): Result<
  InvitationOffer,
  Extract<Refusal, { kind: 'invitation-newer' | 'invitation-mangled' | 'invitation-own' }>
> => {
  const link = readLink(text)
  if (!link.ok) return link
  const { inviter, group, expires, servers, secret } = link.value
  if (inviter.person === me) return refuse({ kind: 'invitation-own' })
  const isMine = servers.some((each) => own === undefined || own.includes(each))
  return accept({
    id: invitationId(secret),
    inviter: { person: inviter.person, name: inviter.name, tag: tagOf(inviter.person) },
    ...(group && { group: { title: group.title, role: group.role } }),
    expires,
    servers,
    way: isMine ? 'mine' : servers.length > 0 && visits ? 'visited' : 'apart',
  })
}
