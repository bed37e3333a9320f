import { useCallback, useEffect, useState, type ReactNode } from 'react'
import { refusalWords } from '../../view/refusal-words.ts'
import type { DeliveryTo, LineView } from '../../view/view.ts'
import { plainText } from '../markdown/parse.ts'
import { Avatar, ShownName } from '../parts/person.tsx'
import { Sheet } from '../parts/sheet.tsx'
import { useKith } from '../peer/context.ts'
import { calledName } from '../peer/names.ts'
import { useAnybody } from '../peer/talk.ts'
import { DeliveryIcon } from './delivery-mark.tsx'
import { stateWords, summaryWords } from './delivery-words.ts'

/** The peer is asked anew while this is on the screen. */
const ASK_STEP_MILLIS = 2_000
const TEXT_CHARACTERS_MAX = 300

type DeliverySheetProps = {
  readonly line: LineView & { kind: 'message' }
  readonly talk: { readonly conversation: string; readonly server: string | undefined }
  onClose(): void
}

/** Where one message of mine is, for each person. */
export const DeliverySheet = ({ line, talk, onClose }: DeliverySheetProps): ReactNode => {
  const { each, trouble } = useDelivery(talk.conversation, line.id)
  return (
    <Sheet open title="Who has it" onClose={onClose}>
      <p className="line-clamp-2 rounded-xl bg-sunk px-3 py-2 text-small">
        <bdi>{plainText(line.text.slice(0, TEXT_CHARACTERS_MAX))}</bdi>
      </p>
      {trouble === undefined ? null : <p className="text-small text-ember">{trouble}</p>}
      {each === undefined ? null : (
        <>
          <p role="status" className="font-semibold">
            {summaryWords(each)}
          </p>
          <ul className="flex flex-col gap-2.5">
            {each.map((to) => (
              <DeliveryItem key={to.person} to={to} server={talk.server} />
            ))}
          </ul>
        </>
      )}
    </Sheet>
  )
}

const DeliveryItem = ({ to, server }: { readonly to: DeliveryTo; readonly server: string | undefined }): ReactNode => {
  const person = useAnybody(to.person)
  return (
    <li className="flex items-center gap-3" data-delivery-to={to.delivery}>
      <Avatar id={person.id} name={calledName(person)} size={28} />
      <span className="min-w-0 flex-1 truncate">
        <ShownName person={person} />
      </span>
      <span className="flex max-w-1/2 flex-none items-center gap-1.5 text-small text-soft">
        <DeliveryIcon delivery={to.delivery} />
        {stateWords(to.delivery, server)}
      </span>
    </li>
  )
}

const useDelivery = (conversation: string, line: string) => {
  const kith = useKith()
  const [each, setEach] = useState<readonly DeliveryTo[]>()
  const [trouble, setTrouble] = useState<string>()
  const ask = useCallback(async (): Promise<void> => {
    const answer = await kith.calls.delivery({ conversation, line })
    if (answer.ok) setEach(answer.value)
    setTrouble(answer.ok ? undefined : refusalWords(answer.refusal))
  }, [kith, conversation, line])
  useEffect(() => {
    const first = setTimeout(() => void ask())
    const timer = setInterval(() => void ask(), ASK_STEP_MILLIS)
    return () => {
      clearTimeout(first)
      clearInterval(timer)
    }
  }, [ask])
  return { each, trouble }
}
