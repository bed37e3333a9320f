import type { Change } from '../store/port.ts'

export type RecordPut = Extract<Change, { readonly put: 'record' }>
export type RecordDrop = Extract<Change, { readonly drop: 'record' }>

/** A change of a small value by key. */
export type RecordChange = RecordPut | RecordDrop
