import { unreachable } from '../core/bytes/result.ts'
import { countWords } from './count-words.ts'
import type { LineContent } from './view.ts'

/** A line that is no message, or one that is gone, as a sentence. `name`: who it is about; `mine`: that is me. */
export const lineWords = (line: Exclude<LineContent, { kind: 'message' }>, name: string, mine: boolean): string => {
  switch (line.kind) {
    case 'deleted':
      return mine ? 'You deleted this message' : `${name} deleted this message`
    case 'renamed':
      return mine ? `You are now called ${line.to} (was ${line.from})` : `${line.from} is now called ${line.to}`
    case 'joined':
      return mine ? 'You accepted their request' : `${name} accepted your request`
    case 'gap':
      return mine
        ? `${countWords(line.count, 'message')} that you wrote on another device ${line.count === 1 ? 'has' : 'have'} not arrived here yet`
        : `${countWords(line.count, 'message')} from ${name} ${line.count === 1 ? 'has' : 'have'} not arrived yet`
    case 'forked':
      return mine
        ? 'Your history exists in two versions: this profile was copied and runs twice, or somebody else has its key. Both versions are shown.'
        : `${name}’s history exists in two versions: their Kith was copied and runs twice, or somebody else has their key. Ask them in person before you trust what follows.`
    case 'sealed':
      return mine
        ? 'A message of yours cannot be opened on this device: its key is gone'
        : `A message from ${name} arrived but cannot be opened: its key is gone or never came. Ask them to send it again.`
    case 'newer':
      return `${mine ? 'You' : name} sent something that this version of Kith cannot show yet (${line.what}). It is kept; update Kith to see it.`
    default:
      return unreachable(line)
  }
}
