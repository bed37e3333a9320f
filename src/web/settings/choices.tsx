import type { ReactNode } from 'react'
import { refusalWords } from '../../view/refusal-words.ts'
import type { SettingsView } from '../../view/view.ts'
import { Toggle } from '../parts/toggle.tsx'
import { useKith, useStatus } from '../peer/context.ts'
import { notify } from '../peer/store.ts'

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
    </div>
  </section>
)

type ChoiceProps = { readonly name: keyof SettingsView; readonly title: string; readonly meaning: string }

const Choice = ({ name, title, meaning }: ChoiceProps): ReactNode => {
  const kith = useKith()
  const on = useStatus().settings[name]
  const change = async (next: boolean): Promise<void> => {
    const answer = await kith.calls.configure({ [name]: next })
    if (!answer.ok) notify(kith, refusalWords(answer.refusal))
  }
  return <Toggle title={title} meaning={meaning} on={on} onChange={(next) => void change(next)} />
}
