import type { ReactNode } from 'react'
import { Panel } from '../parts/panel.tsx'
import type { GroupView } from '../peer/talk.ts'
import { toPanel } from '../routes.ts'
import { Invitations } from './invitations.tsx'

/** Invitations into a group, of all its admins. */
export const GroupInvitations = ({ group }: { readonly group: GroupView }): ReactNode => (
  <Panel title="Invitations" label="Invitations into this group" to={toPanel(group.id, 'details')} inner>
    {group.role === 'admin' ? (
      <>
        <p className="text-small text-soft">
          Whoever opens such a link in their Kith comes into the group. Any admin who is online lets them in.
        </p>
        <Invitations conversation={group.id} />
      </>
    ) : (
      <p className="text-small text-soft">Only admins of this group make invitations. Ask one of them.</p>
    )}
  </Panel>
)
