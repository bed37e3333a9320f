import { createTown, done, say, type Home, type Town } from './town.ts'

/** Long enough for everybody to reach everybody, and for what is left on the server to be left there. */
export const A_WHILE = 60_000

/** People who have talked with the first of them, on one server and nowhere near each other. */
export const serverFriends = async (seed: number, names: readonly string[]) => {
  const town = createTown(seed)
  const server = town.serve()
  const homes: Home[] = []
  for (const name of names) {
    const home = await town.home(name, { nearby: false })
    done(await home.calls.useServers({ addresses: [server] }))
    homes.push(home)
  }
  await town.time.advance(A_WHILE)
  const [first, ...others] = homes as [Home, ...Home[]]
  for (const other of others) {
    // The first message asks the server for a card, which takes its time.
    const saying = say(first, other, 'hi')
    await town.time.advance(2_000)
    await saying
    await say(other, first, 'ho')
    await town.time.advance(2_000)
  }
  return { town, server, homes: homes as [Home, Home, ...Home[]] }
}

export const stop = async (town: Town, ...homes: readonly Home[]): Promise<void> => {
  for (const home of homes) await home.stop()
  await town.time.advance(A_WHILE)
}

export const start = async (town: Town, home: Home): Promise<void> => {
  await home.start()
  await town.time.advance(A_WHILE)
}
