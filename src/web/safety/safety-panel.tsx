import { BadgeCheck, ScanLine, ShieldAlert } from 'lucide-react'
import { useEffect, useState, type ReactNode } from 'react'
import { refusalWords } from '../../view/refusal-words.ts'
import { digitsWords } from '../../view/verified-words.ts'
import type { PersonView, SafetyView } from '../../view/view.ts'
import { Button } from '../parts/button.tsx'
import { Panel } from '../parts/panel.tsx'
import { useAct, useKith } from '../peer/context.ts'
import { nameOf } from '../peer/names.ts'
import type { Talk } from '../peer/talk.ts'
import { QrCode } from '../qr/qr-code.tsx'
import { QrInput } from '../qr/qr-input.tsx'
import { toPanel } from '../routes.ts'
import { useVerifiedWords } from './use-verified-words.ts'

/** The safety number that I share with somebody: to read out, or to scan. */
export const SafetyPanel = ({ conversation, person }: Talk & { kind: 'direct' }): ReactNode => {
  const { safety, trouble } = useSafety(person.id)
  const name = nameOf(person)
  return (
    <Panel title="Safety number" label="Safety number" to={toPanel(conversation.id, 'details')} inner>
      <State person={person} />
      {trouble === undefined ? null : <p className="text-small text-ember">{trouble}</p>}
      {safety === undefined ? null : (
        <>
          <div className="panel flex flex-col items-center gap-4 p-4">
            <QrCode text={safety.code} label={`The safety number that you share with ${name}, as a QR code`} />
            <Digits digits={safety.digits} />
          </div>
          <p className="text-small text-soft">
            Meet <bdi>{name}</bdi>, or call in a way in which you recognise them. Their screen shows the same number for
            you. If all digits are the same, nobody stands between you, and nobody did.
          </p>
          <Compare person={person} />
        </>
      )}
    </Panel>
  )
}

const State = ({ person }: { readonly person: PersonView }): ReactNode => {
  const { verified } = person
  const words = useVerifiedWords(person)
  const good = verified.at === 'yes'
  const Icon = good ? BadgeCheck : ShieldAlert
  return (
    <p
      role="status"
      className={`flex items-start gap-2.5 rounded-2xl px-4 py-3 text-small ${good ? 'bg-pine-wash' : verified.at === 'no' ? 'bg-sunk' : 'bg-ember-wash'}`}
    >
      {verified.at === 'no' ? null : (
        <Icon size={18} aria-hidden className={`mt-px flex-none ${good ? 'text-here-ink' : 'text-ember'}`} />
      )}
      {words}
    </p>
  )
}

/** Twelve groups of five, in the order in which they are read out. */
const Digits = ({ digits }: { readonly digits: string }): ReactNode => (
  <ol
    aria-label="The safety number in twelve groups of five digits"
    className="grid grid-cols-3 gap-x-5 gap-y-1 font-mono text-large tracking-wide select-all"
  >
    {digitsWords(digits)
      .split(' ')
      .map((group, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- two groups may be the same digits
        <li key={index}>{group}</li>
      ))}
  </ol>
)

const Compare = ({ person }: { readonly person: PersonView }): ReactNode => {
  const kith = useKith()
  const { busy, act } = useAct()
  const [scanning, setScanning] = useState(false)
  const [words, setWords] = useState<string>()
  const scanned = async (code: string): Promise<void> => {
    const answer = await kith.calls.verify({ person: person.id, scanned: code })
    setWords(answer.ok ? undefined : refusalWords(answer.refusal))
    if (answer.ok) setScanning(false)
  }
  if (person.verified.at === 'yes')
    return (
      <div>
        <Button look="danger" disabled={busy} onClick={() => void act(kith.calls.unverify({ person: person.id }))}>
          Take the mark away
        </Button>
      </div>
    )
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-2">
        <Button look="main" disabled={busy} onClick={() => void act(kith.calls.verify({ person: person.id }))}>
          <BadgeCheck size={17} strokeWidth={1.75} aria-hidden />
          The digits are the same
        </Button>
        <Button aria-expanded={scanning} onClick={() => setScanning(!scanning)}>
          <ScanLine size={17} strokeWidth={1.75} aria-hidden />
          {scanning ? 'Do not scan' : 'Scan their code'}
        </Button>
      </div>
      <p role="alert" className="text-small text-ember empty:hidden">
        {words}
      </p>
      {scanning ? <QrInput onText={(code) => void scanned(code)} /> : null}
      <p className="text-small text-soft">
        If a digit differs, do not mark them: you may be talking to somebody else, or one of you has started anew.
      </p>
    </div>
  )
}

const useSafety = (person: string): { readonly safety?: SafetyView; readonly trouble?: string } => {
  const kith = useKith()
  const [known, setKnown] = useState<{ readonly safety?: SafetyView; readonly trouble?: string }>({})
  useEffect(() => {
    let late = false
    void kith.calls.safety({ person }).then((answer) => {
      if (!late) setKnown(answer.ok ? { safety: answer.value } : { trouble: refusalWords(answer.refusal) })
    })
    return () => {
      late = true
    }
  }, [kith, person])
  return known
}
