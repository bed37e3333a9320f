import type { Result } from '../core/bytes/result.ts'
import type { Calls } from '../view/calls.ts'
import type { Millis } from '../view/view.ts'
import type { Exit } from './exit.ts'
import type { Profile } from './profile.ts'

/** An option as it is written and explained. Without `value` it is a switch. */
export type Option = { readonly value?: string; readonly help: string }

/** What was given: options by name (a text, or true for a switch) and arguments in order. */
export type Given = {
  readonly options: { readonly [name: string]: string | true | undefined }
  readonly words: readonly string[]
}

export type Command = {
  readonly name: string
  /** As in the line of usage: `WHO TEXT...`. */
  readonly takes: string
  readonly words: { readonly min: number; readonly max: number }
  /** One line for the list of commands. */
  readonly summary: string
  /** What else `--help` says, each a paragraph of its own. */
  readonly more?: readonly string[]
  readonly options: { readonly [name: string]: Option }
  run(given: Given, world: World): Promise<Exit>
}

/** All that a command may touch. */
export type World = {
  readonly terminal: Terminal
  readonly now: () => Millis
  /** Aborted when the user wants the command to end (Ctrl+C). */
  readonly ending: AbortSignal
  /** Resolves after `millis`, or at once when `signal` aborts. */
  readonly wait: (millis: number, signal: AbortSignal) => Promise<void>
  /** The calls of the peer of a profile: of the one that runs, or of one that runs for the moment. */
  readonly borrowPeer: (profile: Profile) => Promise<Result<BorrowedPeer, BorrowRefusal>>
}

export type Terminal = {
  /** Prints to standard output; a line break is added. */
  print(text: string): void
  /** Says something beside the output, on standard error. */
  note(text: string): void
  /** Standard input to its end, as text; refuses what is longer than `bytesMax`. */
  input(bytesMax: number): Promise<Result<string, { readonly kind: 'too-large' }>>
  /** Whether a person reads the output. */
  readonly person: boolean
}

export type BorrowedPeer = {
  readonly calls: Calls
  /** Whether it runs by itself, so that it goes on afterwards. */
  readonly running: boolean
  release(): Promise<void>
}

export type BorrowRefusal =
  /** Another process has the profile open, and no door of it answers. */
  | { readonly kind: 'profile-in-use'; readonly folder: string; readonly pid?: number }
  | { readonly kind: 'profile-newer'; readonly folder: string }
  | { readonly kind: 'profile-damaged'; readonly file: string }
  | { readonly kind: 'folder-failed'; readonly folder: string; readonly detail: string }
  | { readonly kind: 'disk-full'; readonly folder: string }
  | { readonly kind: 'listen-failed'; readonly port: number; readonly detail: string }
