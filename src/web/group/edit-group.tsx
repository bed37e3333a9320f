import { useState, type FormEvent, type ReactNode } from 'react'
import { Button } from '../parts/button.tsx'
import { useAct, useKith } from '../peer/context.ts'
import type { GroupView } from '../peer/talk.ts'
import { usePicture } from './group-picture.tsx'
import { PictureField } from './picture-field.tsx'
import { TitleField, titleTrouble } from './title-field.tsx'

type EditGroupProps = { readonly group: GroupView; onDone(): void }

/** Changes the name and the picture of a group. What was not touched is not told anew. */
export const EditGroup = ({ group, onDone }: EditGroupProps): ReactNode => {
  const kith = useKith()
  const { busy, act } = useAct()
  const present = usePicture(group)
  const [title, setTitle] = useState(group.title)
  const [picture, setPicture] = useState<{ readonly url: string | undefined }>()
  const shown = picture === undefined ? present : picture.url
  const good = title.trim() !== '' && titleTrouble(title) === undefined
  const conversation = group.id
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!good || busy) return
    const renamed =
      title.trim() === group.title || (await act(kith.calls.retitle({ conversation, title }))) !== undefined
    const pictured =
      picture === undefined ||
      (await act(kith.calls.setPicture({ conversation, picture: picture.url ?? '' }))) !== undefined
    if (renamed && pictured) onDone()
  }
  return (
    <form className="flex flex-col gap-4" noValidate onSubmit={(event) => void save(event)}>
      <PictureField id={group.id} title={title} url={shown} onChange={(url) => setPicture({ url })} />
      <TitleField text={title} onChange={setTitle} focused />
      <div className="flex gap-2">
        <Button type="submit" look="main" disabled={!good || busy}>
          Save
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  )
}
