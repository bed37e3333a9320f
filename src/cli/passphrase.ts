import { accept, refuse, type Result } from '../core/bytes/result.ts'
import { parsePassphrase, type PassphraseRefusal } from '../core/crypto/passphrase.ts'
import type { Ask, Given, Option, World } from './command.ts'
import { wholeNumber, type Usage } from './parse.ts'

const OPTION = 'passphrase-fd'
const DESCRIPTOR_MAX = 1_023

/**
 * Passphrases are asked for in the terminal, or read from a descriptor that only this process and its parent know. Not from
 * an option or a variable: everybody on the machine can read the first, and every program started from here the second.
 */
export const PASSPHRASE_OPTION: { readonly [name: string]: Option } = {
  [OPTION]: { value: 'N', help: 'Read passphrases from this file descriptor, a line each, instead of asking for them' },
}

export type NewPassphraseRefusal =
  | PassphraseRefusal
  | { readonly kind: 'passphrase-needed' }
  /** It was typed in two different ways. */
  | { readonly kind: 'passphrase-mismatch' }

/** How this command line wants passphrases to be asked for. */
export const askGiven = (given: Given, world: Pick<World, 'terminal' | 'ending'>): Result<Ask, Usage> => {
  const text = given.options[OPTION]
  if (typeof text !== 'string')
    return accept(async (question) => (world.ending.aborted ? undefined : world.terminal.secret(question)))
  const descriptor = wholeNumber(text, OPTION, 0, DESCRIPTOR_MAX)
  if (!descriptor.ok) return descriptor
  return accept(async () => world.terminal.line(descriptor.value))
}

/** Asks for a passphrase that is to be set: twice where it is typed unseen, once where it is read. */
export const askForNew = async (
  given: Given,
  ask: Ask,
  question: string,
): Promise<Result<string, NewPassphraseRefusal>> => {
  const typed = await ask(`${question}: `)
  if (typed === undefined) return refuse({ kind: 'passphrase-needed' })
  const parsed = parsePassphrase(typed)
  if (!parsed.ok || given.options[OPTION] !== undefined) return parsed
  return (await ask('Once more: ')) === typed ? parsed : refuse({ kind: 'passphrase-mismatch' })
}
