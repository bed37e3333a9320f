import { join } from 'node:path'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { storeContract } from '../contract/store.ts'
import { temporaryFolder } from './examples.ts'

storeContract('SQLite', async (use) => {
  const { folder, remove } = temporaryFolder()
  try {
    const opened = openSqliteStore({ file: join(folder, 'kith.db') })
    if (!opened.ok) throw new Error(opened.refusal.kind)
    await use(opened.value)
    await opened.value.close()
  } finally {
    remove()
  }
})
