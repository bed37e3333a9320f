import assert from 'node:assert/strict'
import test from 'node:test'

// First by its name: nothing that follows says anything about Kith if it ran on another Node.
test('[REP1] the tests run on Node 24 or newer', () => {
  assert.ok(Number(process.versions.node.split('.')[0]) >= 24, process.version)
})
