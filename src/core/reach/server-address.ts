import { text, type Shape } from '../bytes/shape.ts'

/** Servers that one person uses. */
export const SERVERS_MAX = 4
/** Texts of servers that are longer are told nobody. */
export const SERVER_UNITS_MAX = 128

/** Where a server listens: a host name or an IP address (without brackets), and a TCP port. */
export type ServerAddress = { readonly host: string; readonly port: number }

export const formatServer = ({ host, port }: ServerAddress): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`

/** Reads `HOST:PORT` or `[V6]:PORT` of at most SERVER_UNITS_MAX, as others write it; undefined for anything else. */
export const readServer = (from: string): ServerAddress | undefined => {
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9_.-]+)):([1-9][0-9]{0,4})$/.exec(from)
  const host = parts?.[1] ?? parts?.[2]
  const port = Number(parts?.[3])
  return host !== undefined && from.length <= SERVER_UNITS_MAX && port <= 65_535 ? { host, port } : undefined
}

export const serverShape: Shape<ServerAddress> = (plain) => {
  const written = text(SERVER_UNITS_MAX)(plain)
  return written === undefined ? undefined : readServer(written)
}
