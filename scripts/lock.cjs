'use strict'

const crypto = require('crypto')
const fs = require('fs')
const os = require('os')
const path = require('path')

const LOOK_AGAIN_MILLIS = 200
/** Nobody prepares for longer: the process that has this number now is not the one that took the lock. */
const HELD_MILLIS_MAX = 15 * 60 * 1000

/**
 * Waits until the lock `place` is free and takes it; returns the function that gives it back. A lock whose holder died
 * is taken over. The lock is a file that appears with its content at once (a hard link), so it is never half made.
 */
const hold = (place, say) => {
  fs.mkdirSync(path.dirname(place), { recursive: true })
  const mine = JSON.stringify({ pid: process.pid, host: os.hostname(), once: crypto.randomBytes(8).toString('hex') })
  const draft = place + '.' + process.pid
  fs.writeFileSync(draft, mine)
  try {
    for (let told = false; !link(draft, place);) {
      const holder = look(place)
      if (holder === undefined) continue
      if (isStale(holder, Date.now())) {
        takeAway(place, holder)
        continue
      }
      if (!told) say('waiting until process ' + holder.pid + ' has set up Kith (' + place + ') ...')
      told = true
      sleep(LOOK_AGAIN_MILLIS)
    }
    // The draft may be old: it was written before the waiting.
    fs.utimesSync(place, new Date(), new Date())
  } finally {
    fs.unlinkSync(draft)
  }
  return () => takeAway(place, { text: mine })
}

/** Who holds the lock and since when, or undefined when it was given back meanwhile. */
const look = (place) => {
  try {
    const since = fs.statSync(place).mtimeMs
    const text = fs.readFileSync(place, 'utf8')
    return Object.assign({ text, since }, JSON.parse(text))
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    if (error instanceof SyntaxError) return { text: undefined, since: 0, pid: 0, host: os.hostname() }
    throw error
  }
}

/** A holder on this machine whose process is gone, or one that holds on for longer than anybody needs. */
const isStale = (holder, now) =>
  now - holder.since > HELD_MILLIS_MAX || (holder.host === os.hostname() && !isRunning(holder.pid))

const isRunning = (pid) => {
  try {
    process.kill(pid, 0)
    return pid > 0
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/**
 * Removes the lock if it still is this holder's. It is moved aside first: of two that want to take it away, one finds
 * it gone, and whoever moved a lock that is not the one meant puts it back.
 */
const takeAway = (place, holder) => {
  const aside = place + '.' + process.pid + '.gone'
  try {
    fs.renameSync(place, aside)
  } catch (error) {
    if (error.code === 'ENOENT') return
    throw error
  }
  const found = fs.readFileSync(aside, 'utf8')
  if (holder.text !== undefined && found !== holder.text) link(aside, place)
  fs.unlinkSync(aside)
}

const link = (from, to) => {
  try {
    fs.linkSync(from, to)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

const sleep = (millis) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis)

module.exports = { HELD_MILLIS_MAX, hold, isStale }
