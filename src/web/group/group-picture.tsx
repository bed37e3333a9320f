import { useEffect, type ReactNode } from 'react'
import { hueOf, initialsOf } from '../parts/initials.ts'
import { SIZES, type Sized } from '../parts/person.tsx'
import { useKith, useKithState } from '../peer/context.ts'
import type { Kith } from '../peer/store.ts'
import type { GroupView } from '../peer/talk.ts'

/** Pictures that stay in memory; the one that came first goes first. */
const PICTURES_MAX = 100

/** The group's picture, or the initials of its title on its colour. Round, while people are not. */
export const GroupPicture = ({ group, size }: Sized & { readonly group: GroupView }): ReactNode => (
  <RoundPicture id={group.id} title={group.title} url={usePicture(group)} size={size} />
)

type RoundPictureProps = Sized & {
  readonly id: string
  readonly title: string
  readonly url: string | undefined
}

/** A picture that may not be a group's yet. */
export const RoundPicture = ({ id, title, url, size }: RoundPictureProps): ReactNode =>
  url === undefined ? (
    <span className={`avatar avatar-group ${SIZES[size]}`} data-hue={hueOf(id)} aria-hidden>
      {initialsOf(title)}
    </span>
  ) : (
    <img src={url} alt="" draggable={false} className={`avatar-group flex-none object-cover ${SIZES[size]}`} />
  )

/** The `data:` URL of the group's picture, once it is here. */
export const usePicture = ({ id, picture }: Pick<GroupView, 'id' | 'picture'>): string | undefined => {
  const kith = useKith()
  const known = useKithState((state) => state.pictures.get(id))
  const wanted = picture === undefined || picture === '' ? undefined : picture
  const stale = wanted !== undefined && known?.picture !== wanted
  useEffect(() => {
    if (stale) void askForPicture(kith, id, wanted)
  }, [kith, id, wanted, stale])
  // The old one stays until the new one is here.
  return wanted === undefined ? undefined : known?.url
}

const askForPicture = async (kith: Kith, id: string, picture: string): Promise<void> => {
  const answer = await kith.calls.picture({ conversation: id })
  if (!answer.ok || !PICTURE_URL.test(answer.value.picture)) return
  kith.setState(({ pictures }) => ({
    pictures: new Map([...pictures].filter(([each]) => each !== id).slice(1 - PICTURES_MAX)).set(id, {
      picture,
      url: answer.value.picture,
    }),
  }))
}

const PICTURE_URL = /^data:image\/(png|jpeg|webp);base64,/
