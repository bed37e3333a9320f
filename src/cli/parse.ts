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
 * What a command line asks for. The first word names the command; a line without one means `first` of the commands.
 * Refuses unknown options, options whose value is missing or empty, and wrong numbers of arguments.
 */
export const parse = (line: readonly string[], commands: readonly [Command, ...Command[]]): Result<Wanted, Usage> => {
  const [word] = line
  const named = word !== undefined && !word.startsWith('-')
  if (named && word === 'help') return parseHelp(line.slice(1), commands)
  const command = named ? commands.find((each) => each.name === word) : commands[0]
  if (command === undefined) return refuse({ kind: 'unknown-command', name: word ?? '' })
  return parseFor(command, line, named)
}

const parseHelp = (line: readonly string[], commands: readonly Command[]): Result<Wanted, Usage> => {
  const [name] = line
  if (name === undefined) return accept({ at: 'help', command: undefined })
  const command = commands.find((each) => each.name === name)
  return command === undefined ? refuse({ kind: 'unknown-command', name }) : accept({ at: 'help', command })
}

const parseFor = (command: Command, line: readonly string[], named: boolean): Result<Wanted, Usage> => {
  const options: ParseArgsOptionsConfig = { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean' } }
  for (const [name, option] of Object.entries(command.options))
    options[name] = { type: option.value === undefined ? 'boolean' : 'string', multiple: option.several === true }
  try {
    const { values, positionals } = parseArgs({
      args: line.slice(named ? 1 : 0),
      options,
      allowPositionals: true,
      strict: true,
    })
    if (values['help'] === true) return accept({ at: 'help', command: named ? command : undefined })
    if (values['version'] === true) return accept({ at: 'version' })
    const fault = emptyOf(command, values as Given['options']) ?? faultOf(command, positionals)
    if (fault !== undefined) return refuse({ kind: 'usage', detail: fault })
    return accept({ at: 'run', command, given: { options: values as Given['options'], words: positionals } })
  } catch (error) {
    if (error instanceof Error) return refuse({ kind: 'usage', detail: faultIn(error.message) })
    throw error
  }
}

/** parseArgs tells what is wrong only in words, meant for the user; its hints about `--` span several sentences. */
const faultIn = (message: string): string =>
  (message.split(/\n|\. To specify/)[0] ?? '').replace(/argument is ambiguous\.$/, 'argument missing')

/** An empty value is one that is missing, as from a variable of a script that was never set. */
const emptyOf = (command: Command, values: Given['options']): string | undefined => {
  const name = Object.keys(values).find((each) => [values[each]].flat().includes(''))
  return name === undefined ? undefined : `--${name} takes ${command.options[name]?.value ?? 'a value'}, not ''`
}

const faultOf = (command: Command, words: readonly string[]): string | undefined => {
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
