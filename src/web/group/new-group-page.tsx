import { useState, type FormEvent, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { countWords } from '../../view/count-words.ts'
import { Button } from '../parts/button.tsx'
import { Page } from '../parts/panel.tsx'
import { useAct, useKith } from '../peer/context.ts'
import { PLACES, toConversation } from '../routes.ts'
import { PeoplePicker } from './people-picker.tsx'
import { PictureField } from './picture-field.tsx'
import { TitleField, titleTrouble } from './title-field.tsx'

const NOBODY: ReadonlySet<string> = new Set()

/** A new group: what it is called, how it looks, who is in it from the start. */
export const NewGroupPage = (): ReactNode => {
  const [, go] = useLocation()
  const [title, setTitle] = useState('')
  const [picture, setPicture] = useState<string>()
  const [people, setPeople] = useState<readonly string[]>([])
  const { busy, make } = useMaking()
  const good = title.trim() !== '' && titleTrouble(title) === undefined
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (good && !busy) void make(title, people, picture)
  }
  return (
    <Page title="New group" home={PLACES.home}>
      <form className="flex flex-col gap-6" noValidate onSubmit={submit}>
        <PictureField id="" title={title} url={picture} onChange={setPicture} />
        <TitleField text={title} onChange={setTitle} focused />
        <PeoplePicker label="Who is in it" chosen={people} without={NOBODY} onChange={setPeople} />
        <p className="text-small text-soft">
          You are its admin. You can add people and make invitations later, too. Somebody who does not know you decides
          first whether they want to be in it.
        </p>
        <div className="sticky bottom-0 -mx-5 flex flex-wrap gap-2 border-t border-line bg-sheet px-5 py-3">
          <Button type="submit" look="main" className="flex-1 sm:flex-none" disabled={!good || busy}>
            {people.length === 0
              ? 'Make the group'
              : `Make the group with ${countWords(people.length, 'person', 'people')}`}
          </Button>
          <Button className="hidden sm:inline-flex" onClick={() => go(PLACES.home)}>
            Cancel
          </Button>
        </div>
      </form>
    </Page>
  )
}

const useMaking = () => {
  const kith = useKith()
  const [, go] = useLocation()
  const { busy, act } = useAct()
  const make = async (title: string, people: readonly string[], picture: string | undefined): Promise<void> => {
    const made = await act(kith.calls.found({ title: title.trim(), people }))
    if (made === undefined) return
    const { conversation } = made
    if (picture !== undefined) await act(kith.calls.setPicture({ conversation, picture }))
    go(toConversation(conversation))
  }
  return { busy, make }
}
