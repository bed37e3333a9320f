import { Check, ChevronDown, Copy } from 'lucide-react'
import { useId, useRef, useState, type ReactNode } from 'react'
import { historyWords } from '../../view/group-words.ts'
import { invitationWords, waitsWords } from '../../view/invitation-words.ts'
import type { InvitationView } from '../../view/invitation-view.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { useAct, useKith, useNow } from '../peer/context.ts'
import { notify } from '../peer/store.ts'
import { QrCode } from '../qr/qr-code.tsx'

type InvitationCardProps = {
  readonly invitation: InvitationView
  /** Starts with its link and code in sight. */
  readonly open: boolean
}

/** An invitation of mine: how it stands, its link and code to give away, and a way to take it back. */
export const InvitationCard = ({ invitation, open: first }: InvitationCardProps): ReactNode => {
  const now = useNow(30_000)
  const id = useId()
  // It may be told of before the call that made it has answered.
  const [chosen, setChosen] = useState<boolean>()
  const open = chosen ?? first
  const { link, state } = invitation
  const given = link !== undefined && state === 'open'
  const words = invitationWords(invitation, now)
  return (
    <li className="panel flex flex-col gap-3 p-4">
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <p className="font-semibold">{kindWords(invitation)}</p>
          <p className="text-small text-soft">{words.charAt(0).toUpperCase() + words.slice(1)}</p>
        </div>
        {given ? (
          <Button className="px-3!" aria-expanded={open} aria-controls={id} onClick={() => setChosen(!open)}>
            {open ? 'Hide' : 'Show'}
            <ChevronDown size={16} aria-hidden className={open ? 'rotate-180' : ''} />
          </Button>
        ) : null}
      </div>
      {given && open ? (
        <div id={id} className="flex flex-col gap-3">
          <div className="flex justify-center">
            <QrCode text={link} label="The invitation as a QR code" />
          </div>
          <CopyLink link={link} />
          <p className="text-small text-soft">
            {invitation.conversation === undefined ? null : `${historyWords(invitation.history)} `}
            {waitsWords(invitation)}
          </p>
        </div>
      ) : null}
      {link === undefined && state === 'open' ? (
        <p className="text-small text-soft">Another admin made it; its link has not arrived here.</p>
      ) : null}
      {state === 'open' ? <Revoke invitation={invitation} /> : null}
    </li>
  )
}

const kindWords = ({ conversation, role }: InvitationView): string => {
  if (conversation === undefined) return 'To talk with you'
  return role === 'admin' ? 'Into this group, as an admin' : 'Into this group'
}

/** How long the button says that it copied. */
const COPIED_MILLIS = 2_000

const CopyLink = ({ link }: { readonly link: string }): ReactNode => {
  const kith = useKith()
  const [copied, setCopied] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(link)
    } catch {
      // A browser may keep pages from the clipboard; the person can still copy what is marked.
      field.current?.focus()
      notify(kith, 'The browser did not let Kith copy the link. It is marked now: copy it with Ctrl+C or ⌘C.')
      return
    }
    setCopied(true)
    setTimeout(() => setCopied(false), COPIED_MILLIS)
  }
  return (
    <div className="flex items-stretch gap-2">
      <input
        ref={field}
        readOnly
        value={link}
        dir="ltr"
        aria-label="The invitation as a link"
        className="field font-mono text-tiny!"
        onFocus={(event) => event.target.select()}
      />
      <Button look="main" onClick={() => void copy()}>
        {copied ? <Check size={17} aria-hidden /> : <Copy size={17} strokeWidth={1.75} aria-hidden />}
        <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
      </Button>
    </div>
  )
}

const Revoke = ({ invitation }: { readonly invitation: InvitationView }): ReactNode => {
  const kith = useKith()
  const [asked, setAsked] = useState(false)
  const { busy, act } = useAct()
  return (
    <div>
      <Button look="danger" disabled={busy} onClick={() => setAsked(true)}>
        Take it back
      </Button>
      <Confirm
        open={asked}
        title="Take this invitation back?"
        keep="Leave it open"
        act="Take it back"
        onClose={() => setAsked(false)}
        onAct={() => void act(kith.calls.revoke({ invitation: invitation.id }))}
      >
        Whoever answers it from now on is told that it was taken back. Who came in with it stays in.
      </Confirm>
    </div>
  )
}
