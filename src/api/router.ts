import { os } from '@orpc/server'
import * as v from 'valibot'

import { refuse, type Result } from '../core/bytes/result.ts'
import type { Answer, Calls, Refusal } from '../view/calls.ts'
import type { Update } from '../view/update.ts'
import { bounded } from './bounded.ts'
import { INPUTS } from './inputs.ts'

/** What one subscriber may leave untaken before it is told that it lagged. */
export const UPDATES_BYTES_MAX = 4 * 1024 * 1024
/** What one update is counted as, besides its text. */
const UPDATE_BYTES = 512

/** Every call of a peer, checked, as procedures: what a caller passes is refused as `malformed` before the peer sees it. */
export const createRouter = (calls: Calls) => ({
  updates: os.handler(({ signal }) => boundedUpdates(calls, signal ?? new AbortController().signal)),
  status: os.handler(() => calls.status()),
  open: answer(INPUTS.open, (input) => calls.open(input)),
  history: answer(INPUTS.history, (input) => calls.history(input)),
  say: answer(INPUTS.say, (input) => calls.say(input)),
  edit: answer(INPUTS.edit, (input) => calls.edit(input)),
  unsay: answer(INPUTS.unsay, (input) => calls.unsay(input)),
  react: answer(INPUTS.react, (input) => calls.react(input)),
  read: answer(INPUTS.read, (input) => calls.read(input)),
  typing: answer(INPUTS.typing, (input) => calls.typing(input)),
  draft: answer(INPUTS.draft, (input) => calls.draft(input)),
  decide: answer(INPUTS.decide, (input) => calls.decide(input)),
  rename: answer(INPUTS.rename, (input) => calls.rename(input)),
  namePrivately: answer(INPUTS.namePrivately, (input) => calls.namePrivately(input)),
  configure: answer(INPUTS.configure, (input) => calls.configure(input)),
  useServers: answer(INPUTS.useServers, (input) => calls.useServers(input)),
  reach: answer(INPUTS.reach, (input) => calls.reach(input)),
  tryNow: answer(INPUTS.tryNow, (input) => calls.tryNow(input)),
  lookAgain: os.handler(() => calls.lookAgain()),
  search: answer(INPUTS.search, (input) => calls.search(input)),
  found: answer(INPUTS.found, (input) => calls.found(input)),
  members: answer(INPUTS.members, (input) => calls.members(input)),
  add: answer(INPUTS.add, (input) => calls.add(input)),
  remove: answer(INPUTS.remove, (input) => calls.remove(input)),
  leave: answer(INPUTS.leave, (input) => calls.leave(input)),
  setRole: answer(INPUTS.setRole, (input) => calls.setRole(input)),
  retitle: answer(INPUTS.retitle, (input) => calls.retitle(input)),
  setPicture: answer(INPUTS.setPicture, (input) => calls.setPicture(input)),
  picture: answer(INPUTS.picture, (input) => calls.picture(input)),
  answer: answer(INPUTS.answer, (input) => calls.answer(input)),
  delivery: answer(INPUTS.delivery, (input) => calls.delivery(input)),
  mute: answer(INPUTS.mute, (input) => calls.mute(input)),
  forget: answer(INPUTS.forget, (input) => calls.forget(input)),
  invite: answer(INPUTS.invite, (input) => calls.invite(input)),
  revoke: answer(INPUTS.revoke, (input) => calls.revoke(input)),
  examine: answer(INPUTS.examine, (input) => calls.examine(input)),
  join: answer(INPUTS.join, (input) => calls.join(input)),
  forgetJoining: answer(INPUTS.forgetJoining, (input) => calls.forgetJoining(input)),
  safety: answer(INPUTS.safety, (input) => calls.safety(input)),
  verify: answer(INPUTS.verify, (input) => calls.verify(input)),
  unverify: answer(INPUTS.unverify, (input) => calls.unverify(input)),
})

const answer = <Schema extends v.GenericSchema, Value>(
  schema: Schema,
  call: (input: v.InferOutput<Schema>) => Answer<Value>,
) =>
  os.handler(async ({ input }: { readonly input: unknown }): Promise<Result<Value, Refusal>> => {
    const parsed = v.safeParse(schema, input)
    return parsed.success ? call(parsed.output) : refuse({ kind: 'malformed', detail: faultOf(parsed.issues[0]) })
  })

/** Where the fault lies and what it is, without what was passed: that may be a text. */
const faultOf = (issue: v.BaseIssue<unknown>): string => {
  const where = v.getDotPath(issue) ?? 'input'
  const fault = issue.type === 'check' ? issue.message : (issue.expected ?? issue.type)
  return `${where}: expected ${fault}`
}

/** A peer's updates, never more than UPDATES_BYTES_MAX ahead of whoever reads them. */
const boundedUpdates = async function* (calls: Calls, signal: AbortSignal): AsyncGenerator<Update, void, void> {
  const stream = bounded({
    open: (own) => calls.updates(own),
    weigh: weightOf,
    weightMax: UPDATES_BYTES_MAX,
    signal,
  })
  for await (const each of stream) yield each.lost ? LAGGED : each.item
}

const LAGGED: Update = { kind: 'lagged' }

const weightOf = (update: Update): number => {
  // UTF-16: two bytes a character. A snapshot's size is the peer's to bound and it comes first, when nothing waits.
  if (update.kind === 'conversation') return UPDATE_BYTES + 2 * update.conversation.draft.length
  if (update.kind === 'line' && update.line.kind === 'message') return UPDATE_BYTES + 2 * update.line.text.length
  if (update.kind === 'invitation') return UPDATE_BYTES + 2 * (update.invitation.link ?? '').length
  return UPDATE_BYTES
}
