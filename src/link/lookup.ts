import { lookup } from 'node:dns/promises'
import { accept, refuse, type Result } from '../core/bytes/result.ts'
import type { Failure } from '../view/view.ts'
import { failureOf } from './libp2p/failure.ts'

/** The IP address of a host, of that family if one is named. An address that is given as such is its own. */
export const addressFor = async (host: string, family?: 4 | 6): Promise<Result<string, Failure>> => {
  try {
    const found = await lookup(host, family === undefined ? {} : { family })
    if (family === undefined || found.family === family) return accept(found.address)
    return refuse({ kind: 'name-not-found', detail: `no address of IPv${family}` })
  } catch (error) {
    return refuse(failureOf(error))
  }
}
