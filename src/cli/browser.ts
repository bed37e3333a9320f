/**
 * Opens the address in the person's browser, without a shell. False when there is no screen to show it on, or no
 * program to open it with; that a browser then fails to start cannot be known.
 */
export const openBrowser = async (url: string): Promise<boolean> => {
  if (!hasScreen(process.platform, process.env)) return false
  try {
    // Loaded here: it looks at the system when it is, which most commands have no use for.
    const { default: open } = await import('open')
    const opener = await open(url)
    opener.on('error', () => undefined)
    return true
  } catch {
    return false
  }
}

/** Whether windows can be shown: always on macOS and Windows, elsewhere under X, Wayland, or Linux inside Windows. */
export const hasScreen = (platform: string, environment: { readonly [name: string]: string | undefined }): boolean =>
  platform === 'darwin' ||
  platform === 'win32' ||
  ['DISPLAY', 'WAYLAND_DISPLAY', 'WSL_DISTRO_NAME'].some((name) => (environment[name] ?? '') !== '')
