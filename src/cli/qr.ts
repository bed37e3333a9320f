import { encode, renderUnicodeCompact } from 'uqr'

/** Modules of quiet around a code, as a reader needs them (ISO 18004 asks for four; screens do with two). */
const BORDER = 2

/**
 * A QR code in half blocks, light on dark as most terminals are; undefined when it does not fit `columns`. Codes that are
 * turned light and dark are read as well by phones.
 */
export const qrText = (text: string, columns: number): string | undefined =>
  encode(text, { ecc: 'L', border: BORDER }).size > columns
    ? undefined
    : renderUnicodeCompact(text, { ecc: 'L', border: BORDER })
