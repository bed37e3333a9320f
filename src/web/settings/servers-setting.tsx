import { CircleAlert, CircleCheck, CircleDashed, X } from 'lucide-react'
import { useState, type FormEvent, type ReactNode } from 'react'
import { SERVERS_MAX } from '../../core/reach/server-address.ts'
import { refusalWords } from '../../view/refusal-words.ts'
import { mailboxFailureWords, serversWords, serverWords } from '../../view/server-words.ts'
import type { Millis, ServerState } from '../../view/view.ts'
import { Button, IconButton } from '../parts/button.tsx'
import { useKith, useNow, useStatus } from '../peer/context.ts'

/** The servers that I use: how it stands with each, and how to take one off the list or add one. */
export const ServersSetting = (): ReactNode => {
  const kith = useKith()
  const status = useStatus()
  const { servers, mailboxFailure } = status
  const now = useNow(1_000)
  const [refused, setRefused] = useState<string>()
  const addresses = servers.map(({ address }) => address)
  const use = async (next: readonly string[]): Promise<boolean> => {
    // oxlint-disable-next-line react/hooks -- a call of the peer, not a hook
    const answer = await kith.calls.useServers({ addresses: next })
    setRefused(answer.ok ? undefined : refusalWords(answer.refusal))
    return answer.ok
  }
  return (
    <section aria-labelledby="servers-title" className="flex flex-col gap-2">
      <h2 id="servers-title" className="label-small">
        Servers
      </h2>
      <p className="text-small text-soft">
        Where people find each other, and where sealed messages wait for who is away. Any one of several is enough.
      </p>
      {servers.length === 0 ? <StateLine {...serversWords(status, now)} /> : null}
      <ul className="flex flex-col gap-2" aria-label="Servers that you use">
        {servers.map((server) => (
          <ServerItem
            key={server.address}
            server={server}
            now={now}
            directly={status.settings.directly}
            onRemove={() => void use(addresses.filter((each) => each !== server.address))}
          />
        ))}
      </ul>
      {servers.length < SERVERS_MAX ? (
        <AddServer refused={refused !== undefined} onAdd={(address) => use([...addresses, address])} />
      ) : (
        <p className="text-small text-soft">
          {SERVERS_MAX} servers are the most. Take one off the list to add another.
        </p>
      )}
      <div id="servers-words" aria-live="polite" className="text-small text-ember">
        {refused === undefined ? null : <p>{refused}</p>}
        {mailboxFailure ? <p>{mailboxFailureWords(mailboxFailure)}</p> : null}
      </div>
    </section>
  )
}

const LOOKS = {
  connecting: { Icon: CircleDashed, color: 'text-soft' },
  connected: { Icon: CircleCheck, color: 'text-here' },
  unreachable: { Icon: CircleAlert, color: 'text-ember' },
} as const

type ServerItemProps = {
  readonly server: ServerState
  readonly now: Millis
  readonly directly: boolean
  onRemove(): void
}

const ServerItem = ({ server, now, directly, onRemove }: ServerItemProps): ReactNode => {
  const { Icon, color } = LOOKS[server.at]
  const keeps = server.at === 'connected' && server.mailboxes === 'on'
  return (
    <li className="panel flex items-start gap-2.5 p-3">
      <Icon size={18} aria-hidden className={`mt-0.5 flex-none ${color}`} />
      <div className="min-w-0 flex-1 text-small text-soft">
        <StateLine {...serverWords(server, now, directly)} />
        {keeps ? (
          <p>Messages for who is away wait there, sealed until they are fetched: the server can read none.</p>
        ) : null}
      </div>
      <IconButton icon={X} label={`Use ${server.address} no longer`} onClick={onRemove} />
    </li>
  )
}

type AddServerProps = { readonly refused: boolean; onAdd(address: string): Promise<boolean> }

const AddServer = ({ refused, onAdd }: AddServerProps): ReactNode => {
  const [text, setText] = useState('')
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (await onAdd(text.trim())) setText('')
  }
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex gap-2">
      <input
        className="field font-mono text-small!"
        aria-label="Server to add"
        dir="ltr"
        spellCheck={false}
        autoComplete="off"
        placeholder="chat.example.org:12345"
        value={text}
        aria-invalid={refused}
        aria-describedby="servers-words"
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit" disabled={text.trim() === ''}>
        Add
      </Button>
    </form>
  )
}

export const StateLine = ({ state, meaning }: { readonly state: string; readonly meaning: string }): ReactNode => (
  <p className="break-words">
    <span className="font-semibold text-ink">{state}.</span> {meaning}
  </p>
)
