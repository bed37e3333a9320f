import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Mapped } from '../../src/core/gateway/mapped.ts'
import type { PortMapper } from '../../src/link/gateway/port.ts'

/** A home: its router, and a device in it. */
export type Home = {
  readonly mapper: PortMapper
  /** Ports of the device that the router passes on now. */
  passedOn(): Promise<readonly number[]> | readonly number[]
}

/** What the router does with those who ask; `absent`: there is no router. */
export type RouterKind = 'maps' | 'refuses' | 'nothing' | 'absent'

/** Waits until the mapper has come to an answer. */
export const settled = async (mapper: PortMapper): Promise<Mapped> => {
  while (mapper.state().at === 'asking') await new Promise<void>((resolve) => mapper.onChange(resolve))
  return mapper.state()
}

/** What every mapper of ports must do. `enter` makes a home of that kind, which ends with the test. */
export const portMapperSuite = (
  name: string,
  enter: (context: TestContext, router: RouterKind) => Promise<Home> | Home,
): void => {
  test(`[LK60] ${name}: a port is passed on from when the router said so until it is given back`, async (context) => {
    const { mapper, passedOn } = await enter(context, 'maps')
    assert.deepEqual(mapper.state(), { at: 'off' })
    mapper.map(4001)
    assert.deepEqual(mapper.state(), { at: 'asking' })
    const mapped = await settled(mapper)
    assert.equal(mapped.at === 'mapped' && mapped.outside, '45.78.100.2:4001')
    assert.deepEqual(await passedOn(), [4001])
    mapper.map(undefined)
    assert.deepEqual(mapper.state(), { at: 'off' })
    await mapper.close()
    assert.deepEqual(await passedOn(), [])
  })

  test(`[LK60] ${name}: another port takes the place of the one before, and the same again changes nothing`, async (context) => {
    const { mapper, passedOn } = await enter(context, 'maps')
    mapper.map(4001)
    await settled(mapper)
    mapper.map(4001)
    assert.equal(mapper.state().at, 'mapped')
    mapper.map(4002)
    let told = mapper.state()
    while (told.at !== 'mapped' || !told.outside.endsWith(':4002')) {
      await new Promise<void>((resolve) => mapper.onChange(resolve))
      told = mapper.state()
    }
    assert.deepEqual(await passedOn(), [4002])
    await mapper.close()
  })

  test(`[LK60] ${name}: what is closed gives back what there is, and tells nobody any more`, async (context) => {
    const { mapper, passedOn } = await enter(context, 'maps')
    mapper.map(4001)
    await settled(mapper)
    mapper.onChange(() => assert.fail('told after the end'))
    await mapper.close()
    assert.deepEqual(await passedOn(), [])
  })

  const failures = { refuses: 'refused', nothing: 'no-answer', absent: 'no-router' } as const
  for (const [router, because] of Object.entries(failures) as [keyof typeof failures, string][])
    test(`[LK61] ${name}: a router that ${router === 'absent' ? 'is not there' : router} is told as ${because}`, async (context) => {
      const { mapper, passedOn } = await enter(context, router)
      mapper.map(4001)
      const told = await settled(mapper)
      assert.equal(told.at === 'failed' && told.because, because)
      assert.deepEqual(await passedOn(), [])
      await mapper.close()
    })
}
