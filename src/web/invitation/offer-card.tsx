import type { ReactNode } from 'react'
import { roleWords } from '../../view/group-words.ts'
import { offerWords } from '../../view/invitation-words.ts'
import { momentWords } from '../../view/time-words.ts'
import type { InvitationOffer } from '../../view/invitation-view.ts'
import { RoundPicture } from '../group/group-picture.tsx'
import { Button } from '../parts/button.tsx'
import { Avatar, Tag } from '../parts/person.tsx'
import { isolated } from '../peer/names.ts'

type OfferCardProps = {
  readonly offer: InvitationOffer
  readonly busy: boolean
  onJoin(): void
  onCancel(): void
}

/** Who invites to what, before anything is done. */
export const OfferCard = ({ offer, busy, onJoin, onCancel }: OfferCardProps): ReactNode => {
  const { inviter, group, expires, servers, way } = offer
  return (
    <section aria-label="The invitation" className="panel flex flex-col gap-4 p-5">
      <div className="flex items-center gap-4">
        {group ? (
          <RoundPicture id={offer.id} title={group.title} url={undefined} size={72} />
        ) : (
          <Avatar id={inviter.person} name={inviter.name} size={72} />
        )}
        <h2 className="min-w-0 font-serif text-large text-balance">{offerWords(withIsolated(offer))}</h2>
      </div>
      <dl className="flex flex-col gap-2 text-small">
        <Fact name="From">
          <bdi>{inviter.name}</bdi>
          <Tag tag={inviter.tag} />
        </Fact>
        {group ? (
          <Fact name="You come in as">
            {group.role === 'admin' ? 'an' : 'a'} {roleWords(group.role)}
          </Fact>
        ) : null}
        <Fact name="Good until">{momentWords(expires)}</Fact>
        <Fact name="While they are away">
          {way === 'apart' ? (
            'Your answer waits here until you are both online.'
          ) : (
            <>
              Your answer waits for them, sealed, on <bdi className="font-mono">{servers.join(' and ')}</bdi>.
            </>
          )}
        </Fact>
      </dl>
      <p className="text-small text-soft">
        This is what the invitation says of itself. With your answer they learn your name and how to reach you
        {group ? ', and so do the members of the group once you are in' : ''}.
      </p>
      <div className="flex flex-wrap gap-2">
        <Button look="main" disabled={busy} onClick={onJoin}>
          {group ? 'Join the group' : 'Accept'}
        </Button>
        <Button onClick={onCancel}>Not now</Button>
      </div>
    </section>
  )
}

/** The offer with its names marked off, to be put into a sentence. */
const withIsolated = (offer: InvitationOffer): InvitationOffer => ({
  ...offer,
  inviter: { ...offer.inviter, name: isolated(offer.inviter.name) },
  ...(offer.group ? { group: { ...offer.group, title: isolated(offer.group.title) } } : {}),
})

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode => (
  <div className="flex flex-col sm:flex-row sm:gap-4">
    <dt className="flex-none font-semibold sm:w-40">{name}</dt>
    <dd className="min-w-0 text-soft">{children}</dd>
  </div>
)
