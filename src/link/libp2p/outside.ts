import { lookup } from 'node:dns/promises'
import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import type { Failure } from '../../view/view.ts'
import { pathOf } from '../address.ts'

/**
 * The public addresses that a host name leads to, in the system's order. Of a name that others gave, private ones do not
 * count, and what is dialled is what was looked at: to look again would let its owner answer differently.
 */
export const outsideHosts = async (name: string): Promise<Result<readonly string[], Failure>> => {
  const found = await lookup(name, { all: true }).catch((error: NodeJS.ErrnoException) => error.code ?? 'ENOTFOUND')
  if (typeof found === 'string') return refuse({ kind: 'name-not-found', detail: found })
  const outside = found.map(({ address }) => address).filter((each) => pathOf(each) === 'direct')
  return outside.length > 0
    ? accept(outside)
    : refuse({ kind: 'unreachable', detail: 'the name leads to private addresses alone' })
}
