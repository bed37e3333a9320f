import type { Mapped, MappedBy, Unmapped } from '../../core/gateway/mapped.ts'
import { PCP_NONCE_BYTES, type PortRequest } from '../../core/gateway/pcp.ts'
import { parseAddress } from '../../core/reach/address.ts'
import { openDatagrams } from './datagrams.ts'
import { CLOSE_MILLIS_MAX, type PortMapper } from './port.ts'
import { mapByUpnp } from './upnp.ts'
import { mapByNatPmp, mapByPcp, type Asked, type Way } from './ways.ts'

/** For how long a port is asked for. A device that ends without a word leaves it behind for no longer. */
export const LEASE_SECONDS = 3_600
/** A router that grants less is asked again this often at the most. */
const RENEW_MILLIS_LEAST = 1_000
/** From where nothing came of it until it is tried again. */
const RETRY_MILLIS = 600_000

/** In the order in which they are tried: the later a router may speak the earlier one, too. */
const WAYS: readonly (readonly [MappedBy, Way])[] = [
  ['pcp', mapByPcp],
  ['nat-pmp', mapByNatPmp],
  ['upnp', mapByUpnp],
]

/**
 * Asks the router of the home. `findRouter` answers its address on this machine's network, or undefined; `random` gives
 * that many random bytes.
 */
export const createPortMapper = ({
  findRouter,
  random,
}: {
  readonly findRouter: () => Promise<string | undefined>
  readonly random: (bytes: number) => Uint8Array
}): PortMapper => {
  const nonce = random(PCP_NONCE_BYTES)
  const dice = (): number => (random(1)[0] ?? 0) / 256
  let state: Mapped = { at: 'off' }
  let onChange = (): void => {}
  let held: Door | undefined
  let asking = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let last: Promise<void> = Promise.resolve()

  const become = (next: Mapped): void => {
    if (JSON.stringify(next) === JSON.stringify(state)) return
    state = next
    onChange()
  }

  const giveBack = async (): Promise<void> => {
    const back = held?.back
    held = undefined
    await back?.()
  }

  const round = async (port: number, signal: AbortSignal): Promise<void> => {
    if (held !== undefined && held.internal !== port) await giveBack()
    if (signal.aborted) return
    const request = { internal: port, external: held?.external ?? port, seconds: LEASE_SECONDS }
    const opened = await openDoor(request, { router: await findRouter(), nonce, dice, signal })
    // Also what was opened while this was given up is there, and is to be given back.
    if (opened.at === 'open') held = opened
    if (signal.aborted) return
    become(opened.at === 'open' ? { at: 'mapped', outside: opened.outside, by: opened.by } : opened)
    const millis = opened.at === 'open' ? renewAfter(opened.seconds) : RETRY_MILLIS
    timer = setTimeout(() => void inTurn(() => round(port, signal)), millis)
    // An open port is no reason to keep a process alive.
    timer.unref()
  }

  /** One after the other, so that nothing is opened behind the back of what gives it back. */
  const inTurn = (act: () => Promise<void>): Promise<void> => {
    last = last.then(act)
    return last
  }

  const map = (port: number | undefined): Promise<void> => {
    asking.abort()
    clearTimeout(timer)
    asking = new AbortController()
    const { signal } = asking
    if (port === undefined) {
      become({ at: 'off' })
      return inTurn(giveBack)
    }
    if (state.at !== 'mapped') become({ at: 'asking' })
    return inTurn(() => round(port, signal))
  }

  return {
    map: (port) => void map(port),
    state: () => state,
    onChange: (handler) => {
      onChange = handler
    },
    close: async () => {
      onChange = () => {}
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timeout = setTimeout(resolve, CLOSE_MILLIS_MAX)
      await Promise.race([map(undefined), late])
      clearTimeout(timeout)
    },
  }
}

/** Half of the time that was granted, and no more of it than was asked for: a router may name any number of seconds. */
const renewAfter = (seconds: number): number => Math.max(RENEW_MILLIS_LEAST, Math.min(seconds, LEASE_SECONDS) * 500)

/** A port that the router passes on, until it is given back or `seconds` have passed. */
type Door = {
  readonly at: 'open'
  readonly internal: number
  readonly external: number
  readonly outside: string
  readonly by: MappedBy
  readonly seconds: number
  readonly back: () => Promise<void>
}

type Closed = Extract<Mapped, { readonly at: 'failed' }>

const closed = (because: Unmapped, detail: string): Closed => ({ at: 'failed', because, detail })

const openDoor = async (
  request: PortRequest,
  { router, ...asked }: Pick<Asked, 'nonce' | 'dice' | 'signal'> & { readonly router: string | undefined },
): Promise<Door | Closed> => {
  const datagrams = router === undefined ? undefined : await openDatagrams(router)
  if (router === undefined || datagrams === undefined) return closed('no-router', 'no way out of this network')
  const own = datagrams.own.join('.')
  const refusals: string[] = []
  try {
    if (parseAddress(`${own}:1`)?.path !== 'nearby') return closed('no-router', 'a public address of its own')
    for (const [by, way] of WAYS) {
      const outcome = await way(request, { ...asked, router, own, datagrams })
      const outside = outcome.kind === 'mapped' ? parseAddress(`${outcome.host}:${outcome.external}`) : undefined
      if (outcome.kind === 'mapped' && outside)
        return { ...outcome, at: 'open', by, internal: request.internal, outside: outside.text }
      // A router without an address outside has no way out itself.
      if (outcome.kind === 'mapped') await outcome.back()
      if (outcome.kind !== 'no-answer') refusals.push(outcome.kind === 'refused' ? `${by} ${outcome.code}` : `${by} 0`)
    }
  } finally {
    datagrams.close()
  }
  return refusals.length === 0 ? closed('no-answer', 'PCP, NAT-PMP, UPnP') : closed('refused', refusals.join(', '))
}
