import type { ConnectionEncrypter } from '@libp2p/interface'
// In this order: the second needs what the first has loaded.
import { tls } from '@libp2p/tls'
import { X509CertificateGenerator } from '@peculiar/x509'

/** From when on a certificate holds: before anything that a device's clock may say. */
const ALWAYS = new Date(0)

const { createSelfSigned } = X509CertificateGenerator

/**
 * libp2p's TLS, whose certificates hold from 1970 on, whatever clocks say. The library makes one for each connection,
 * which holds from an hour before its maker's clock, and the other side looks at its own: two devices whose clocks differ
 * by more would not connect. The time says nothing here: the key serves one connection, and what counts is the device's
 * signature over it. See docs/decisions/0019.
 */
export const createTls = (components: Parameters<ReturnType<typeof tls>>[0]): ConnectionEncrypter => {
  // The library lets nobody choose the time, so it is chosen where it has the certificate made. Nothing else in this
  // process makes any.
  X509CertificateGenerator.createSelfSigned = (wanted, crypto) =>
    createSelfSigned.call(X509CertificateGenerator, { ...wanted, notBefore: ALWAYS }, crypto)
  return tls()(components)
}
