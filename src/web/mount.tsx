import { createRoot } from 'react-dom/client'
import { Bug } from '../core/bytes/result.ts'
import type { Dial } from './connection.ts'
import { watchNews } from './notifications/notifier.ts'
import { KithContext } from './peer/context.ts'
import { runSession, watchTyping } from './peer/session.ts'
import { createKith, type Kith } from './peer/store.ts'
import { applyTheme, readTheme } from './settings/theme.ts'
import './styles/main.css'
import { KithWindow } from './window.tsx'

/** Draws the window into the page and keeps it connected. Gives back what the window knows. */
export const mount = (dial: Dial): Kith => {
  const place = document.getElementById('root')
  if (place === null) throw new Bug('a page without a root')
  applyTheme(readTheme())
  const kith = createKith()
  watchTyping(kith)
  watchNews(kith)
  void runSession(kith, dial, new AbortController().signal)
  createRoot(place).render(
    <KithContext value={kith}>
      <KithWindow />
    </KithContext>,
  )
  return kith
}
