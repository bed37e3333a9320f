import type { Failure, Millis } from '../../view/view.ts'
import type { HostAndPort } from '../address.ts'

/** What came of one question at one port of a server. */
export type Observation =
  | {
      readonly at: 'seen'
      /** The server's port that was asked. */
      readonly port: number
      /** Where this device asked from, by its own account. */
      readonly local: HostAndPort
      /** Where the server saw the question come from. Its word, which nothing proves: good for a diagnosis alone. */
      readonly outside: HostAndPort
      /** From the first question until the answer, repeated questions included; without the time to connect. */
      readonly millis: Millis
    }
  | { readonly at: 'failed'; readonly port: number; readonly failure: Failure }
