import { parseIp } from '../../core/reach/ip.ts'
import { decodeBindingRequest, encodeBindingAnswer } from '../../core/stun/message.ts'
import { addressGroup } from '../address-group.ts'
import { formatAddress, type HostAndPort } from '../address.ts'
import { createAllowance, type Allowance } from '../libp2p/allowance.ts'
import type { StunCounts } from '../server-port.ts'

/** Answers to one address, or one /64 of IPv6: a school asks together, and whose name is misused is sent 2 KB/s. */
export const STUN_ANSWERS_PER_SECOND_MAX = 50
export const STUN_ANSWERS_BURST_MAX = 200
/** To all together. A flood in invented names costs the others their answers by UDP, and nothing else. */
export const STUN_ANSWERS_TOTAL_PER_SECOND_MAX = 2_000
export const STUN_ANSWERS_TOTAL_BURST_MAX = 4_000
/** Addresses whose answers are counted; the one that has been counted longest makes room. */
export const STUN_GROUPS_MAX = 10_000

export type Transport = 'tcp' | 'udp'

export type StunAnswers = {
  /**
   * What to send back to where the question came from, and to nowhere else: at most ANSWER_BYTES_MORE_MAX more than came.
   * Undefined: nothing. Never throws.
   */
  answer(transport: Transport, question: Uint8Array, from: HostAndPort): Uint8Array | undefined
  counts(): StunCounts
}

export const createStunAnswers = (now: () => number): StunAnswers => {
  const answered = { tcp: 0, udp: 0 }
  let dropped = 0
  const all = createAllowance({
    perSecond: STUN_ANSWERS_TOTAL_PER_SECOND_MAX,
    burst: STUN_ANSWERS_TOTAL_BURST_MAX,
    now,
  })
  const groups = new Map<string, Allowance>()

  const allowanceOf = (group: string): Allowance => {
    const known = groups.get(group)
    if (known) return known
    const [oldest] = groups.keys()
    if (groups.size >= STUN_GROUPS_MAX && oldest !== undefined) groups.delete(oldest)
    const fresh = createAllowance({ perSecond: STUN_ANSWERS_PER_SECOND_MAX, burst: STUN_ANSWERS_BURST_MAX, now })
    groups.set(group, fresh)
    return fresh
  }

  return {
    answer: (transport, question, from) => {
      const request = decodeBindingRequest(question)
      const ip = parseIp(from.host)
      if (!request || !ip) return undefined
      const group = allowanceOf(addressGroup(formatAddress(from)))
      // What is refused costs nothing: otherwise somebody who floods would have to rest for longer than they flooded.
      if (group.left() < 1 || all.left() < 1) {
        dropped += 1
        return undefined
      }
      group.use(1)
      all.use(1)
      answered[transport] += 1
      return encodeBindingAnswer(request, { ip, port: from.port })
    },
    counts: () => ({ answered: { ...answered }, dropped }),
  }
}
