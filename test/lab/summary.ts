import { markdown, medianOf } from './table.ts'
import { DIRECT_MILLIS_MAX, FIRST_MILLIS_MAX, isDirect, roundTripMillisMax, type Row } from './verdict.ts'

/** What was wanted of all pairs and runs together, and what was measured, as a table of Markdown. */
export const summaryOf = (rows: readonly Row[]): string => {
  const runs = rows.flatMap((row) => row.runs)
  const able = rows.filter(({ theory }) => theory === 'direct').flatMap((row) => row.runs)
  const connected = runs.filter(({ path, first }) => path !== 'none' && first !== undefined)
  const relayed = connected.filter((run) => !isDirect(run))
  const trips = runs.flatMap(({ path, speed }) => {
    const plain = speed?.plainRoundTripMillis
    return path === 'punched' && plain !== undefined ? [{ link: speed?.roundTripMillis ?? NaN, plain }] : []
  })
  return markdown([
    ['what', 'wanted', 'measured'],
    ['a message arrives', 'every run', share(connected.length, runs.length)],
    [
      'direct, where theory allows it',
      '95 % of the runs of each pair',
      share(able.filter(isDirect).length, able.length),
    ],
    [
      'first message',
      `${FIRST_MILLIS_MAX} ms`,
      times(
        connected.map(({ first }) => first),
        FIRST_MILLIS_MAX,
      ),
    ],
    [
      'first message, where the talk stays at the server',
      `${FIRST_MILLIS_MAX} ms`,
      times(
        relayed.map(({ first }) => first),
        FIRST_MILLIS_MAX,
      ),
    ],
    [
      'direct after it',
      `${DIRECT_MILLIS_MAX} ms`,
      times(
        able.map(({ direct }) => direct),
        DIRECT_MILLIS_MAX,
      ),
    ],
    [
      'round trip on a punched link',
      '1.3 times that of plain TCP and 0.2 ms',
      `${millis(medianOf(trips.map(({ link }) => link)))}, plain TCP ${millis(medianOf(trips.map(({ plain }) => plain)))}; ` +
        `in ${share(trips.filter(({ link, plain }) => link <= roundTripMillisMax(plain)).length, trips.length)}`,
    ],
  ])
}

const share = (some: number, all: number): string => `${some} of ${all} runs`

const times = (values: readonly (number | undefined)[], most: number): string => {
  const known = values.filter((value) => value !== undefined)
  return `median ${medianOf(known) ?? '-'} ms; in ${share(known.filter((value) => value <= most).length, values.length)}`
}

const millis = (value: number | undefined): string => (value === undefined ? '-' : `${value.toFixed(2)} ms`)
