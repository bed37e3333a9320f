import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Calls } from '../../src/view/calls.ts'
import type { Update } from '../../src/view/update.ts'
import type { Told } from './hand.ts'
import type { Machine } from './networks.ts'
import { peerOf, startLine, type Peer, type Start } from './peer.ts'
import type { Program, Stage } from './stage.ts'

const HAND = fileURLToPath(new URL('hand.ts', import.meta.url))

/** A running program of somebody on another machine, whose door only that machine can reach. */
export const startFarPeer = async (stage: Stage, machine: Machine, profile: string, start: Start): Promise<Peer> => {
  const { through } = machine
  const program = stage.start(startLine(stage, profile, { words: [], ...start }), { through })
  await program.prints(/Window/)
  const folder = join(stage.data, 'profiles', profile)
  const hand = stage.spawn([process.execPath, HAND, folder], { through })
  return peerOf({ profile, folder, program, calls: callsOf(hand), leave: () => void hand.end('SIGKILL') })
}

/** The calls of a peer, made by the hand. */
const callsOf = (hand: Program): Calls => {
  const listeners = new Map<number, (told: Told) => void>()
  let numbers = 0
  let read = 0
  hand.onPrint(() => {
    const text = hand.out()
    for (let end = text.indexOf('\n', read); end >= 0; end = text.indexOf('\n', read)) {
      const told = JSON.parse(text.slice(read, end)) as Told
      read = end + 1
      listeners.get(told.number)?.(told)
    }
  })
  void hand.ended.then(() => {
    for (const [number, listener] of listeners) listener({ number, over: true })
  })

  const ask = (call: keyof Calls, input: unknown): Promise<unknown> => {
    const number = ++numbers
    return new Promise((resolve, reject) => {
      listeners.set(number, (told) => {
        listeners.delete(number)
        if ('answer' in told) resolve(told.answer)
        else reject(new Error(`the hand is gone: ${hand.err()}`))
      })
      hand.write(`${JSON.stringify({ number, call, input })}\n`)
    })
  }

  const watch = async function* (signal: AbortSignal): AsyncGenerator<Update, void, void> {
    const number = ++numbers
    const queue: Told[] = []
    let wake = (): void => {}
    const end = (): void => {
      hand.write(`${JSON.stringify({ number, call: 'end' })}\n`)
      listeners.get(number)?.({ number, over: true })
    }
    listeners.set(number, (told) => {
      queue.push(told)
      wake()
    })
    signal.addEventListener('abort', end)
    hand.write(`${JSON.stringify({ number, call: 'updates' })}\n`)
    try {
      for (;;) {
        const told = queue.shift()
        if (told === undefined) await new Promise<void>((resolve) => (wake = resolve))
        else if ('update' in told) yield told.update
        else return
      }
    } finally {
      signal.removeEventListener('abort', end)
      listeners.delete(number)
    }
  }

  const given = new Map<string, unknown>([['updates', watch]])
  return new Proxy({} as Calls, {
    get: (_, call: string) => given.get(call) ?? ((input: unknown) => ask(call as keyof Calls, input)),
  })
}
