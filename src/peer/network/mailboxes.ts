import { refuse } from '../../core/bytes/result.ts'
import type { ServerMailboxes } from './port.ts'

export const createMailboxes = (): ServerMailboxes => ({
  server: () => undefined,
  put: async () => refuse({ kind: 'no-server' }),
  read: async () => refuse({ kind: 'no-server' }),
  watch: async () => refuse({ kind: 'no-server' }),
  trim: async () => refuse({ kind: 'no-server' }),
  onArrived: () => {},
})
