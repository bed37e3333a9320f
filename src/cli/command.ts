import type { DoorRefusal } from '../api/door.ts'
import type { Result } from '../core/bytes/result.ts'
import type { StunPorts } from '../core/stun/ports.ts'
import type { ListenRefusal, StunPortRefusal } from '../link/server-port.ts'
import type { MailboxesRefusal } from '../server/mailbox-sqlite.ts'
import type { MetricsRefusal } from '../server/http.ts'
import type { UnfitExport } from '../peer/importing.ts'
import type { Tally } from '../peer/tally.ts'
import type { KeyRefusal } from '../server/key.ts'
import type { Calls } from '../view/calls.ts'
import type { Millis } from '../view/view.ts'
import type { Exit } from './exit.ts'
import type { Profile, ProfileMissing } from './profile.ts'

/** An option as it is written and explained. Without `value` it is a switch; `several` may be given more than once. */
export type Option = { readonly value?: string; readonly several?: true; readonly help: string }

/** What was given: options by name (a text, texts for one that may come several times, true for a switch), and arguments. */
export type Given = {
  readonly options: { readonly [name: string]: string | readonly string[] | true | undefined }
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
  readonly version: string
  readonly terminal: Terminal
  readonly now: () => Millis
  /** Aborted when the user wants the command to end (Ctrl+C). */
  readonly ending: AbortSignal
  /** Resolves after `millis`, or at once when `signal` aborts. */
  readonly wait: (millis: number, signal: AbortSignal) => Promise<void>
  /** Says so when there is no such profile, and makes none. */
  readonly missingProfile: (profile: Profile) => Promise<ProfileMissing | undefined>
  /** Takes a profile for this process alone, without running its peer. */
  readonly openProfile: (profile: Profile) => Promise<Result<OpenProfile, PeerRefusal>>
  /** Opens a profile for this process alone, and runs its peer. */
  readonly openPeer: (profile: Profile, options: PeerOptions) => Promise<Result<OwnPeer, PeerRefusal>>
  /** The peer that runs in another process, when its door answers. */
  readonly findRunning: (profile: Profile) => Promise<RunningPeer | undefined>
  /** Serves the window on this port; absent: where it was last, else on any free one. */
  readonly openDoor: (profile: Profile, peer: OwnPeer, port?: number) => Promise<Result<OpenDoor, PeerRefusal>>
  readonly openServer: (options: ServerOptions) => Promise<Result<OpenServer, ServerRefusal>>
  /** Opens the address in the browser. False when this machine has no screen to show one on. */
  readonly openBrowser: (url: string) => Promise<boolean>
}

export type Terminal = {
  /** Prints to standard output; a line break is added. */
  print(text: string): void
  /** Says something beside the output, on standard error. */
  note(text: string): void
  /** How many characters a line of the screen holds on which notes appear; undefined when they go elsewhere. */
  readonly columns: number | undefined
  /** Standard input to its end, or until `signal` aborts, as text; refuses what is longer than `bytesMax`. */
  input(bytesMax: number, signal: AbortSignal): Promise<Result<string, InputRefusal>>
  /** Asks for what nobody may see, and shows nothing of it. Undefined when nobody sits at a keyboard, or they gave up. */
  secret(question: string): Promise<string | undefined>
  /** The next line of an open file descriptor; undefined when it has none. */
  line(descriptor: number): string | undefined
  /** Calls `pressed` whenever Enter is pressed. Undefined when nobody sits at a keyboard; else stops that. */
  onEnter(pressed: () => void): (() => void) | undefined
}

export type InputRefusal =
  | { readonly kind: 'too-large' }
  /** Its bytes are not UTF-8, or hold a NUL, as programs, pictures and UTF-16 do. */
  | { readonly kind: 'not-text' }
  /** It cannot be read. */
  | { readonly kind: 'input-failed'; readonly detail: string }

export type PeerOptions = {
  /** Where to listen for others; absent: any free port. */
  readonly listen?: { readonly host?: string; readonly port: number }
  /** Each `HOST[:PORT]`, the preferred one first; empty for none; absent: what the profile has. */
  readonly servers?: readonly string[]
  /** Whether to look for people on this network and be seen by them; absent: what the profile has. */
  readonly nearby?: 'on' | 'off'
  /** Whether anybody but servers may learn where this device is; absent: what the profile has. */
  readonly direct?: 'on' | 'off'
  /** Whether the router is asked to pass a port on; absent: what the profile has. */
  readonly mapPorts?: 'on' | 'off'
  /**
   * Where the window is to be served: a port that is taken is refused before anything that was chosen is kept. 0: any.
   * Absent: where it was last, else any.
   */
  readonly windowPort?: number
  /** It runs until it is stopped: only then the router is asked for anything. */
  readonly stays?: true
  /** Called for the passphrase of a profile that has one. Without it, or without an answer, such a profile stays closed. */
  readonly ask?: Ask
}

