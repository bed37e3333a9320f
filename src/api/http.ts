import type { IncomingMessage, ServerResponse } from 'node:http'

import { accept, refuse, type Result } from '../core/bytes/result.ts'
import { fileAt } from './files.ts'
import { guard, HEADERS, isApi } from './guard.ts'
import { askedBy, bearerOf, pathOf, type Inside } from './request.ts'
import type { Intruder } from './session.ts'
import { SESSION_PATH, TICKET_PATH, windowUrl } from './wire.ts'

export const BODY_BYTES_MAX = 1024

/** Answers one request: a file of the window, the token for a code, or a code for the token. */
export const answer = (inside: Inside, request: IncomingMessage, response: ServerResponse): void => {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
  request.on('error', () => undefined)
  response.on('error', () => undefined)
  const path = pathOf(request)
  const allowed = guard(askedBy(request, false), inside.port)
  if (!allowed.ok) {
    inside.log({ kind: 'turned-away', because: allowed.refusal.kind })
    return end(response, allowed.refusal.kind === 'foreign-host' ? 421 : 403, { error: allowed.refusal.kind })
  }
  if (isApi(path)) return void answerApi(inside, path, request, response)
  if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, { error: 'method' })
  if (inside.files.size === 0) return end(response, 503, { error: 'the window is not built' })
  const file = fileAt(inside.files, path)
  if (file === undefined) return end(response, 404, { error: 'not found' })
  response.writeHead(200, {
    'content-type': file.type,
    'content-length': file.bytes.length,
    'cache-control': file.caching,
  })
  response.end(request.method === 'HEAD' ? undefined : file.bytes)
}

const answerApi = async (inside: Inside, path: string, request: IncomingMessage, response: ServerResponse) => {
  if (path !== SESSION_PATH && path !== TICKET_PATH) return end(response, 404, { error: 'not found' })
  if (request.method !== 'POST') return end(response, 405, { error: 'method' })
  const body = await readBody(request)
  if (!body.ok) return end(response, 413, { error: 'too-large' })
  const given = path === SESSION_PATH ? tradeCode(inside, body.value) : giveTicket(inside, request)
  if (given.ok) return end(response, 200, given.value)
  inside.log({ kind: 'turned-away', because: given.refusal.kind })
  end(response, given.refusal.kind === 'too-many-failures' ? 429 : 401, { error: given.refusal.kind })
}

type Given = Result<{ readonly [name: string]: string }, Intruder>

const tradeCode = (inside: Inside, body: string): Given => {
  const token = inside.session.redeem(codeOf(body), inside.now())
  return token.ok ? accept({ token: token.value }) : token
}

/** Another program of the same person asks for a window of the peer that runs: it read the token from the door file. */
const giveTicket = (inside: Inside, request: IncomingMessage): Given => {
  const admitted = inside.session.admit(bearerOf(request) ?? '', inside.now())
  if (!admitted.ok) return admitted
  const code = inside.session.ticket(inside.now())
  return accept({ code, url: windowUrl(inside.url, code) })
}

const codeOf = (body: string): string => {
  try {
    const json: unknown = JSON.parse(body)
    return typeof json === 'object' && json !== null && 'code' in json && typeof json.code === 'string' ? json.code : ''
  } catch {
    return ''
  }
}

const readBody = (request: IncomingMessage): Promise<Result<string, { readonly kind: 'too-large' }>> =>
  new Promise((resolve) => {
    const parts: Buffer[] = []
    let size = 0
    request.on('data', (part: Buffer) => {
      size += part.length
      if (size <= BODY_BYTES_MAX) return parts.push(part)
      request.removeAllListeners('data').pause()
      return resolve(refuse({ kind: 'too-large' }))
    })
    request.on('end', () => resolve(accept(Buffer.concat(parts).toString())))
    request.on('close', () => resolve(accept('')))
  })

const end = (response: ServerResponse, status: number, body: object): void => {
  if (response.destroyed) return
  const text = JSON.stringify(body)
  // A refused sender may still be sending: the connection is closed behind the answer and what comes is not read.
  if (status >= 400) response.setHeader('connection', 'close')
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  })
  response.end(text)
}
