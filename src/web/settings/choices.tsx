import type { ReactNode } from 'react'
import { Choice } from './choice.tsx'

/** What others learn of me. */
export const Choices = (): ReactNode => (
  <section aria-label="What others learn of you" className="flex flex-col gap-2">
    <h2 className="label-small">What others learn of you</h2>
    <div className="panel flex flex-col divide-y divide-line">
      <Choice
        name="readMarkers"
        title="Show when I have read something"
        meaning="The others see “Read” under a message once it was on your screen."
      />
      <Choice
        name="seenNearby"
        title="Visible nearby"
        meaning="People on your network who run Kith see your name under “Nearby”."
      />
      <Choice
        name="seenOnServer"
        title="Visible on the server"
        meaning="People on your server see your name under “On this server”."
      />
      <Choice
        name="directly"
        title="Connect directly"
        meaning="The people you talk to learn your network address, as with any call. Off: only your servers learn it. They then carry everything, sealed; that is slower, nobody nearby finds you, and without a server nothing arrives."
      />
    </div>
  </section>
)
