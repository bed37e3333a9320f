import type { Program, Stage } from './stage.ts'

/** The counters of a server that was started with metrics, read where it runs. Not a number: it has no such counter. */
export const countersOf = async (stage: Stage, server: Program, on: { readonly through: readonly string[] }) => {
  const [, metrics = ''] = await server.prints(/Metrics {2}(http:\S+)/)
  const asking = `fetch('${metrics}').then((answer) => answer.text()).then((text) => process.stdout.write(text))`
  return async (name: string): Promise<number> => {
    const asked = stage.spawn([process.execPath, '--eval', asking], { through: on.through })
    await asked.ended
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(asked.out())?.[1] ?? Number.NaN)
  }
}
