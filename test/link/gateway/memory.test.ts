import { createMemoryMapper } from '../../../src/link/gateway/memory.ts'
import { portMapperSuite } from '../../contract/port-mapper.ts'

portMapperSuite('in memory', (_, kind) => {
  const ports = new Set<number>()
  const router = kind === 'absent' ? undefined : { host: '45.78.100.2', answers: kind, ports }
  return { mapper: createMemoryMapper(router), passedOn: () => [...ports] }
})
