import type { ReactNode } from 'react'
import { refusalWords } from '../../view/refusal-words.ts'
import type { SettingsView } from '../../view/view.ts'
import { Toggle } from '../parts/toggle.tsx'
import { useKith, useStatus } from '../peer/context.ts'
import { notify } from '../peer/store.ts'

type ChoiceProps = { readonly name: keyof SettingsView; readonly title: string; readonly meaning: string }

/** One setting that is on or off, kept at once. */
export const Choice = ({ name, title, meaning }: ChoiceProps): ReactNode => {
  const kith = useKith()
  const on = useStatus().settings[name]
  const change = async (next: boolean): Promise<void> => {
    const answer = await kith.calls.configure({ [name]: next })
    if (!answer.ok) notify(kith, refusalWords(answer.refusal))
  }
  return <Toggle title={title} meaning={meaning} on={on} onChange={(next) => void change(next)} />
}
