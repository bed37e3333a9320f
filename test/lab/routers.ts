import type { Machine } from '../scenario/networks.ts'
import { SERVER_HOST } from './internet.ts'

/**
 * What a router does with IPv4, by the names of RFC 3489, 5. In the words of RFC 4787 and 5382: all but the symmetric one
 * map endpoint-independently; they let in whatever comes to a mapped port, what comes from an address that was called
 * from it, or what comes from an address and port that were called from it. The symmetric one maps each connection for
 * itself.
 */
export type Translation = 'full-cone' | 'restricted-cone' | 'port-restricted' | 'symmetric'

/**
 * What a network stops besides. `called-back`: calls over TCP from where a call goes to at the same time, so that no
 * connection comes of two calls at one moment; RFC 5382, REQ-2 demands that it does, and there are routers that do not.
 */
export type Stops = 'nothing' | 'udp' | 'called-back' | 'all-but-tcp-to-server'

/**
 * Rules for a router with its card `out` towards the Internet and `in` towards one lodger. Linux's own translation keeps
 * a port where it can, and lets in what answers the very address and port that was called: port-restricted, or symmetric
 * when each connection gets a port by chance. A cone lets others in as well, at ports from which somebody was called: a
 * note is kept of these. What is not let in vanishes without an answer.
 */
export const translate = (
  router: Machine,
  { kind, lodger, stops }: { readonly kind: Translation; readonly lodger: string; readonly stops: Stops },
): void => {
  const { set, note, letsIn } = CONES[kind] ?? { set: '', note: '', letsIn: () => '' }
  rule(
    router,
    `table ip home {
      ${set}
      chain in { type nat hook prerouting priority dstnat; ${letsIn(lodger)} }
      chain pass { type filter hook forward priority 0;
        ${STOPPED[stops]}
        ${note}
        iifname "out" ct state new ct status & dnat != dnat drop; }
      chain out { type nat hook postrouting priority srcnat;
        oifname "out" masquerade ${kind === 'symmetric' ? 'fully-random' : ''}; }
      ${WALL}
    }`,
  )
}

/** A firewall for IPv6, which changes no address: in comes only what belongs to a connection from inside. */
export const wallIpv6 = (router: Machine): void =>
  rule(
    router,
    `table ip6 home {
      chain pass { type filter hook forward priority 0; iifname "out" ct state new drop; }
    }`,
  )

/**
 * Rules for a router with two lodgers, at `in-here` and `in-there`, who never see each other inside. With a loopback (in
 * RFC 4787, REQ-9: hairpinning) each is reached at the router's outside address, at a port from which it calls; without
 * one, what a lodger sends there vanishes.
 */
export const translateForTwo = (
  router: Machine,
  { outside, loopback }: { readonly outside: string; readonly loopback: boolean },
): void =>
  rule(
    router,
    `table ip home {
      map lodgers { type inet_proto . inet_service : ipv4_addr; flags dynamic,timeout; timeout 5m; }
      chain note { type filter hook prerouting priority mangle;
        iifname "in-*" meta l4proto { tcp, udp } update @lodgers { meta l4proto . th sport : ip saddr }; }
      chain in { type nat hook prerouting priority dstnat;
        ${loopback ? `iifname "in-*" ip daddr ${outside} dnat to meta l4proto . th dport map @lodgers;` : ''} }
      chain pass { type filter hook forward priority 0;
        iifname "in-*" oifname "in-*" ct status & dnat != dnat drop;
        iifname "out" ct state new drop; }
      chain out { type nat hook postrouting priority srcnat;
        oifname "in-*" ct status dnat snat to ${outside};
        oifname "out" masquerade; }
      chain wall { type filter hook input priority 0; ct state new meta l4proto { tcp, udp } drop; }
    }`,
  )

/** Rules for a router whose lodgers share one network. */
export const translateForAll = (router: Machine): void =>
  rule(
    router,
    `table ip home {
      chain pass { type filter hook forward priority 0; iifname "out" ct state new drop; }
      chain out { type nat hook postrouting priority srcnat; oifname "out" masquerade; }
      ${WALL}
    }`,
  )

const rule = (router: Machine, rules: string): void => void router.run('nft', rules)

const WALL = 'chain wall { type filter hook input priority 0; iifname "out" ct state new drop; }'

const STOPPED: Record<Stops, string> = {
  nothing: '',
  udp: 'meta l4proto udp drop;',
  'called-back': 'iifname "out" tcp flags & (syn | ack) == syn drop;',
  'all-but-tcp-to-server': `iifname "in" ip daddr != ${SERVER_HOST} drop; iifname "in" meta l4proto != tcp drop;`,
}

type Cone = { readonly set: string; readonly note: string; readonly letsIn: (lodger: string) => string }

const CONES: Partial<Record<Translation, Cone>> = {
  'full-cone': {
    set: 'set called { type inet_proto . inet_service; flags dynamic,timeout; timeout 5m; }',
    note: 'iifname "in" meta l4proto { tcp, udp } update @called { meta l4proto . th sport };',
    letsIn: (lodger) => `iifname "out" meta l4proto . th dport @called dnat to ${lodger};`,
  },
  'restricted-cone': {
    set: 'set called { type ipv4_addr . inet_proto . inet_service; flags dynamic,timeout; timeout 5m; }',
    note: 'iifname "in" meta l4proto { tcp, udp } update @called { ip daddr . meta l4proto . th sport };',
    letsIn: (lodger) => `iifname "out" ip saddr . meta l4proto . th dport @called dnat to ${lodger};`,
  },
}
