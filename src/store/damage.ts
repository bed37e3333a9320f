/**
 * Whether this is SQLite's word for bytes in a file that cannot be what it wrote there, or are not there any more: pages
 * that contradict each other or themselves, and a file that ends before its last page.
 */
export const isDamage = (error: unknown): error is Error & { readonly errcode: number } =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  ((error.errcode & 0xff) === SQLITE_CORRUPT || DAMAGED.has(error.errcode))

const SQLITE_CORRUPT = 11
/** SQLITE_IOERR_SHORT_READ, and SQLITE_IOERR_DATA: a page of a sealed file that does not open. */
const DAMAGED: ReadonlySet<number> = new Set([522, 8_202])
