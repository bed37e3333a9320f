/** Which colours to use. It belongs to this browser, not to the peer. */
export type Theme = 'system' | 'light' | 'dark'

const THEME_KEY = 'kith theme'

export const readTheme = (): Theme => {
  try {
    const kept = localStorage.getItem(THEME_KEY)
    return kept === 'light' || kept === 'dark' ? kept : 'system'
  } catch {
    // Storage may be forbidden; the system's choice is a good one.
    return 'system'
  }
}

export const applyTheme = (theme: Theme): void => {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
  try {
    if (theme === 'system') localStorage.removeItem(THEME_KEY)
    else localStorage.setItem(THEME_KEY, theme)
  } catch {
    // It holds until the page is left.
  }
}
