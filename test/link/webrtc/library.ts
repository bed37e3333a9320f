import type { Native } from '../../../src/link/webrtc/channel.ts'

/** What the code under test did with a library that connects nobody, and what the library may say to it. */
export type Played = {
  readonly config: Parameters<Native['PeerConnection']['prototype']['constructor']>[1]
  /** What was told of the other side: descriptions and candidates. */
  readonly told: string[]
  readonly closed: () => boolean
  say(event: 'state' | 'open', word?: string): void
}

const SDP = ['a=fingerprint:sha-256 ' + Array<string>(32).fill('AB').join(':'), 'a=ice-ufrag:LT32']

/** The library without a network: it describes itself, finds these candidates, and connects when the test says so. */
export const createLibrary = (candidates: readonly string[]) => {
  const played: Played[] = []
  class PeerConnection {
    readonly #on = new Map<string, (...told: readonly unknown[]) => void>()
    readonly #told: string[] = []
    #closed = false

    constructor(_: string, config: Played['config']) {
      played.push({
        config,
        told: this.#told,
        closed: () => this.#closed,
        say: (event, word) => this.#on.get(event)?.(word),
      })
    }

    setLocalDescription(kind: string): void {
      const sdp = [...SDP, 'a=ice-pwd:576mEn3+gPb46Xs6UnFaVh', ''].join('\r\n')
      // As the real one does, which finds some before it has described itself.
      setImmediate(() => {
        const [first, ...others] = candidates
        if (first !== undefined) this.#on.get('candidate')?.(first, '0')
        this.#on.get('description')?.(sdp, kind)
        for (const each of others) this.#on.get('candidate')?.(each, '0')
        this.#on.get('gathering')?.('complete')
      })
    }
    setRemoteDescription(sdp: string, kind: string): void {
      this.#told.push(`${kind} ${/a=setup:(\w+)/.exec(sdp)?.[1] ?? ''}`)
    }
    addRemoteCandidate(line: string): void {
      this.#told.push(line)
    }
    createDataChannel() {
      const on = this.#on
      return {
        onOpen: (handler: () => void) => on.set('open', handler),
        onMessage: () => {},
        onClosed: () => {},
        onError: () => {},
        onBufferedAmountLow: () => {},
        setBufferedAmountLowThreshold: () => {},
        close: () => {},
      }
    }
    onLocalDescription(handler: () => void): void {
      this.#on.set('description', handler)
    }
    onLocalCandidate(handler: () => void): void {
      this.#on.set('candidate', handler)
    }
    onGatheringStateChange(handler: () => void): void {
      this.#on.set('gathering', handler)
    }
    onStateChange(handler: () => void): void {
      this.#on.set('state', handler)
    }
    close(): void {
      this.#closed = true
    }
  }
  return { native: { PeerConnection } as unknown as Native, played }
}
