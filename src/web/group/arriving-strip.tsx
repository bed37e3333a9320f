import type { ReactNode } from 'react'
import type { GroupView } from '../peer/talk.ts'

/** In the place of the composer, while nothing of a group has reached this device. */
export const ArrivingStrip = ({ group }: { readonly group: GroupView }): ReactNode =>
  group.arriving && group.at === 'open' ? (
    <section aria-label="About this conversation" className="notice-card">
      <p className="text-small">
        This group has not reached this device yet. It comes as soon as one of its members, or the server, can be
        reached; then you can write here.
      </p>
    </section>
  ) : null
