import type { ReactNode } from 'react'
import { Logo } from '../parts/logo.tsx'
import type { DoorState } from '../peer/store.ts'

/** Before anything is known of the peer. */
export const WaitingPage = ({ door }: { readonly door: DoorState }): ReactNode => (
  <Doorway title={door.at === 'lost' ? 'Kith is not running' : 'Opening Kith'}>
    {door.at === 'lost' ? (
      <p>
        Nobody answers on this machine. Start Kith again with <code className="font-mono">npm start</code> and go on in
        the window that it opens.
      </p>
    ) : (
      <p role="status">One moment.</p>
    )}
  </Doorway>
)

/** This window may not speak to the peer: it was not opened by it, or the peer was started anew since. */
export const ClosedPage = (): ReactNode => (
  <Doorway title="Open this window from Kith">
    <p>
      This page cannot reach your conversations. They are only shown in windows that Kith itself opens, so that no other
      page on this machine can read them. If this was such a window, Kith was started anew since then.
    </p>
    <p>
      Run <code className="rounded bg-sunk px-1.5 py-0.5 font-mono">npm start</code> in a terminal: it opens a new
      window, also when Kith is running already. Then close this one.
    </p>
  </Doorway>
)

const Doorway = ({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode => (
  <main className="grid h-full place-items-center overflow-y-auto p-6">
    <div className="flex max-w-120 flex-col gap-4 text-soft">
      <Logo size={44} />
      <h1 className="font-serif text-title text-ink">{title}</h1>
      {children}
    </div>
  </main>
)
