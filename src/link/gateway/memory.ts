import type { Mapped } from '../../core/gateway/mapped.ts'
import type { PortMapper } from './port.ts'

/** A router without a network: what it does with those who ask, and whose ports it passes on. */
export type MemoryRouter = {
  /** Its address outside. */
  readonly host: string
  answers: 'maps' | 'refuses' | 'nothing'
  /** Ports that it passes on now. */
  readonly ports: Set<number>
}

/** A mapper that asks this router, or finds none. It answers in the next turn. */
export const createMemoryMapper = (router: MemoryRouter | undefined): PortMapper => {
  let state: Mapped = { at: 'off' }
  let onChange = (): void => {}
  let wanted: number | undefined

  const become = (next: Mapped): void => {
    if (JSON.stringify(next) === JSON.stringify(state)) return
    state = next
    onChange()
  }

  const answer = (port: number): Mapped => {
    if (router === undefined) return { at: 'failed', because: 'no-router', detail: 'there is none' }
    if (router.answers === 'nothing') return { at: 'failed', because: 'no-answer', detail: 'it is silent' }
    if (router.answers === 'refuses') return { at: 'failed', because: 'refused', detail: 'it does not want to' }
    router.ports.add(port)
    return { at: 'mapped', outside: `${router.host}:${port}`, by: 'pcp' }
  }

  const map = (port: number | undefined): void => {
    if (wanted !== undefined && wanted !== port) router?.ports.delete(wanted)
    wanted = port
    if (port === undefined) return become({ at: 'off' })
    if (state.at !== 'mapped') become({ at: 'asking' })
    queueMicrotask(() => {
      if (wanted === port) become(answer(port))
    })
  }

  return {
    map,
    state: () => state,
    onChange: (handler) => {
      onChange = handler
    },
    close: async () => {
      onChange = () => {}
      map(undefined)
    },
  }
}
