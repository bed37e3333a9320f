import type { ReactNode } from 'react'
import { GroupPicture } from '../group/group-picture.tsx'
import { PresentAvatar, ShownName } from '../parts/person.tsx'
import type { Talk } from '../peer/talk.ts'

/** A conversation in which nothing was said yet. */
export const EmptyTalk = ({ talk }: { readonly talk: Talk }): ReactNode => (
  <div className="grid min-h-0 flex-1 place-items-center overflow-y-auto p-8">
    <div className="flex max-w-88 flex-col items-center gap-4 text-center [--ground:var(--sheet)]">
      {talk.kind === 'group' ? (
        <GroupPicture group={talk.conversation} size={72} />
      ) : (
        <PresentAvatar person={talk.person} size={72} />
      )}
      <h2 className="font-serif text-large">
        {talk.kind === 'group' ? <bdi>{talk.conversation.title}</bdi> : <ShownName person={talk.person} />}
      </h2>
      <p className="text-small text-soft">
        {talk.kind === 'group' ? (
          'Nothing was said yet since you are in this group. What is said is sealed for its members; nobody in between can read it.'
        ) : (
          <>
            Nothing was said yet. Your first message reaches{' '}
            {talk.person.standing === 'accepted' ? 'them' : 'them as a request, which they accept by answering'}. It is
            sealed from your device to theirs; nobody in between can read it.
          </>
        )}
      </p>
    </div>
  </div>
)
