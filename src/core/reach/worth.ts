import type { Address } from './address.ts'
import { isBetterPath, type Path } from './path.ts'
import type { Draft } from './state.ts'

/** The path of the link that is spoken on. One on which nothing is heard is as good as none. */
export const currentPath = (draft: Draft): Path | undefined => {
  const link = draft.links.find((each) => each.number === draft.current)
  return link?.doubted ? undefined : link?.path
}

/** Whether dialling there shows no more of this device than the other may see. */
export const mayDial = (draft: Draft, { loopback, path }: Address): boolean =>
  draft.shown === 'everywhere' || (draft.shown === 'this-machine' && (loopback || (draft.near && path === 'nearby')))

export const improves = (draft: Draft, path: Path): boolean => {
  const current = currentPath(draft)
  return current === undefined || isBetterPath(path, current)
}

/** The addresses that are worth a dial as things stand. */
export const candidates = (draft: Draft): readonly Address[] => {
  const current = currentPath(draft)
  return draft.known.flatMap(({ address, sighted }) => {
    // Beyond this network, a private address is somebody else's; a stranger nearby is reached nearby or not at all.
    const needsSighting = current === 'direct' || current === 'punched' || !draft.wanted
    const useful =
      (draft.wanted || draft.near) &&
      mayDial(draft, address) &&
      improves(draft, address.path) &&
      (sighted !== undefined || !needsSighting)
    return useful ? [address] : []
  })
}

/** To ask is to tell where one is. */
export const canAsk = (draft: Draft): boolean =>
  draft.wanted && draft.shown !== 'nowhere' && draft.server && (currentPath(draft) ?? 'relayed') === 'relayed'

export const canPunch = (draft: Draft): boolean =>
  draft.wanted && draft.shown === 'everywhere' && draft.server && improves(draft, 'punched')

/** Both agree on it over a link that stands: the one through the server, which it is to replace. */
export const canCallOverUdp = (draft: Draft): boolean =>
  draft.wanted && draft.shown === 'everywhere' && draft.server && currentPath(draft) === 'relayed'

export const canRelay = (draft: Draft): boolean => draft.wanted && draft.server && currentPath(draft) === undefined

export const hasReason = (draft: Draft): boolean => canAsk(draft) || canRelay(draft) || candidates(draft).length > 0
