import { useKith, useKithState } from '../peer/context.ts'
import { askLeave, keepChoice, type Choice, type Leave } from './choice.ts'

/** What is told outside of the window, and how to choose it: what tells anything asks the browser for leave. */
export const useNotifying = () => {
  const kith = useKith()
  const notifying = useKithState((state) => state.notifying)
  const choose = async (choice: Choice): Promise<Leave> => {
    keepChoice(choice)
    kith.setState((state) => ({ notifying: { ...state.notifying, choice } }))
    const leave = choice === 'nothing' ? notifying.leave : await askLeave()
    kith.setState((state) => ({ notifying: { ...state.notifying, leave } }))
    return leave
  }
  return { ...notifying, choose }
}

/** What it means that the browser shows nothing, and what to do; absent: it does. */
export const leaveWords = (leave: Leave): string | undefined => {
  switch (leave) {
    case 'given':
      return undefined
    case 'refused':
      return 'Your browser lets this window show no notifications, so nothing is told: only the title counts. Allow them beside the address at the top of the browser, under the settings of this page.'
    case 'open':
      return 'Your browser was not given an answer whether this window may show notifications, so nothing is told: only the title counts.'
    case 'missing':
      return 'This browser shows no notifications of pages, so nothing is told: only the title counts. Open the window in another browser, or follow what is said in a terminal with “npm run kith -- tail”.'
  }
}
