import type { Command } from './command.ts'
import { doctor } from './commands/doctor.ts'
import { forget } from './commands/forget.ts'
import { group } from './commands/group.ts'
import { groups } from './commands/groups.ts'
import { exportCommand } from './commands/export.ts'
import { history } from './commands/history.ts'
import { invitations } from './commands/invitations.ts'
import { invite } from './commands/invite.ts'
import { join } from './commands/join.ts'
import { mute } from './commands/mute.ts'
import { importCommand } from './commands/import.ts'
import { name } from './commands/name.ts'
import { passphrase } from './commands/passphrase.ts'
import { people } from './commands/people.ts'
import { revoke } from './commands/revoke.ts'
import { safety } from './commands/safety.ts'
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
  invite,
  join,
  invitations,
  revoke,
  groups,
  group,
  safety,
  mute,
  forget,
  name,
  passphrase,
  exportCommand,
  importCommand,
  status,
  doctor,
]
