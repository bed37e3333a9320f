import type { ReactNode } from 'react'
import { useStatus } from '../peer/context.ts'

/** How what is here is kept from others, and from getting lost. It is done in a terminal: a page never sees the words. */
export const Safekeeping = (): ReactNode => {
  const { passphrase, profile } = useStatus()
  const kith = (words: string): string =>
    `npm run kith -- ${words}${profile === 'default' ? '' : ` --profile ${profile}`}`
  return (
    <section aria-label="Keeping it safe" className="flex flex-col gap-2">
      <h2 className="label-small">Keeping it safe</h2>
      <div className="panel flex flex-col divide-y divide-line">
        <Way
          title={passphrase ? 'A passphrase is set' : 'No passphrase is set'}
          meaning={
            passphrase
              ? 'Your keys and messages are encrypted on this disk, and Kith asks for the passphrase when it starts. Change it or take it away in a terminal:'
              : 'Whoever gets at this disk can read your keys and messages. Set a passphrase in a terminal; Kith asks for it when it starts:'
          }
          command={kith('passphrase')}
        />
        <Way
          title="Take everything with you"
          meaning="One encrypted file with your name, people and messages, to keep as a copy or to go on from on another machine:"
          command={kith('export FILE')}
        />
        <Way
          title="Bring it back"
          meaning="Reads such a file. What is newer here stays as it is, and Kith says what it did:"
          command={kith('import FILE')}
        />
      </div>
    </section>
  )
}

type WayProps = { readonly title: string; readonly meaning: string; readonly command: string }

const Way = ({ title, meaning, command }: WayProps): ReactNode => (
  <div className="flex flex-col gap-1.5 px-4 py-3">
    <p className="font-semibold">{title}</p>
    <p className="text-small text-soft">{meaning}</p>
    <code className="w-fit max-w-full rounded-lg bg-sunk px-2 py-1 font-mono text-small select-all">{command}</code>
  </div>
)
