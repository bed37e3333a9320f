/** What became of asking the home's router to pass a TCP port on to this device. */
export type Mapped =
  /** Nothing is asked for. */
  | { readonly at: 'off' }
  | { readonly at: 'asking' }
  /** What comes to `outside` (`IP:PORT`) comes to this device. The router's word: it may have another router before it. */
  | { readonly at: 'mapped'; readonly outside: string; readonly by: MappedBy }
  | { readonly at: 'failed'; readonly because: Unmapped; readonly detail: string }

export type MappedBy = 'pcp' | 'nat-pmp' | 'upnp'

/**
 * `no-router`: this machine has no route to anywhere, or a public address of its own. `no-answer`: the router answers no
 * such question. `refused`: it answers, and does not want to.
 */
export type Unmapped = 'no-router' | 'no-answer' | 'refused'
