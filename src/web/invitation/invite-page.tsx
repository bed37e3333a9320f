import type { ReactNode } from 'react'
import { Page } from '../parts/panel.tsx'
import { PLACES } from '../routes.ts'
import { Invitations } from './invitations.tsx'

/** Invitations to talk with me. */
export const InvitePage = (): ReactNode => (
  <Page title="Invite somebody to talk" home={PLACES.home}>
    <p className="text-soft">
      Give somebody this link or let them scan the code. Whoever opens it in their Kith can talk with you, wherever they
      are, and both of you know from the start that nobody stands in between.
    </p>
    <Invitations />
  </Page>
)
