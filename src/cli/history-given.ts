import { accept, refuse, type Result } from '../core/bytes/result.ts'
import type { History, Role } from '../view/view.ts'
import type { Given, Option } from './command.ts'
import type { Usage } from './parse.ts'
import { textOf } from './with-peer.ts'

/** A hundred years: longer than anything was said. */
const HISTORY_DAYS_MAX = 36_500

export const ROLE_OPTION: { readonly [name: string]: Option } = {
  role: { value: 'ROLE', help: 'As what they come in: member (default), or admin' },
}

export const HISTORY_OPTION: { readonly [name: string]: Option } = {
  history: { value: 'DAYS', help: 'What they see of before: none (default), all, or so many days; the group is told' },
}

export const roleGiven = (text: string | undefined): Result<Role, Extract<Usage, { kind: 'usage' }>> =>
  text === undefined || text === 'member' || text === 'admin'
    ? accept(text ?? 'member')
    : refuse({ kind: 'usage', detail: `A role is member or admin, not '${text}'` })

export const historyGiven = (given: Given): Result<History, Extract<Usage, { kind: 'usage' }>> => {
  const text = textOf(given, 'history') ?? 'none'
  if (text === 'none' || text === 'all') return accept({ share: text })
  const days = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return days >= 1 && days <= HISTORY_DAYS_MAX
    ? accept({ share: 'days', days })
    : refuse({ kind: 'usage', detail: `--history takes none, all or a number of days, not '${text}'` })
}
