// Sends vectors to a server and judges what comes back. Knows nothing of which
// server it is: wire.test.mjs runs the layer alone, others the real front.
import net from 'node:net'

import { CANARY } from './vectors.mjs'

const NO_BODY = new Set([204, 304])

/** One connection. `said` grows; `ended` resolves when the server's side ends. */
export class Peer {
  constructor(host, port) {
    this.said = Buffer.alloc(0)
    this.isEnded = false
    this.wakers = []
    this.socket = net.connect({ host, port, noDelay: true, allowHalfOpen: true })
    this.ended = new Promise((resolve) => {
      const end = () => {
        this.isEnded = true
        resolve()
        this.wake()
      }
      this.socket.on('end', end)
      this.socket.on('close', end)
    })
    this.socket.on('error', (error) => { this.error = error })
    this.socket.on('data', (bytes) => {
      this.said = Buffer.concat([this.said, bytes])
      this.wake()
    })
    this.connected = new Promise((resolve) => {
      this.socket.on('connect', resolve)
      this.socket.on('close', resolve)
    })
  }

  wake() {
    this.wakers.splice(0).forEach((waker) => waker())
  }

  write(bytes) {
    if (!this.socket.destroyed) this.socket.write(bytes)
  }

  destroy() {
    this.socket.destroy()
  }

  /** Waits until the predicate holds; false when it does not within timeoutMs. */
  async until(holds, timeoutMs = 5000) {
    const deadline = Date.now() + timeoutMs
    while (!holds()) {
      const left = deadline - Date.now()
      if (left <= 0 || (this.isEnded && !holds())) return holds()
      let timer
      await new Promise((resolve) => {
        this.wakers.push(resolve)
        timer = setTimeout(resolve, left)
      })
      clearTimeout(timer)
    }
    return true
  }
}

/** All replies in bytes; heads: the indices of those to HEAD. Null when one is not whole. */
export function readReplies(bytes, isHead = () => false) {
  const replies = []
  let at = 0
  while (at < bytes.length) {
    const end = bytes.indexOf('\r\n\r\n', at)
    if (end < 0) return null
    const [line, ...lines] = bytes.toString('latin1', at, end).split('\r\n')
    const match = /^HTTP\/1\.1 (\d{3}) [ -~]*$/.exec(line)
    if (match === null) return null
    const headers = new Map(lines.map((text) => {
      const colon = text.indexOf(': ')
      return [text.slice(0, colon).toLowerCase(), text.slice(colon + 2)]
    }))
    const status = Number(match[1])
    at = end + 4
    let body = Buffer.alloc(0)
    if (status >= 200 && !NO_BODY.has(status) && !isHead(replies.length)) {
      const length = Number(headers.get('content-length') ?? NaN)
      if (!(at + length <= bytes.length)) return null
      body = bytes.subarray(at, at + length)
      at += length
    }
    replies.push({ status, headers, body })
  }
  return replies
}

async function inParallel(items, width, work) {
  const queue = items.slice()
  await Promise.all(Array.from({ length: width }, async () => {
    while (queue.length > 0) await work(queue.shift())
  }))
}

/** Sends a bad vector with a canary behind it; returns what is wrong, or null. */
async function judgeBad({ host, port, timeoutMs, canary = CANARY }, vector) {
  const peer = new Peer(host, port)
  await peer.connected
  peer.write(vector.bytes)
  if (!vector.slow || vector.canary) peer.write(canary)
  const closed = await peer.until(() => peer.isEnded, timeoutMs)
  const isHead = vector.bytes.toString('latin1').startsWith('HEAD ')
  const replies = readReplies(peer.said, () => isHead)
  peer.destroy()
  if (!closed) return 'the connection stays open'
  if (replies === null) return `not a reply: ${peer.said.toString('latin1').slice(0, 200)}`
  if (replies.length !== 1) return `${replies.length} replies: ${replies.map((reply) => reply.status)}`
  const [{ status, headers }] = replies
  if (!vector.status.includes(status)) return `status ${status}, not ${vector.status}`
  if (headers.get('connection') !== 'close') return `answers ${status}, but does not say that it closes`
  return null
}

/**
 * Each must be refused with one of its statuses, once, and the connection
 * closed. options.canary: what stands behind each. Returns [{name, fault}] of
 * those that were not.
 */
export async function runBad(options, vectors) {
  const faults = []
  await inParallel(vectors, options.width ?? 16, async (vector) => {
    const fault = await judgeBad({ timeoutMs: 8000, ...options }, vector)
    if (fault !== null) faults.push({ name: vector.name, fault })
  })
  return faults
}

/** Sends the pieces with a pause between them; returns the only reply, or a string: the fault. */
export async function ask({ host, port, timeoutMs = 8000, pauseMs = 3 }, vector, pieces = [vector.bytes]) {
  const peer = new Peer(host, port)
  await peer.connected
  for (const [i, piece] of pieces.entries()) {
    if (i > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    peer.write(piece)
  }
  const replies = () => readReplies(peer.said, () => vector.head)?.filter((reply) => reply.status >= 200)
  const whole = await peer.until(() => replies()?.length > 0, timeoutMs)
  const closed = vector.closes ? await peer.until(() => peer.isEnded, timeoutMs) : !peer.isEnded
  const all = replies()
  peer.destroy()
  if (!whole) return `no reply: ${peer.said.toString('latin1').slice(0, 200)}`
  if (all.length !== 1) return `${all.length} replies`
  if (!closed) return vector.closes ? 'the connection stays open' : 'the connection was closed'
  if (vector.closes !== (all[0].headers.get('connection') === 'close')) return 'says the wrong thing about closing'
  return all[0]
}

/**
 * Each must be understood: judge(vector, reply) returns what is wrong, or null.
 * cuts: 'none', or 'all' to send each vector in two writes, cut at every byte.
 */
export async function runGood(options, vectors, judge, cuts = 'none') {
  const faults = []
  const runs = vectors.flatMap((vector) => cuts === 'none'
    ? [{ vector, pieces: [vector.bytes] }]
    : Array.from({ length: vector.bytes.length - 1 }, (_, i) => ({
      vector, cut: i + 1, pieces: [vector.bytes.subarray(0, i + 1), vector.bytes.subarray(i + 1)],
    })))
  await inParallel(runs, options.width ?? 16, async ({ vector, cut, pieces }) => {
    const reply = await ask(options, vector, pieces)
    const fault = typeof reply === 'string' ? reply : judge(vector, reply)
    if (fault !== null) faults.push({ name: vector.name, cut, fault })
  })
  return faults
}
