import { join } from 'node:path'
import { openPeer } from '../src/cli/compose.ts'
import type { Calls } from '../src/view/calls.ts'
import type { Update } from '../src/view/update.ts'
import { done } from './peers.ts'

/** Open so many peers that accept whoever speaks to them; or let each of them say something, once it can. */
export type CrowdTask =
  | { readonly do: 'open'; readonly folder: string; readonly port: number; readonly peers: number }
  | { readonly do: 'say'; readonly conversation: string; readonly text: string }
export type Stored = { readonly kind: 'stored'; readonly text: string }
export type CrowdReport =
  | Stored
  | { readonly kind: 'opened'; readonly people: readonly string[] }
  | { readonly kind: 'said' }

type Member = { readonly calls: Calls; readonly person: string }

const report = (said: CrowdReport): void => void process.send?.(said)

const open = async (folder: string, port: number, number: number): Promise<Member> => {
  const opened = await openPeer(
    { name: 'member', folder: join(folder, `${number}`) },
    { listen: { host: '127.0.0.1', port: 0 }, servers: [`127.0.0.1:${port}`], nearby: 'off' },
    console.error,
  )
  if (!opened.ok) throw new Error(`a member does not open: ${opened.refusal.kind}`)
  const { calls } = opened.value
  await done(calls.rename({ name: `Member ${folder.at(-1)} ${number}` }))
  void watch(calls)
  const { me } = await calls.status()
  return { calls, person: me?.id ?? '' }
}

/** Accepts whoever wrote, and reports what others say as soon as it is stored. */
const watch = async (calls: Calls): Promise<void> => {
  for await (const update of calls.updates(new AbortController().signal)) {
    if (update.kind === 'lagged') throw new Error('the updates lagged')
    if (update.kind === 'line' && update.line.kind === 'message' && !update.line.mine)
      report({ kind: 'stored', text: update.line.text })
    if (update.kind === 'conversation') void accept(calls, update.conversation)
  }
}

const accept = async (calls: Calls, view: Extract<Update, { kind: 'conversation' }>['conversation']): Promise<void> => {
  if (view.at !== 'request') return
  if (view.kind === 'direct') await done(calls.decide({ person: view.person, standing: 'accepted' }))
  else await done(calls.answer({ conversation: view.id, standing: 'accepted' }))
}

/** It cannot be said before this device has learnt that it is in: then it is said as soon as it has. */
const say = async ({ calls }: Member, conversation: string, text: string): Promise<void> => {
  const over = new AbortController()
  for await (const _ of calls.updates(over.signal)) {
    const said = await calls.say({ conversation, text })
    if (said.ok) return over.abort()
  }
}

const main = (): void => {
  const members: Member[] = []
  const perform = async (task: CrowdTask): Promise<void> => {
    if (task.do === 'open') {
      for (let number = 0; number < task.peers; number++) members.push(await open(task.folder, task.port, number))
      return report({ kind: 'opened', people: members.map(({ person }) => person) })
    }
    await Promise.all(members.map((member) => say(member, task.conversation, task.text)))
    report({ kind: 'said' })
  }
  process.on('disconnect', () => process.exit())
  process.on('message', (task: CrowdTask) => void perform(task))
}

if (import.meta.main) main()
