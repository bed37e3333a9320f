import { useState, type FormEvent, type ReactNode } from 'react'
import { AdmissionFields, AS_MEMBER } from '../group/admission.tsx'
import { Button } from '../parts/button.tsx'
import { Radios } from '../parts/radios.tsx'
import { useAct, useKith } from '../peer/context.ts'

/** What an invitation allows by itself, unless something else is chosen. */
const USES_TALK = 1
const USES_GROUP = 10
const USES_MAX = 1_000

type InviteFormProps = { readonly conversation?: string; onMade(invitation: string): void }

/** Makes an invitation, to talk with me or into a group. */
export const InviteForm = ({ conversation, onMade }: InviteFormProps): ReactNode => {
  const kith = useKith()
  const { busy, act } = useAct()
  const [days, setDays] = useState<Days>('7')
  const [uses, setUses] = useState(String(conversation === undefined ? USES_TALK : USES_GROUP))
  const [admission, setAdmission] = useState(AS_MEMBER)
  const count = Number(uses)
  const good = Number.isSafeInteger(count) && count >= 1 && count <= USES_MAX
  const make = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!good || busy) return
    const made = await act(
      kith.calls.invite({
        ...(conversation === undefined ? {} : { conversation }),
        ...admission,
        uses: count,
        days: Number(days),
      }),
    )
    if (made) onMade(made.id)
  }
  return (
    <form className="flex flex-col gap-5" noValidate onSubmit={(event) => void make(event)}>
      <Radios<Days> legend="It is good for" value={days} options={DAYS} onChange={setDays} />
      <div className="flex flex-col gap-1.5">
        <label htmlFor="uses" className="label-small">
          {conversation === undefined ? 'How many people may use it' : 'How many people it lets in'}
        </label>
        <input
          id="uses"
          type="number"
          inputMode="numeric"
          min={1}
          max={USES_MAX}
          className="field w-28!"
          value={uses}
          aria-invalid={!good}
          aria-describedby="uses-words"
          onChange={(event) => setUses(event.target.value)}
        />
        <p id="uses-words" aria-live="polite" className={`text-small ${good ? 'text-soft' : 'text-ember'}`}>
          {good
            ? 'Whoever holds the link may use it: keep it from those whom you do not want in.'
            : `A whole number from 1 to ${USES_MAX}.`}
        </p>
      </div>
      {conversation === undefined ? null : <AdmissionFields admission={admission} onChange={setAdmission} />}
      <Button type="submit" look="main" className="self-start" disabled={!good || busy}>
        Make the invitation
      </Button>
    </form>
  )
}

const DAYS = [
  ['1', '1 day'],
  ['7', '7 days'],
  ['30', '30 days'],
  ['365', '1 year'],
] as const

type Days = (typeof DAYS)[number][0]
