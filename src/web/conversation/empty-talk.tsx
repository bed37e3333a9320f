import type { ReactNode } from 'react'
import type { PersonView } from '../../view/view.ts'
import { PresentAvatar, ShownName } from '../parts/person.tsx'

/** A conversation in which nothing was said yet. */
export const EmptyTalk = ({ person }: { readonly person: PersonView }): ReactNode => (
  <div className="grid min-h-0 flex-1 place-items-center overflow-y-auto p-8">
    <div className="flex max-w-88 flex-col items-center gap-4 text-center [--ground:var(--sheet)]">
      <PresentAvatar person={person} size={72} />
      <h2 className="font-serif text-large">
        <ShownName person={person} />
      </h2>
      <p className="text-small text-soft">
        Nothing was said yet. Your first message reaches{' '}
        {person.standing === 'accepted' ? 'them' : 'them as a request, which they accept by answering'}. It is sealed
        from your device to theirs; nobody in between can read it.
      </p>
    </div>
  </div>
)
