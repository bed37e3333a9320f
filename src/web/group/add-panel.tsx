import { useMemo, useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { countWords } from '../../view/count-words.ts'
import { Button } from '../parts/button.tsx'
import { Panel } from '../parts/panel.tsx'
import { useAct, useKith } from '../peer/context.ts'
import type { GroupView } from '../peer/talk.ts'
import { toPanel } from '../routes.ts'
import { AdmissionFields, AS_MEMBER } from './admission.tsx'
import { PeoplePicker } from './people-picker.tsx'
import { useMembers } from './use-members.ts'

/** Brings people into a group who are known here. */
export const AddPanel = ({ group }: { readonly group: GroupView }): ReactNode => {
  const kith = useKith()
  const [, go] = useLocation()
  const { busy, act } = useAct()
  const { members } = useMembers(group.id)
  const [people, setPeople] = useState<readonly string[]>([])
  const [admission, setAdmission] = useState(AS_MEMBER)
  const without = useMemo(() => new Set(members?.map(({ person }) => person)), [members])
  const add = async (): Promise<void> => {
    const failed: string[] = []
    for (const person of people) {
      // One after the other: each adds to what the one before changed.
      const added = await act(kith.calls.add({ conversation: group.id, person, ...admission }))
      if (added === undefined) failed.push(person)
    }
    if (failed.length === 0) go(toPanel(group.id, 'details'))
    else setPeople(failed)
  }
  return (
    <Panel title="Add people" label="Add people to this group" to={toPanel(group.id, 'details')} inner>
      <PeoplePicker label="Who comes in" chosen={people} without={without} onChange={setPeople} />
      <AdmissionFields admission={admission} onChange={setAdmission} />
      <div className="sticky bottom-0 -mx-5 border-t border-line bg-paper px-5 py-3">
        <Button look="main" className="w-full" disabled={people.length === 0 || busy} onClick={() => void add()}>
          {people.length === 0 ? 'Choose somebody' : `Add ${countWords(people.length, 'person', 'people')}`}
        </Button>
      </div>
    </Panel>
  )
}
