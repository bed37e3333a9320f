import { verifiedWords } from '../../view/verified-words.ts'
import type { PersonView } from '../../view/view.ts'
import { useName } from '../peer/context.ts'
import { nameOf } from '../peer/names.ts'

/** Whether I compared safety numbers with somebody, in words. A look-alike is told of by the name of the one I verified. */
export const useVerifiedWords = (person: PersonView): string => {
  const { verified } = person
  const other = useName(verified.at === 'lookalike' ? verified.of : '')
  return verifiedWords(verified, verified.at === 'lookalike' ? other : nameOf(person))
}
