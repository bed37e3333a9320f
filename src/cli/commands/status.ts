import {
  isSettled,
  mailboxFailureWords,
  nearbyWords,
  serversWords,
  serverWords,
  storeFailureWords,
} from '../../view/server-words.ts'
import type { Millis, StatusView } from '../../view/view.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { jsonLine, printable } from '../safe-text.ts'
import { fail, JSON_OPTION, LOOK_MILLIS_MAX, PROFILE_OPTIONS, withPeer } from '../with-peer.ts'

export const status: Command = {
  name: 'status',
  takes: '',
  words: { min: 0, max: 0 },
  summary: 'Say how Kith is doing: name, server, network, folder',
  options: { ...PROFILE_OPTIONS, ...JSON_OPTION },
  run: (given, world) =>
    withPeer(given, world, async (peer, following) => {
      if (!(await following.begun()) || following.seen.status === undefined)
        return fail({ kind: 'disconnected' }, world)
      const { running } = peer
      // One that has only just started says "connecting" to everything.
      if (!running)
        await following.until(() => isSettled(following.seen.status), {
          world,
          millis: LOOK_MILLIS_MAX,
        })
      if (world.ending.aborted) return fail({ kind: 'interrupted' }, world)
      const view = following.seen.status
      const unread = [...following.seen.conversations.values()].reduce((sum, each) => sum + each.unread, 0)
      if (given.options['json']) world.terminal.print(jsonLine({ ...view, running, unread }))
      else for (const line of statusText(view, { running, unread, now: world.now() })) world.terminal.print(line)
      return EXIT.done
    }),
}

const statusText = (
  view: StatusView,
  beside: { readonly running: boolean; readonly unread: number; readonly now: Millis },
): readonly string[] => {
  const { servers, settings } = view
  const each =
    servers.length === 0
      ? [serversWords(view, beside.now)]
      : servers.map((one) => serverWords(one, beside.now, settings.directly))
  const nearby = nearbyWords(view.nearby)
  return [
    `Name      ${view.me === undefined ? 'not chosen yet' : printable(`${view.me.name} ·${view.me.tag}`)}`,
    `Running   ${beside.running ? 'yes' : 'no (only for this command)'}`,
    `Unread    ${beside.unread}`,
    ...each.map(({ state, meaning }) => `Server    ${printable(state)}. ${printable(meaning)}`),
    `Nearby    ${nearby.state}. ${nearby.meaning}`,
    `Listens   ${view.addresses.length === 0 ? 'nowhere' : view.addresses.map(printable).join(', ')}`,
    `Profile   ${view.profile} in ${printable(view.folder)}`,
    `Version   ${view.version}`,
    ...(view.mailboxFailure === undefined ? [] : [`Mailbox   ${printable(mailboxFailureWords(view.mailboxFailure))}`]),
    ...(view.storeFailure === undefined ? [] : [`Trouble   ${printable(storeFailureWords(view.storeFailure))}`]),
  ]
}
