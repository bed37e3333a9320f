import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { markdown, medianAndMost } from './table.ts'

/** What happened while two people said a hundred messages a second to each other, and how long it was quiet. */
export type Move = { readonly what: string; readonly pauses: readonly number[] }

/** Tests that check that nothing is lost or doubled then, and say how long it was quiet. */
const TESTS = ['moving.test.ts', 'serverless.test.ts'].map((name) =>
  fileURLToPath(new URL(`../scenario/${name}`, import.meta.url)),
)
const LINE = /^ *# (.+): (?:longest pause|talking again after) (\d+) ms$/gm

export const runMoves = (runs: number): readonly Move[] => {
  const pauses = new Map<string, number[]>()
  for (let left = runs; left > 0; left -= 1) {
    const { status, stdout } = spawnSync(process.execPath, ['--test', '--test-reporter=tap', ...TESTS], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`a talk did not go on as it should:\n${stdout}`)
    for (const [, what = '', millis] of stdout.matchAll(LINE))
      pauses.set(what, [...(pauses.get(what) ?? []), Number(millis)])
  }
  return [...pauses].map(([what, all]) => ({ what, pauses: all }))
}

export const movesTable = (moves: readonly Move[]): string =>
  markdown([
    ['while a hundred messages a second are said', 'longest pause, ms'],
    ...moves.map(({ what, pauses }) => [what, medianAndMost(pauses)]),
  ])