/** Asks a question for a passphrase. */
export type Ask = (question: string) => Promise<string | undefined>

/** A profile that this process alone has, and whose peer does not run. */
export type OpenProfile = {
  /** Whether a passphrase opens it. */
  readonly sealed: boolean
  /** Opens what it keeps. Everything else is done on what this gives. */
  unlock(passphrase: string | undefined): Promise<Result<UnlockedProfile, PeerRefusal>>
  close(): void
}

export type UnlockedProfile = {
  /** Puts everything under another passphrase, or under none. Done once: it is closed afterwards. */
  reseal(passphrase: string | undefined): Promise<Result<null, PeerRefusal>>
  /** Writes everything to a new file. */
  exportTo(file: string, passphrase: string): Promise<Result<Exported, FileRefusal | PeerRefusal>>
  /** Brings in what another profile, or this one, has exported. Done once: it is closed afterwards. */
  importFrom(file: string, ask: Ask): Promise<Result<Imported, FileRefusal | UnfitExport | PeerRefusal>>
  close(): Promise<void>
}

export type Exported = Tally & { readonly bytes: number }
/** Whole: this profile is the one that was exported now. */
export type Imported = Tally & { readonly whole: boolean }

export type FileRefusal =
  | { readonly kind: 'file-exists'; readonly file: string }
  | { readonly kind: 'file-failed'; readonly file: string; readonly detail: string }
  /** Nobody has used the profile. */
  | { readonly kind: 'nothing-to-export' }

/** A peer of this process. */
export type OwnPeer = {
  readonly calls: Calls
  readonly windowPort: PortMemory
  close(): Promise<void>
}

/** A port that is to be the same at every start: which it was last (0: there was none), and what keeps another. */
export type PortMemory = { readonly last: number; keep(port: number): Promise<void> }

/** A peer of another process. */
export type RunningPeer = {
  readonly calls: Calls
  readonly pid: number
  /** The address that opens its window, with a fresh one-time code. */
  windowUrl(): Promise<string | undefined>
  disconnect(): void
}

export type OpenDoor = {
  readonly url: string
  /** The address that opens the window, with a fresh one-time code. */
  windowUrl(): string
  close(): Promise<void>
}

export type ServerOptions = {
  readonly port: number
  readonly folder: string
  readonly people: 'on' | 'off'
  /** The address to listen on; all of this machine's without it. */
  readonly host?: string
  /** For servers whose peers all come through one proxy or router. */
  readonly peersPerAddressMax?: number
  readonly metricsPort?: number
  /** What the server calls itself. */
  readonly name?: string
  /** Whether it keeps sealed messages for who is away, or how many MiB of them. */
  readonly mailboxes?: 'off' | number
  readonly log?: boolean
}

export type OpenServer = {
  readonly port: number
  /** Where people can ask how their routers treat them, and where that was wanted and is not possible. */
  readonly stun: StunPorts
  readonly stunRefused: readonly StunPortRefusal[]
  readonly metricsPort?: number
  close(): Promise<void>
}

export type ServerRefusal = ListenRefusal | KeyRefusal | MetricsRefusal | MailboxesRefusal

export type PeerRefusal =
  /** Another process has the profile open. */
  | { readonly kind: 'profile-in-use'; readonly folder: string }
  | { readonly kind: 'profile-newer'; readonly folder: string }
  | { readonly kind: 'profile-damaged'; readonly file: string }
  /** Some of what the file kept is destroyed; without `file` it is known from what was done. */
  | { readonly kind: 'database-damaged'; readonly file?: string; readonly detail: string }
  | { readonly kind: 'folder-failed'; readonly folder: string; readonly detail: string }
  | { readonly kind: 'disk-full' }
  | { readonly kind: 'server-address'; readonly text: string }
  | { readonly kind: 'servers-full'; readonly limit: number }
  | LockRefusal
  | ListenRefusal
  | DoorRefusal

/** Why a command about a whole profile is not for this one as it is now. */
export type ProfileStateRefusal =
  | { readonly kind: 'profile-running'; readonly profile: string; readonly pid: number }
  | { readonly kind: 'passphrase-already'; readonly profile: string }
  | { readonly kind: 'passphrase-none'; readonly profile: string }

export type LockRefusal =
  | { readonly kind: 'wrong-passphrase' }
  /** The profile has one, and there is nobody to ask. */
  | { readonly kind: 'passphrase-needed' }
  /** The file that holds the locked key cannot be understood, or what it opens is gone. */
  | { readonly kind: 'lock-damaged'; readonly file: string }
