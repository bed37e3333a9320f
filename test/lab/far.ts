import { createInterface } from 'node:readline'
import type { Machine } from '../scenario/networks.ts'
import type { Stage } from '../scenario/stage.ts'

/** What a program on another machine of the lab can be asked, by name, with at most one argument that JSON carries. */
export type Answers<Calls extends Askable<Calls>> = {
  readonly [Name in keyof Calls]: (...input: Parameters<Calls[Name]>) => Promise<ReturnType<Calls[Name]>>
}

type Askable<Calls> = Readonly<Record<keyof Calls, (input: never) => unknown>>

/** In the program: takes a question a line (`{ call, input }`) and answers each with a line, in order, until nobody asks any more. */
export const answerQuestions = async <Calls extends Askable<Calls>>(calls: Answers<Calls>): Promise<void> => {
  for await (const line of createInterface(process.stdin)) {
    const { call, input } = JSON.parse(line) as {
      readonly call: keyof Calls
      readonly input: Parameters<Calls[keyof Calls]>
    }
    process.stdout.write(`${JSON.stringify(await calls[call](...input))}\n`)
  }
  process.exit()
}

/** A program that was started on another machine. */
export type Far<Calls extends Askable<Calls>> = { readonly ask: Answers<Calls>; end(): Promise<unknown> }

/** Starts such a program. When it fails, so does what it was asked, with what it printed. */
export const startFar = <Calls extends Askable<Calls>>(
  stage: Stage,
  { through }: Machine,
  file: string,
): Far<Calls> => {
  const program = stage.spawn([process.execPath, file], { through })
  let questions = 0
  const ask = async (call: string, input: readonly unknown[]): Promise<unknown> => {
    const before = questions++
    program.write(`${JSON.stringify({ call, input })}\n`)
    const [, answer = ''] = await program.prints(new RegExp(`^(?:.*\\n){${before}}(.+)\\n`))
    return JSON.parse(answer)
  }
  const calls: ProxyHandler<Answers<Calls>> = {
    get:
      (_, call: string) =>
      (...input: readonly unknown[]) =>
        ask(call, input),
  }
  return { ask: new Proxy({} as Answers<Calls>, calls), end: () => program.end('SIGKILL') }
}
