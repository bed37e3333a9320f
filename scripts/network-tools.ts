import { spawnSync } from 'node:child_process'

/** Programs for network namespaces and address translation, with the Debian package of each. */
const NETWORK_TOOLS = { ip: 'iproute2', nft: 'nftables' }

/** The packages of those that are not there. */
export const missingNetworkTools = (): readonly string[] =>
  Object.entries(NETWORK_TOOLS).flatMap(([program, name]) => (isThere(program) ? [] : [name]))

const isThere = (program: string): boolean => spawnSync(program, ['-V']).error === undefined
