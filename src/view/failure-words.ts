import { unreachable } from '../core/bytes/result.ts'
import type { Failure } from './view.ts'

/** What happened in one sentence; what it means or what to do about it in another. */
export type FailureWords = { readonly happened: string; readonly mend: string }

/** Why a try to connect failed. The technical `detail` is not in the words: show it beside them. */
export const failureWords = (failure: Failure): FailureWords => {
  switch (failure.kind) {
    case 'refused':
      return {
        happened: 'Nobody answered at this address: the connection was refused.',
        mend: 'The program there is not running, or it listens on another port.',
      }
    case 'timeout':
      return {
        happened: 'No answer came in time.',
        mend: 'The machine may be off or asleep, or a firewall drops what is sent to it.',
      }
    case 'unreachable':
      return {
        happened: 'There is no way from this network to that address.',
        mend: 'Check that this machine is online and that both are on networks that reach each other.',
      }
    case 'name-not-found':
      return {
        happened: 'This host name leads nowhere.',
        mend: 'Check the spelling of the address, and that this machine is online.',
      }
    case 'not-kith':
      return {
        happened: 'Something answered, but it is not Kith.',
        mend: 'Another program uses this address or port. Check the address.',
      }
    case 'wrong-device':
      return {
        happened: 'A different device answered at this address.',
        mend: 'Addresses change hands; Kith hung up and goes on with other paths.',
      }
    case 'not-registered':
      return {
        happened: 'The server does not know where this person is now.',
        mend: 'They are not connected to it. Kith tries again when they are.',
      }
    case 'relay-full':
      return {
        happened:
          'The server carries no more for you two at the moment: it has limits for each device, for each network and for all.',
        mend: 'Kith tries again by itself. A direct path does not need the server.',
      }
    case 'not-called':
      return {
        happened: 'For this way both devices have to call at one moment, and the other one did not.',
        mend: 'They may not have accepted you yet, or never connect directly. Kith tries again by itself.',
      }
    case 'not-let-in':
      return {
        happened: 'Both devices called each other at the same moment, and a router on the way let neither in.',
        mend: 'One of the two networks gives every connection another port, or drops what it does not know. The server passes the sealed messages on; another network on either side may do better.',
      }
    case 'not-accepted':
      return {
        happened: 'The other side tells where it is only to people whom it has accepted.',
        mend: 'Until then the server passes the sealed messages on.',
      }
    case 'no-udp':
      return {
        happened: 'Nothing that is sent over UDP gets out of one of the two networks.',
        mend: 'A firewall there lets other kinds of connections pass alone. The server passes the sealed messages on meanwhile.',
      }
    case 'unsupported':
      return {
        happened: 'This way of connecting is not there on one of the two systems.',
        mend: 'Kith goes on with the other ways; messages take these.',
      }
    case 'same-server':
      return {
        happened: 'This is the same server as another that you use, by another name or address.',
        mend: 'Nothing is lost: the other one is enough. Take this one off the list in the settings.',
      }
    case 'blocked':
      return {
        happened: 'The connection was turned away because one of you blocked the other.',
        mend: 'Messages stay here until that is undone.',
      }
    case 'version':
      return {
        happened: 'The two sides run versions of Kith that do not understand each other.',
        mend: 'Update the older of the two.',
      }
    case 'closed':
      return {
        happened: 'The connection was closed by the other side.',
        mend: 'They may have stopped Kith. Kith tries again by itself.',
      }
    case 'given-up':
      return {
        happened: 'Kith gave this attempt up because it was not needed any more.',
        mend: 'Nothing is lost: another path was faster, or there was nothing left to reach them for.',
      }
    case 'other':
      return {
        happened: 'The connection failed for a reason that Kith does not know.',
        mend: 'The technical reason beside this may help. Kith tries again by itself.',
      }
    default:
      return unreachable(failure.kind)
  }
}
