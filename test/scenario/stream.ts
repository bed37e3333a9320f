import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { texts, type Peer } from './peer.ts'

const EVERY_MILLIS = 10

/** Two people who both say a hundred messages a second to each other. */
export type Stream = {
  /** The longest time in which nothing arrived at one of the two since the last call. */
  pauses(): number
  /** Resolves when something that is said from now on has arrived on both sides. */
  goesOn(): Promise<void>
  /**
   * Ends it, and compares what both hold with what was said: everything once, and each one's in the order they said it.
   */
  end(): Promise<number>
}

export const startStream = async (
  context: Pick<TestContext, 'after'>,
  people: readonly [Peer, Peer],
  conversation: string,
): Promise<Stream> => {
  const before = texts(await people[0].lines(conversation))
  const ending = new AbortController()
  context.after(() => ending.abort())
  const voices = people.map((peer, at) => speak(peer, people[1 - at] as Peer, conversation, ending.signal))
  return {
    pauses: () => Math.max(...voices.map(({ pauses }) => pauses())),
    goesOn: async () => void (await Promise.all(voices.map(({ goesOn }) => goesOn()))),
    end: async () => {
      ending.abort()
      const said = await Promise.all(voices.map(({ end }) => end()))
      for (const peer of people) {
        const held = texts(await peer.lines(conversation)).slice(before.length)
        for (const each of said) {
          const voice = each[0]?.split(' ')[0] ?? ''
          assert.deepEqual(
            held.filter((text) => text.startsWith(`${voice} `)),
            each,
          )
        }
      }
      return said.flat().length
    },
  }
}

/** What one of them says, and when it arrives at the other. */
const speak = (from: Peer, to: Peer, conversation: string, ending: AbortSignal) => {
  const said: string[] = []
  const arrivals: number[] = []
  const waiting = new Map<string, () => void>()
  const hearing = new AbortController()

  const hear = async (): Promise<void> => {
    for await (const update of to.calls.updates(hearing.signal)) {
      if (update.kind !== 'line' || update.conversation !== conversation || update.line.kind !== 'message') continue
      if (!update.line.text.startsWith(`${from.profile} `)) continue
      arrivals.push(performance.now())
      waiting.get(update.line.text)?.()
      waiting.delete(update.line.text)
    }
  }
  const heard = hear()

  const talk = async (): Promise<void> => {
    const saying: Promise<unknown>[] = []
    // The pace is part of what is tried here.
    while (!ending.aborted) {
      const text = `${from.profile} ${said.length}`
      said.push(text)
      saying.push(from.says(conversation, text))
      await pause(EVERY_MILLIS)
    }
    await Promise.all(saying)
  }
  const talking = talk()

  const next = (): Promise<void> => {
    const text = `${from.profile} ${said.length}`
    return new Promise((resolve) => waiting.set(text, resolve))
  }

  let counted = 0
  return {
    pauses: (): number => {
      const since = arrivals.slice(Math.max(0, counted - 1))
      counted = arrivals.length
      const gaps = since.map((at, index) => (index === 0 ? 0 : at - (since[index - 1] ?? at)))
      return Math.round(Math.max(0, ...gaps))
    },
    goesOn: next,
    end: async (): Promise<readonly string[]> => {
      await talking
      await from.sees(await from.says(conversation, `${from.profile} ${said.length}`), 'delivered')
      said.push(`${from.profile} ${said.length}`)
      hearing.abort()
      await heard
      return said
    },
  }
}
