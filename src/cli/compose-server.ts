import { pino } from 'pino'
import type { Result } from '../core/bytes/result.ts'
import { MAILBOX_LIMITS, type MailboxLimits } from '../server/mailbox.ts'
import { startServer } from '../server/server.ts'
import type { OpenServer, ServerOptions, ServerRefusal } from './command.ts'

/** Runs a server on a real network. Its log, if one is wanted, goes to standard error, a JSON object a line. */
export const openServer = async ({
  metricsPort,
  mailboxes,
  log,
  ...options
}: ServerOptions): Promise<Result<OpenServer, ServerRefusal>> =>
  startServer({
    ...options,
    ...(metricsPort !== undefined && { metrics: metricsPort }),
    ...(mailboxes !== undefined && { mailboxes: mailboxes === 'off' ? mailboxes : limitsOf(mailboxes) }),
    log: pino({ level: log === true ? 'info' : 'silent' }, pino.destination({ dest: 2, sync: true })),
  })

const limitsOf = (mebibytes: number): MailboxLimits => ({
  ...MAILBOX_LIMITS,
  totalBytesMax: mebibytes * 1024 * 1024,
})
