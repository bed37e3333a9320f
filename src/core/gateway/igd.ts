/**
 * Internet Gateway Devices of UPnP, versions 1 and 2, as far as a device needs them: to find the router by multicast
 * (SSDP, UPnP Device Architecture 1.1, 1.3), to find in its description where it takes orders, and the three orders of
 * its service WANIPConnection or WANPPPConnection that have to do with one TCP port.
 */

export const SSDP_HOST = '239.255.255.250'
export const SSDP_PORT = 1900
/** A longer answer, description or reply is none. */
export const SSDP_BYTES_MAX = 2_048
export const DESCRIPTION_BYTES_MAX = 64 * 1024
/** Services of one description that are looked at. */
const SERVICES_MAX = 64
/** What a router may write where a short fact is expected. */
const FACT_UNITS_MAX = 256

/** Devices that are searched for. One of version 2 need not answer to version 1, though it ought to. */
export const GATEWAY_TYPES = [1, 2].map((version) => `urn:schemas-upnp-org:device:InternetGatewayDevice:${version}`)

const CONNECTION = /^urn:schemas-upnp-org:service:WAN(?:IP|PPP)Connection:[12]$/

export const searchFor = (type: string): string =>
  `M-SEARCH * HTTP/1.1\r\nHOST: ${SSDP_HOST}:${SSDP_PORT}\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: ${type}\r\n\r\n`

/** Where the description is of a router that answered; undefined for what is no answer of a router. Never throws. */
export const locationIn = (answer: string): string | undefined => {
  const [status, ...lines] = answer.slice(0, SSDP_BYTES_MAX).split(/\r?\n/)
  if (status === undefined || !/^HTTP\/1\.[01] 200\b/.test(status)) return undefined
  const value = (name: string): string | undefined =>
    lines
      .find((line) => line.slice(0, name.length + 1).toUpperCase() === `${name}:`)
      ?.slice(name.length + 1)
      .trim()
  return GATEWAY_TYPES.includes(value('ST') ?? '') ? value('LOCATION') : undefined
}

/** Where orders about ports go: the type of the service, and its address as the description has it. */
export type Control = { readonly service: string; readonly path: string }

/** The services of a description that take orders about ports. Never throws. */
export const controlsIn = (description: string): readonly Control[] =>
  description
    .slice(0, DESCRIPTION_BYTES_MAX)
    .split('<service>', SERVICES_MAX + 1)
    .slice(1)
    .flatMap((part) => {
      const service = factIn(part, 'serviceType')
      const path = factIn(part, 'controlURL')
      return service !== undefined && CONNECTION.test(service) && path ? [{ service, path }] : []
    })

/** What a router is told or asked: an action of its service, and what goes with it in this order. */
export type Order = {
  readonly action: 'AddPortMapping' | 'DeletePortMapping' | 'GetExternalIPAddress'
  readonly facts: readonly (readonly [name: string, value: string | number])[]
}

/** `seconds` 0: until the router forgets it, or it is given back. */
export const addMapping = ({
  internal,
  external,
  client,
  seconds,
}: {
  readonly internal: number
  readonly external: number
  /** This device's address on the home's network. */
  readonly client: string
  readonly seconds: number
}): Order => ({
  action: 'AddPortMapping',
  facts: [
    ...portFacts(external),
    ['NewInternalPort', internal],
    ['NewInternalClient', client],
    ['NewEnabled', 1],
    ['NewPortMappingDescription', 'Kith'],
    ['NewLeaseDuration', seconds],
  ],
})

export const deleteMapping = (external: number): Order => ({
  action: 'DeletePortMapping',
  facts: portFacts(external),
})

export const askAddress = (): Order => ({
  action: 'GetExternalIPAddress',
  facts: [],
})

const portFacts = (external: number): Order['facts'] => [
  ['NewRemoteHost', ''],
  ['NewExternalPort', external],
  ['NewProtocol', 'TCP'],
]

/** An order as it goes over the wire (SOAP 1.1). All values are ours: nothing in them needs to be escaped. */
export const orderBody = (service: string, { action, facts }: Order): string =>
  `<?xml version="1.0"?>\r\n<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body><u:${action} xmlns:u="${service}">${facts
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('')}</u:${action}></s:Body></s:Envelope>\r\n`

/** Why a router did not do as it was told: the number that UPnP gives the reason. Undefined: none is named. */
export const faultIn = (reply: string): number | undefined => {
  const code = factIn(reply, 'errorCode')
  return code !== undefined && /^\d{3}$/.test(code) ? Number(code) : undefined
}

/** The port is passed on to another device already (WANIPConnection:1, 2.4.16). */
export const CONFLICT = 718
/** The router keeps mappings until they are given back, and none for a time. */
export const PERMANENT_ONLY = 725

export const addressIn = (reply: string): string | undefined => factIn(reply, 'NewExternalIPAddress')

/** The text of the first element of this name. */
const factIn = (xml: string, name: string): string | undefined => {
  const from = xml.indexOf(`<${name}>`)
  const to = from < 0 ? -1 : xml.indexOf(`</${name}>`, from)
  if (to < 0 || to - from > FACT_UNITS_MAX) return undefined
  return xml.slice(from + name.length + 2, to).trim()
}
