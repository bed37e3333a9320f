import type { ReactNode } from 'react'
import { useStatus } from '../peer/context.ts'

/** How what is here is kept from others, and from getting lost. */
export const Safekeeping = (): ReactNode => {
  const { passphrase, profile } = useStatus()
  const kith = (words: string): string =>
    `npm run kith -- ${words}${profile === 'default' ? '' : ` --profile ${profile}`}`
  return (
    <section aria-label="Keeping it safe" className="flex flex-col gap-2">
      <h2 className="label-small">Keeping it safe</h2>
      <p className="text-small text-soft">
        These are done in a terminal while Kith is stopped, so that no page ever sees a passphrase.
      </p>
      <div className="panel flex flex-col divide-y divide-line">
        <Way
          title={passphrase ? 'A passphrase is set' : 'No passphrase is set'}
          meaning={
            passphrase
              ? 'Your keys and messages are encrypted on this disk, and Kith asks for the passphrase when it starts.'
              : 'Whoever gets at this disk can read your keys and messages. With a passphrase everything is encrypted, and Kith asks for it when it starts.'
          }
          commands={passphrase ? [kith('passphrase change'), kith('passphrase remove')] : [kith('passphrase set')]}
        />
        <Way
          title="Take everything with you"
          meaning="One encrypted file with your name, people and messages, to keep as a copy or to go on from on another machine."
          commands={[kith('export FILE')]}
        />
        <Way
          title="Bring it back"
          meaning="Reads such a file into a new profile, or adds what is missing to the one it came from. What is here already stays as it is."
          commands={[kith('import FILE')]}
        />
      </div>
    </section>
  )
}

type WayProps = { readonly title: string; readonly meaning: string; readonly commands: readonly string[] }

const Way = ({ title, meaning, commands }: WayProps): ReactNode => (
  <div className="flex flex-col gap-1.5 px-4 py-3">
    <p className="font-semibold">{title}</p>
    <p className="text-small text-soft">{meaning}</p>
    {commands.map((command) => (
      <code key={command} className="w-fit max-w-full rounded-lg bg-sunk px-2 py-1 font-mono text-small select-all">
        {command}
      </code>
    ))}
  </div>
)
