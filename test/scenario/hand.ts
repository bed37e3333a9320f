import { createInterface } from 'node:readline'
import type { Calls } from '../../src/view/calls.ts'
import type { Update } from '../../src/view/update.ts'
import { enter } from './door.ts'

export type Asked = { readonly number: number; readonly call: keyof Calls | 'end'; readonly input: never }

/** What a call answered, an update, or the end of the updates. */
export type Told = { readonly number: number } & (
  | { readonly answer: unknown }
  | { readonly update: Update }
  | { readonly over: true }
)

/**
 * Run as a child process on another machine, with a profile's folder as its argument: speaks to the peer there through
 * its door. Takes a call a line (`{ number, call, input }`) and tells answers and updates a line.
 */
const main = async (folder: string): Promise<void> => {
  const door = await enter(folder)
  const tell = (what: Told): void => void process.stdout.write(`${JSON.stringify(what)}\n`)
  const watches = new Map<number, AbortController>()
  const watch = async (number: number): Promise<void> => {
    const ending = new AbortController()
    watches.set(number, ending)
    for await (const update of door.calls.updates(ending.signal)) tell({ number, update })
    tell({ number, over: true })
  }
  for await (const line of createInterface(process.stdin)) {
    const { number, call, input } = JSON.parse(line) as Asked
    if (call === 'updates') void watch(number)
    else if (call === 'end') watches.get(number)?.abort()
    else void door.calls[call](input).then((answer) => tell({ number, answer }))
  }
  door.close()
}

if (import.meta.main) await main(process.argv[2] ?? '')
