import { unreachable } from '../core/bytes/result.ts'
import { momentWords, type Place } from './time-words.ts'
import type { Verified } from './view.ts'

/** Whether I compared safety numbers with somebody, what that means, and what to do. `name`: what they are called. */
export const verifiedWords = (verified: Verified, name: string, place: Place = {}): string => {
  switch (verified.at) {
    case 'no':
      return `You have not compared safety numbers with ${name}. Compare them in person or in a call to be sure that nobody stands between you.`
    case 'yes':
      return `Verified: you compared safety numbers with ${name} on ${momentWords(verified.since, place)}.`
    case 'changed':
      return `${name} has used a device that you do not know since ${momentWords(verified.changed, place)}, so the mark is gone. Ask ${name} about it in person or in a call, then compare safety numbers again.`
    case 'lookalike':
      return `Careful: this is not the ${name} whom you verified, only somebody with a name that looks the same. Nothing shows that they are who they say.`
    default:
      return unreachable(verified)
  }
}

/** The 60 digits in twelve groups of five, as they are read out: “12345 67890 …”. */
export const digitsWords = (digits: string): string => digits.replace(/(\d{5})(?=\d)/g, '$1 ')
