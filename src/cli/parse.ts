import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'

import { accept, refuse, type Result } from '../core/bytes/result.ts'
import type { Command, Given } from './command.ts'

export type Usage =
  | { readonly kind: 'usage'; readonly detail: string }
  | { readonly kind: 'unknown-command'; readonly name: string }

export type Wanted =
  | { readonly at: 'run'; readonly command: Command; readonly given: Given }
  | { readonly at: 'help'; readonly command: Command | undefined }
  | { readonly at: 'version' }

/**
 * What a command line asks for. Its first word that is neither an option nor the value of one names the command; a line
 * without one means the first of `commands`, whose options may therefore stand before the word. Refuses unknown options,
 * options whose value is missing or empty, and wrong numbers of arguments.
 */
export const parse = (line: readonly string[], commands: readonly [Command, ...Command[]]): Result<Wanted, Usage> => {
  const { word, rest } = splitLine(line, commands[0])
  if (word === 'help') return parseHelp(splitLine(rest, commands[0]).word, commands)
  const command = word === undefined ? commands[0] : commands.find((each) => each.name === word)
  if (command === undefined) return refuse({ kind: 'unknown-command', name: word ?? '' })
  return parseFor(command, rest, word !== undefined)
}

/** The word that names a command, and what else stands on the line. `first`: whose options may stand before the word. */
export const splitLine = (
  line: readonly string[],
  first: Command,
): { readonly word: string | undefined; readonly rest: readonly string[] } => {
  const word = tokensOf(line, first).find((token) => token.kind === 'positional')
  if (word === undefined) return { word: undefined, rest: line }
  return { word: word.value, rest: line.filter((_, index) => index !== word.index) }
}

const parseHelp = (name: string | undefined, commands: readonly Command[]): Result<Wanted, Usage> => {
  if (name === undefined) return accept({ at: 'help', command: undefined })
  const command = commands.find((each) => each.name === name)
  return command === undefined ? refuse({ kind: 'unknown-command', name }) : accept({ at: 'help', command })
}

const parseFor = (command: Command, line: readonly string[], named: boolean): Result<Wanted, Usage> => {
  const tokens = tokensOf(line, command)
  const fault = tokens.map((token) => faultOf(token, command)).find((each) => each !== undefined)
  if (fault !== undefined) return refuse({ kind: 'usage', detail: fault })
  const { values, positionals } = parseArgs({ args: [...line], options: optionsOf(command), ...LENIENT })
  if (values['help'] === true) return accept({ at: 'help', command: named ? command : undefined })
  if (values['version'] === true) return accept({ at: 'version' })
  const count = countFault(command, positionals)
  if (count !== undefined) return refuse({ kind: 'usage', detail: count })
  return accept({ at: 'run', command, given: { options: values as Given['options'], words: positionals } })
}

/** What is wrong is told in our words: parseArgs takes everything, and says what it took it for. */
const LENIENT = { allowPositionals: true, strict: false } as const

const tokensOf = (line: readonly string[], command: Command) =>
  parseArgs({ args: [...line], options: optionsOf(command), ...LENIENT, tokens: true }).tokens

type Token = ReturnType<typeof tokensOf>[number]

const optionsOf = (command: Command): ParseArgsOptionsConfig => ({
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  ...Object.fromEntries(
    Object.entries(command.options).map(([name, option]) => [
      name,
      { type: option.value === undefined ? 'boolean' : 'string', multiple: option.several === true } as const,
    ]),
  ),
})

const faultOf = (token: Token, command: Command): string | undefined => {
  if (token.kind !== 'option') return undefined
  const { name, rawName, value } = token
  if (!Object.hasOwn(optionsOf(command), name))
    return `There is no option ${rawName} here. A word that begins with - and is no option stands behind --`
  const wanted = command.options[name]?.value
  if (wanted === undefined) return value === undefined ? undefined : `${rawName} takes no value, and got '${value}'`
  if (value === undefined) return `${rawName} takes ${wanted}, and nothing follows it`
  // An empty value is one that is missing, as from a variable of a script that was never set.
  if (value === '') return `${rawName} takes ${wanted}, not ''`
  // The next option is no value, unless it is written as one; a number below zero is told of by who wants a number.
  if (token.inlineValue || !/^-[^\d]/.test(value)) return undefined
  return `${rawName} takes ${wanted}, and is followed by ${value}. A value that begins with - is written ${rawName}=${value}`
}

const countFault = (command: Command, words: readonly string[]): string | undefined => {
  if (words.length < command.words.min) return `kith ${command.name} needs ${command.takes}`
  if (words.length <= command.words.max) return undefined
  return `Unexpected argument '${words[command.words.max] ?? ''}'`
}

/** A whole number within bounds, as an option's value. */
export const wholeNumber = (
  text: string,
  option: string,
  min: number,
  max: number,
): Result<number, Extract<Usage, { kind: 'usage' }>> => {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  return value >= min && value <= max
    ? accept(value)
    : refuse({ kind: 'usage', detail: `--${option} takes a number from ${min} to ${max}, not '${text}'` })
}
