import { useState, type ReactNode } from 'react'
import { historyWords } from '../../view/group-words.ts'
import type { History, Role } from '../../view/view.ts'
import { Radios } from '../parts/radios.tsx'

/** As what somebody comes into a group, and what they see of what was said before. */
export type Admission = { readonly role: Role; readonly history: History }

export const AS_MEMBER: Admission = { role: 'member', history: { share: 'none' } }

const DAYS_FIRST = 7
const DAYS_MAX = 3_650

type AdmissionFieldsProps = { readonly admission: Admission; onChange(admission: Admission): void }

export const AdmissionFields = ({ admission: { role, history }, onChange }: AdmissionFieldsProps): ReactNode => {
  const [days, setDays] = useState(String(DAYS_FIRST))
  const share = (next: History['share'], text = days): void =>
    onChange({ role, history: next === 'days' ? { share: 'days', days: daysIn(text) } : { share: next } })
  return (
    <>
      <Radios
        legend="As"
        value={role}
        options={[
          ['member', 'Member'],
          ['admin', 'Admin'],
        ]}
        onChange={(next) => onChange({ role: next, history })}
      />
      <div className="flex flex-col gap-2">
        <Radios
          legend="What was said before"
          value={history.share}
          options={[
            ['none', 'Nothing'],
            ['days', 'Last days'],
            ['all', 'Everything'],
          ]}
          onChange={(next) => share(next)}
        />
        {history.share === 'days' ? (
          <label className="flex items-center gap-2 text-small">
            <input
              type="number"
              min={1}
              max={DAYS_MAX}
              inputMode="numeric"
              className="field w-24!"
              value={days}
              onChange={(event) => {
                setDays(event.target.value)
                share('days', event.target.value)
              }}
            />
            days
          </label>
        ) : null}
        <p className="text-small text-soft">{historyWords(history)}</p>
      </div>
    </>
  )
}

const daysIn = (text: string): number => {
  const days = Math.floor(Number(text))
  return Number.isFinite(days) ? Math.min(Math.max(days, 1), DAYS_MAX) : DAYS_FIRST
}
