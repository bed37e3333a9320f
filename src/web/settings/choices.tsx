import { Switch } from '@base-ui/react/switch'
import { useId, type ReactNode } from 'react'
import { refusalWords } from '../../view/refusal-words.ts'
import type { SettingsView } from '../../view/view.ts'
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
  const id = useId()
  const on = useStatus().settings[name]
  const change = async (next: boolean): Promise<void> => {
    const answer = await kith.calls.configure({ [name]: next })
    if (!answer.ok) notify(kith, refusalWords(answer.refusal))
  }
  return (
    <div className="flex items-center gap-4 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p id={id} className="font-semibold">
          {title}
        </p>
        <p id={`${id}-meaning`} className="text-small text-soft">
          {meaning}
        </p>
      </div>
      <Switch.Root
        checked={on}
        onCheckedChange={(next) => void change(next)}
        aria-labelledby={id}
        aria-describedby={`${id}-meaning`}
        className="flex h-7 w-12 flex-none items-center rounded-full border border-line-strong bg-sunk p-0.75 transition-colors data-[checked]:border-pine data-[checked]:bg-pine"
      >
        <Switch.Thumb className="size-5 rounded-full bg-line-strong transition-transform data-[checked]:translate-x-5 data-[checked]:bg-pine-ink forced-colors:bg-[CanvasText]" />
      </Switch.Root>
    </div>
  )
}
