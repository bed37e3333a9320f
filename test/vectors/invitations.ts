import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { toHex } from '../../src/core/bytes/hex.ts'
import type { Name } from '../../src/core/identity/name.ts'
import { safetyCode, safetyDigits } from '../../src/core/identity/safety.ts'
import { makeAnswer, openAnswer, openIntroduction } from '../../src/core/invitation/answer.ts'
import { encodeLink, type InvitationLink } from '../../src/core/invitation/link.ts'
import { makeRequest } from '../../src/core/invitation/request.ts'
import { answerKey, invitationId, invitationMailbox, requestKey } from '../../src/core/invitation/secret.ts'
import { createNodeCrypto } from '../../src/crypto/node.ts'
import { linkBy, NOW, SECRET, somebody } from '../core/invitation/world.ts'
import { readable } from './rendezvous.ts'

/** `node test/vectors/invitations.ts` writes the vectors beside this file; a test makes them anew and compares. */
export const VECTORS_FILE = new URL('invitations.json', import.meta.url)

const crypto = createNodeCrypto()
const introduction = new TextEncoder().encode('what leads into the group')

const people = async () => ({ ann: await somebody(crypto, 'Ann', 1), bob: await somebody(crypto, 'Bob', 11) })

const links = (ann: { readonly person: string; readonly device: string }): readonly InvitationLink[] => [
  linkBy(ann),
  linkBy(ann, { servers: [], addresses: [] }),
  linkBy(ann, { servers: ['example.org:12345', '[2001:db8::7]:4000'] }),
  linkBy(ann, {
    inviter: { ...ann, name: 'Zoë 😀' as Name },
    group: { conversation: 'cc'.repeat(32), role: 'admin', title: 'Climbers' },
  }),
]

export const vectors = async () => {
  const { ann, bob } = await people()
  const id = invitationId(SECRET)
  const asked = { invitation: id, wanted: ann.person, time: NOW, secret: SECRET }
  const request = await makeRequest(crypto, { deviceSeed: bob.deviceSeed, card: bob.cardBytes }, asked)
  const answers = []
  for (const outcome of ['let-in', 'used', 'expired', 'revoked', 'not-allowed'] as const) {
    const about = { invitation: id, newcomer: bob.card, outcome, asked: NOW }
    const by = { deviceSeed: ann.deviceSeed, card: ann.cardBytes, secret: SECRET }
    answers.push({ outcome, asked: NOW, bytes: await makeAnswer(crypto, by, about) })
  }
  return readable({
    secret: SECRET,
    id,
    mailboxSecret: invitationMailbox(SECRET),
    requestKey: requestKey(SECRET),
    answerKey: answerKey(SECRET),
    links: links(ann).map((link) => ({ link, text: encodeLink(link) })),
    newcomer: { deviceSeed: bob.deviceSeed, cardSeed: bob.cardSeed, card: bob.cardBytes, person: bob.person },
    inviter: { deviceSeed: ann.deviceSeed, card: ann.cardBytes, person: ann.person },
    request: { wanted: ann.person, time: NOW, bytes: request },
    answers,
    safety: {
      people: [ann.person, bob.person],
      digits: safetyDigits(ann.person, bob.person),
      codeOnTheFirstScreen: safetyCode(ann.person, bob.person),
    },
  })
}

/** An answer with an introduction: sealing draws dice, so the file holds one that was made once. */
const sealedAnswer = async () => {
  const { ann, bob } = await people()
  const about = { invitation: invitationId(SECRET), newcomer: bob.card, outcome: 'let-in', asked: NOW, introduction } as const
  const by = { deviceSeed: ann.deviceSeed, card: ann.cardBytes, secret: SECRET }
  return { introduction: toHex(introduction), bytes: toHex((await makeAnswer(crypto, by, about)) ?? new Uint8Array()) }
}

/** What the kept answer leads to when the newcomer opens it. */
export const opensIntroduction = async (bytes: Uint8Array): Promise<string> => {
  const { bob } = await people()
  const answer = await openAnswer(crypto, SECRET, bytes)
  const opened = answer.ok ? await openIntroduction(crypto, answer.value, [bob.cardSeed]) : undefined
  return opened ? toHex(opened) : 'closed'
}

if (import.meta.main) {
  const kept = existsSync(VECTORS_FILE)
    ? (JSON.parse(readFileSync(VECTORS_FILE, 'utf8')) as { sealedAnswer?: { bytes: string } }).sealedAnswer
    : undefined
  const isGood = kept && (await opensIntroduction(Buffer.from(kept.bytes, 'hex'))) === toHex(introduction)
  const all = { ...((await vectors()) as object), sealedAnswer: isGood ? kept : await sealedAnswer() }
  writeFileSync(VECTORS_FILE, `${JSON.stringify(all, null, 2)}\n`)
}
