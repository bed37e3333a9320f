import { HardDrive, Unplug } from 'lucide-react'
import type { ReactNode } from 'react'
import { Redirect, Route, Router, Switch } from 'wouter'
import { useHashLocation } from 'wouter/use-hash-location'
import { storeFailureWords } from '../view/server-words.ts'
import { untilWords } from '../view/time-words.ts'
import { ConversationPage } from './conversation/conversation-page.tsx'
import { HeardLines } from './conversation/heard-lines.tsx'
import { ClosedPage, WaitingPage } from './doorway/doorway.tsx'
import { NewGroupPage } from './group/new-group-page.tsx'
import { InvitePage } from './invitation/invite-page.tsx'
import { JoinPage } from './invitation/join-page.tsx'
import { JoiningPage } from './invitation/joining-page.tsx'
import { NamingPage } from './naming/naming-page.tsx'
import { Banner } from './parts/banner.tsx'
import { useNoDrops } from './parts/drops.ts'
import { Notices } from './parts/notices.tsx'
import { useKithState, useNow, useStatus } from './peer/context.ts'
import type { DoorState } from './peer/store.ts'
import { HomePage } from './people/home-page.tsx'
import { Sidebar } from './people/sidebar.tsx'
import { panelIn, PLACES } from './routes.ts'
import { SettingsPage } from './settings/settings-page.tsx'
import { Shortcuts } from './shortcuts/shortcuts.tsx'
import { useTitle } from './title.ts'

/** The whole window: the way in, then the naming step, then the chat. */
export const KithWindow = (): ReactNode => {
  const door = useKithState((state) => state.door)
  const known = useKithState((state) => state.mirror !== undefined)
  useNoDrops()
  if (!known) return door.at === 'not-let-in' ? <ClosedPage /> : <WaitingPage door={door} />
  return (
    // oxlint-disable-next-line react/hooks -- how wouter is told where places live
    <Router hook={useHashLocation}>
      <div className="flex h-full flex-col">
        <SilentBanner door={door} />
        <LostBanner door={door} />
        <ClosedBanner door={door} />
        <StoreBanner />
        <NamedOrNaming />
      </div>
      <Notices />
    </Router>
  )
}

const NamedOrNaming = (): ReactNode => (useStatus().me === undefined ? <NamingPage /> : <Chat />)

/** From 48rem on two columns; below, the list and what was chosen from it take turns. */
const Chat = (): ReactNode => {
  useTitle()
  const [location] = useHashLocation()
  const chosen = location !== PLACES.home
  return (
    <>
      <main className="flex min-h-0 flex-1">
        <div className={`min-h-0 w-full flex-none md:flex md:w-84 xl:w-92 ${chosen ? 'hidden print:hidden' : 'flex'}`}>
          <Sidebar />
        </div>
        <div className={`min-h-0 min-w-0 flex-1 md:flex ${chosen ? 'flex' : 'hidden'}`}>
          <Switch>
            <Route path={PLACES.settings} component={SettingsPage} />
            <Route path={PLACES.newGroup} component={NewGroupPage} />
            <Route path={PLACES.invite} component={InvitePage} />
            <Route path={PLACES.join} component={JoinPage} />
            <Route path={PLACES.joining}>{({ joining }) => <JoiningPage id={joining} />}</Route>
            <Route path={PLACES.line}>
              {({ conversation, order }) => <ConversationPage id={conversation} order={order} />}
            </Route>
            <Route path={PLACES.panel}>
              {({ conversation, panel }) => <ConversationPage id={conversation} panel={panelIn(panel)} />}
            </Route>
            <Route path={PLACES.conversation}>{({ conversation }) => <ConversationPage id={conversation} />}</Route>
            <Route path={PLACES.home} component={HomePage} />
            <Route>
              <Redirect to={PLACES.home} replace />
            </Route>
          </Switch>
        </div>
      </main>
      <HeardLines />
      <Shortcuts />
    </>
  )
}

const SilentBanner = ({ door }: { readonly door: DoorState }): ReactNode =>
  door.at === 'silent' ? (
    <Banner icon={Unplug}>
      <strong>Kith does not answer.</strong> What you did just now is not done so far; it goes on by itself as soon as
      Kith answers. If that takes long, end Kith and start it anew with <code className="font-mono">npm start</code>.
    </Banner>
  ) : null

const LostBanner = ({ door }: { readonly door: DoorState }): ReactNode => {
  const now = useNow(1_000)
  if (door.at !== 'lost') return null
  return (
    <Banner icon={Unplug}>
      <strong>Kith is not running.</strong> Nothing can be sent or received until it runs again; what was kept before is
      safe. Start it with <code className="font-mono">npm start</code> and go on in the window that it opens. If it only
      slept, this one goes on by itself; the next look is {untilWords(door.next, now)}.
    </Banner>
  )
}

/** The page stays: what was written in it and not sent is nowhere else. */
const ClosedBanner = ({ door }: { readonly door: DoorState }): ReactNode =>
  door.at === 'not-let-in' ? (
    <Banner icon={Unplug}>
      <strong>Kith was started anew and does not know this window.</strong> Nothing can be sent or received here any
      more. Copy what you wrote and did not send, go on in the window that <code className="font-mono">npm start</code>{' '}
      opens, and close this one.
    </Banner>
  ) : null

const StoreBanner = (): ReactNode => {
  const failure = useStatus().storeFailure
  return failure === undefined ? null : <Banner icon={HardDrive}>{storeFailureWords(failure)}</Banner>
}
