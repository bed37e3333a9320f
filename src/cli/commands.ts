import type { Command } from './command.ts'
import { doctor } from './commands/doctor.ts'
import { history } from './commands/history.ts'
import { name } from './commands/name.ts'
import { people } from './commands/people.ts'
import { say } from './commands/say.ts'
import { server } from './commands/server.ts'
import { start } from './commands/start.ts'
import { status } from './commands/status.ts'
import { tail } from './commands/tail.ts'

/** In the order in which help lists them. The first is what `kith` alone does. */
export const COMMANDS: readonly [Command, ...Command[]] = [
  start,
  server,
  people,
  say,
  tail,
  history,
  name,
  status,
  doctor,
]
