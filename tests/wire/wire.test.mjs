// The HTTP layer alone (echo_server), byte by byte. A little over 500 lines: each test
// is a few, and they share one server and its clock.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { Peer, ask, readReplies, runBad, runGood } from './runner.mjs'
import { bad, good } from './vectors.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
const build = process.env.VEDETTA_BUILD ?? path.join(here, '../../build')
const HOST = '127.0.0.1'
const GET = (target, more = '') => `GET ${target} HTTP/1.1\r\nHost: a\r\n${more}\r\n`
// first byte, idle, head, body, answer, write, drain: for tests of these alone; on a busy machine others are late themselves
const QUICK = ['--times', '600,900,600,600,900,600,300']
const REFUSED = ['syntax', 'tooLarge', 'tooSlow', 'unsupported', 'perAddress', 'connections', 'descriptors']

const running = new Set()
after(() => running.forEach((child) => child.kill('SIGKILL')))

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function start(args = [], descriptors = 0) {
  const binary = path.join(build, 'tests/wire/echo_server')
  const child = descriptors > 0
    ? spawn('sh', ['-c', `ulimit -n ${descriptors}; exec "$0" "$@"`, binary, ...args])
    : spawn(binary, args)
  running.add(child)
  child.stderr.pipe(process.stderr)
  const exited = once(child, 'exit').finally(() => running.delete(child))
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data')
  const port = Number(line.split(' ')[1])
  const count = async () => {
    const reply = await ask({ host: HOST, port }, { bytes: GET('/count', 'Connection: close\r\n'), closes: true })
    assert.equal(typeof reply, 'object', `the server does not answer: ${reply}`)
    const counted = JSON.parse(reply.body)
    counted.refused = Object.fromEntries(counted.refused.map((n, i) => [REFUSED[i], n]))
    return counted
  }
  return {
    port,
    pid: child.pid,
    exited,
    count,
    connect: async () => {
      const peer = new Peer(HOST, port)
      await peer.connected
      return peer
    },
    stop: async () => {
      child.kill('SIGTERM')
      await exited
    },
  }
}

async function eventually(what, holds, timeoutMs = 5000) {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const value = await holds()
    if (value) return value
    assert.ok(Date.now() < deadline, `never came true: ${what}`)
    await sleep(20)
  }
}

function fnv1a(bytes) {
  let hash = 0xcbf29ce484222325n
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return hash.toString(16).padStart(16, '0')
}

function judgeEcho(vector, reply) {
  const echo = `${vector.method} ${vector.path}?${vector.query}\nheaders ${vector.headers}\n` +
    `body ${vector.body.length} ${fnv1a(vector.body)}\n`
  if (reply.status !== 200) return `status ${reply.status}`
  if (!/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(reply.headers.get('date'))) return 'no date'
  if (vector.head) {
    const length = Number(reply.headers.get('content-length'))
    return length === echo.length && reply.body.length === 0 ? null : `length ${length}, body ${reply.body.length}`
  }
  const said = reply.body.toString('latin1')
  return said === echo ? null : `understood ${JSON.stringify(said)}, not ${JSON.stringify(echo)}`
}

async function replies(peer, n, isHead) {
  const whole = () => readReplies(peer.said, isHead)?.length >= n
  assert.ok(await peer.until(whole), `no ${n} replies: ${peer.said.toString('latin1').slice(0, 300)}`)
  return readReplies(peer.said, isHead)
}

test('the vectors are many, and no two are the same', () => {
  const all = [...bad, ...good]
  assert.ok(bad.length >= 300 && good.length >= 300, `${bad.length} bad, ${good.length} good`)
  assert.equal(new Set(all.map((vector) => vector.name)).size, all.length)
  assert.equal(new Set(all.map((vector) => vector.bytes.toString('latin1'))).size, all.length)
})

test('each bad request is refused and nothing behind it is interpreted', async () => {
  // Deadlines only for those that wait for one.
  for (const [times, vectors] of [[QUICK, bad.filter((vector) => vector.slow)], [[], bad.filter((vector) => !vector.slow)]]) {
    const server = await start(times)
    assert.deepEqual(await runBad({ host: HOST, port: server.port }, vectors), [])
    const counted = await server.count()
    assert.equal(counted.requests, 0)
    assert.equal(counted.canaries, 0)
    const { syntax, tooLarge, tooSlow, unsupported } = counted.refused
    assert.equal(syntax + tooLarge + tooSlow + unsupported, vectors.length)
    await server.stop()
  }
})

test('a bad request behind a good one is refused as well', async () => {
  const server = await start()
  const quick = bad.filter((vector) => !vector.slow && vector.bytes.length < 4096)
  for (let i = 0; i < quick.length; i += 7) {
    const vector = quick[i]
    const peer = await server.connect()
    peer.write(Buffer.concat([Buffer.from(GET('/first')), vector.bytes, Buffer.from(GET('/canary'))]))
    assert.ok(await peer.until(() => peer.isEnded), vector.name)
    const isHead = vector.bytes.toString('latin1').startsWith('HEAD ')
    const got = readReplies(peer.said, (n) => n === 1 && isHead)?.map((reply) => reply.status)
    assert.equal(got?.length, 2, vector.name)
    assert.equal(got[0], 200, vector.name)
    // An empty line is allowed before a request line, so one more may count here.
    assert.ok(got[1] >= 400, vector.name)
    peer.destroy()
  }
  assert.equal((await server.count()).canaries, 0)
  await server.stop()
})

test('each good request is understood', async () => {
  const server = await start()
  assert.deepEqual(await runGood({ host: HOST, port: server.port }, good, judgeEcho), [])
  await server.stop()
})

test('good requests cut in two at every byte are understood alike', async () => {
  const server = await start()
  const short = good.filter((vector) => vector.bytes.length < 140)
  const sample = short.filter((_, i) => i % 20 === 0)
  sample.push(...short.filter((vector) => vector.body.length > 0).slice(0, 6))
  assert.deepEqual(await runGood({ host: HOST, port: server.port, width: 64 }, sample, judgeEcho, 'all'), [])
  await server.stop()
})

test('requests sent at once are answered one after the other', async () => {
  const server = await start()
  const peer = await server.connect()
  const n = 300
  peer.write(Array.from({ length: n }, (_, i) => GET(i % 50 === 3 ? `/slow?ms=1&n=${i}` : `/?n=${i}`)).join(''))
  const got = await replies(peer, n)
  got.forEach((reply, i) => assert.match(reply.body.toString(), new RegExp(`n=${i}\n`)))
  peer.destroy()
  await server.stop()
})

test('what is sent behind a request in flight waits, bounded', async () => {
  const server = await start()
  const peer = await server.connect()
  peer.write(GET('/slow?ms=2000'))
  const behind = GET('/behind')
  peer.write(behind.repeat(100))
  await eventually('one request', async () => (await server.count()).requests === 1)
  await sleep(100)
  assert.equal((await server.count()).requests, 1)
  assert.equal((await replies(peer, 101)).length, 101)
  const flood = await server.connect()
  flood.write(GET('/slow?ms=2000'))
  flood.write(Buffer.alloc(64 * 1024 * 1024, GET('/x')))
  await sleep(400)
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8')
  assert.ok(Number(/VmRSS:\s+(\d+)/.exec(status)[1]) < 40000, 'memory grows with what is sent behind')
  flood.destroy()
  peer.destroy()
  await server.stop()
})

test('HEAD has the head of GET, and the connection goes on', async () => {
  const server = await start()
  const peer = await server.connect()
  peer.write('HEAD /large?bytes=100000 HTTP/1.1\r\nHost: a\r\n\r\n' + GET('/large?bytes=5'))
  const [head, get] = await replies(peer, 2, (n) => n === 0)
  assert.equal(head.headers.get('content-length'), '100000')
  assert.equal(get.body.length, 5)
  peer.destroy()
  const stream = await server.connect()
  stream.write('HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.ok(await stream.until(() => stream.isEnded))
  assert.match(stream.said.toString(), /^HTTP\/1\.1 200 OK\r\n[^]*text\/event-stream[^]*\r\n\r\n$/)
  stream.destroy()
  await server.stop()
})

test('100-continue is said once the head has passed, and only then', async () => {
  const server = await start()
  const peer = await server.connect()
  peer.write('POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n')
  assert.ok(await peer.until(() => peer.said.toString() === 'HTTP/1.1 100 Continue\r\n\r\n'))
  peer.write('hello')
  const got = await replies(peer, 2)
  assert.deepEqual(got.map((reply) => reply.status), [100, 200])
  peer.write('POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n')
  assert.ok(await peer.until(() => peer.isEnded))
  assert.deepEqual(readReplies(peer.said).map((reply) => reply.status), [100, 200, 413])
  peer.destroy()
  await server.stop()
})

test('a phone that is still sending sees why it is refused', async () => {
  const patient = await start()
  const peer = await patient.connect()
  peer.write(`POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n`)
  // In few pieces: the server listens on for a time, not for as long as a busy machine needs.
  for (let i = 0; i < 4; i++) {
    peer.write(Buffer.alloc(50000))
    await sleep(5)
  }
  assert.ok(await peer.until(() => peer.isEnded))
  assert.equal(readReplies(peer.said)[0].status, 413)
  assert.equal(peer.error, undefined)
  peer.destroy()
  await patient.stop()
  const server = await start(QUICK)
  const endless = await server.connect()
  endless.write('X: endless\r\n')
  const cut = new Promise((resolve) => { endless.socket.on('close', resolve) })
  for (let i = 0; i < 100 && !endless.socket.destroyed; i++) {
    endless.write(Buffer.alloc(100000))
    await sleep(2)
  }
  await cut // by a reset: the drain is bounded
  await server.stop()
})

test('who sends nothing, or nothing more, is closed without a word', async () => {
  const server = await start(QUICK)
  const since = Date.now() // a lower bound of whatever was first
  const [silent, idle] = [await server.connect(), await server.connect()]
  idle.write(GET('/x'))
  await replies(idle, 1)
  assert.ok(await silent.until(() => silent.isEnded))
  assert.ok(Date.now() - since >= 300)
  assert.equal(silent.said.length, 0)
  assert.ok(await idle.until(() => idle.isEnded))
  assert.ok(Date.now() - since >= 700, 'an idle connection may live longer')
  assert.equal(readReplies(idle.said).length, 1)
  await server.stop()
})

/** Says whether it was cut short. */
async function trickle(peer, bytes, everyMs) {
  for (const byte of bytes) {
    if (peer.isEnded) return true
    peer.write(Buffer.from([byte]))
    await sleep(everyMs)
  }
  return false
}

test('trickling does not move the deadline of a head or body', async () => {
  const server = await start(QUICK)
  const head = await server.connect()
  const body = await server.connect()
  const chunks = await server.connect()
  body.write('POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n')
  chunks.write('POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
  const cut = await Promise.all([
    trickle(head, Buffer.from(GET('/x', `X: ${'y'.repeat(200)}\r\n`)), 50),
    trickle(body, Buffer.alloc(100, 'x'), 50),
    trickle(chunks, Buffer.from('1\r\nx\r\n'.repeat(30)), 50),
  ])
  for (const peer of [head, body, chunks]) {
    assert.ok(await peer.until(() => peer.isEnded))
    assert.equal(readReplies(peer.said)[0].status, 408)
    peer.destroy()
  }
  assert.deepEqual(cut, [true, true, true], 'each takes five seconds at least to say all')
  assert.equal((await server.count()).refused.tooSlow, 3)
  await server.stop()
})

test('a body that keeps the minimum rate gets more time', async () => {
  const server = await start(QUICK)
  const peer = await server.connect()
  peer.write('POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n')
  const since = Date.now()
  for (let i = 0; i < 10; i++) {
    peer.write(Buffer.alloc(300, 'x'))
    await sleep(90)
  }
  assert.equal((await replies(peer, 1))[0].status, 200)
  assert.ok(Date.now() - since > 700)
  peer.destroy()
  await server.stop()
})

test('who does not read the answer is cut', async () => {
  const server = await start(QUICK)
  const peer = await server.connect()
  peer.socket.pause()
  peer.write(GET('/large?bytes=30000000'))
  await eventually('cut', async () => (await server.count()).refused.tooSlow === 1)
  assert.equal((await server.count()).connections, 1)
  peer.destroy()
  const reader = await server.connect()
  reader.write(GET('/large?bytes=3000000'))
  assert.equal((await replies(reader, 1))[0].body.length, 3000000)
  reader.destroy()
  await server.stop()
})

test('a client that vanishes while its request is in flight is noticed', async () => {
  const server = await start(['--times', '0,0,0,0,0,0,300'])
  const [gone, half, stays, talks] = await Promise.all([1, 2, 3, 4].map(() => server.connect()))
  for (const peer of [gone, half, stays, talks]) peer.write(GET('/slow?ms=2500'))
  talks.write(GET('/behind'))
  await eventually('four wait', async () => (await server.count()).waiting === 4)
  gone.destroy()
  half.socket.end()
  await eventually('two wait', async () => (await server.count()).waiting === 2, 2000)
  assert.equal((await replies(stays, 1))[0].status, 200)
  assert.equal((await replies(talks, 2)).length, 2)
  await eventually('two answers had no taker', async () => (await server.count()).stale === 2)
  stays.destroy()
  talks.destroy()
  await server.stop()
})

test('a handler that never answers costs a 503', async () => {
  const server = await start(QUICK)
  const peer = await server.connect()
  peer.write(GET('/never'))
  assert.equal((await replies(peer, 1))[0].status, 503)
  assert.ok(await peer.until(() => peer.isEnded))
  peer.destroy()
  await server.stop()
})

test('a stream goes on until its reader ends it', async () => {
  const server = await start()
  const peer = await server.connect()
  peer.write(GET('/stream'))
  assert.ok(await peer.until(() => peer.said.length > 2000))
  assert.match(peer.said.toString(), /^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\nCache-Control: no-store\r\n\r\ndata: hello\n\nx+$/)
  peer.destroy()
  await eventually('closed', async () => (await server.count()).streamsClosed === 1)
  const ends = await server.connect()
  ends.write(GET('/end'))
  assert.ok(await ends.until(() => ends.isEnded))
  assert.match(ends.said.toString(), /\r\n\r\ndata: hello\n\n$/)
  ends.destroy()
  assert.equal((await server.count()).streamsClosed, 1, 'its owner is not told of its own end')
  await server.stop()
})

test('who talks on a stream is cut', async () => {
  const server = await start()
  const peer = await server.connect()
  peer.write(GET('/stream') + 'x'.repeat(900))
  assert.ok(await peer.until(() => peer.said.includes('hello')))
  await sleep(100)
  assert.equal(peer.isEnded, false)
  peer.write('x'.repeat(200))
  assert.ok(await peer.until(() => peer.isEnded))
  const counted = await server.count()
  assert.equal(counted.streamsClosed, 1)
  assert.equal(counted.refused.tooSlow, 1)
  await server.stop()
})

test('a stopped reader of a stream is cut, and its queue is bounded', async () => {
  const server = await start(QUICK)
  const peer = await server.connect()
  peer.socket.pause()
  peer.write(GET('/stream?bytes=200000'))
  await eventually('cut', async () => (await server.count()).streamsClosed === 1, 8000)
  const counted = await server.count()
  assert.ok(counted.streamFull > 0, 'sending is refused while the queue is full')
  assert.equal(counted.refused.tooSlow, 1)
  peer.destroy()
  await server.stop()
})

test('one address holds only so many connections', async () => {
  const server = await start(['--per-address', '5'])
  const peers = await Promise.all([1, 2, 3, 4].map(() => server.connect()))
  peers.forEach((peer) => peer.write(GET('/x')))
  await Promise.all(peers.map((peer) => replies(peer, 1)))
  const fifth = await server.connect()
  const sixth = await server.connect()
  assert.ok(await sixth.until(() => sixth.isEnded))
  const [reply] = readReplies(sixth.said)
  assert.equal(reply.status, 503)
  assert.equal(reply.headers.get('retry-after'), '5')
  assert.equal(reply.body.toString(), 'error 503\n')
  fifth.destroy()
  await eventually('room again', async () => {
    const peer = await server.connect()
    peer.write(GET('/y'))
    await peer.until(() => peer.isEnded || readReplies(peer.said)?.length === 1)
    peer.destroy()
    return readReplies(peer.said)?.[0]?.status === 200
  })
  peers.pop().destroy()
  await eventually('room to count', async () => (await server.count().catch(() => undefined))?.refused.perAddress >= 1)
  peers.forEach((peer) => peer.destroy())
  await server.stop()
})

test('when all places are taken, the one that waits longest goes', async () => {
  const server = await start(['--max', '5'])
  const peers = []
  for (let i = 0; i < 5; i++) {
    const peer = await server.connect()
    peer.write(GET('/x'))
    await replies(peer, 1)
    peers.push(peer)
  }
  peers[0].write(GET('/x')) // now the second waits longest
  await replies(peers[0], 2)
  await sleep(250) // a younger one would not go
  const sixth = await server.connect()
  sixth.write(GET('/x'))
  await replies(sixth, 1)
  assert.ok(await peers[1].until(() => peers[1].isEnded))
  assert.deepEqual(peers.map((peer) => peer.isEnded), [false, true, false, false, false])
  const busy = [peers[0], peers[2], peers[3], peers[4], sixth]
  busy.forEach((peer) => peer.write(GET('/slow?ms=1500')))
  await sleep(100)
  const seventh = await server.connect()
  assert.ok(await seventh.until(() => seventh.isEnded))
  assert.equal(readReplies(seventh.said)[0].status, 503)
  await Promise.all([...busy.slice(1), sixth].map((peer) => replies(peer, 2)))
  await sleep(250)
  assert.equal((await server.count()).refused.connections, 3)
  busy.forEach((peer) => peer.destroy())
  await server.stop()
})

test('slow heads do not keep others out when all places are taken', async () => {
  const server = await start(['--max', '5'])
  const slow = await Promise.all([1, 2, 3, 4, 5].map(() => server.connect()))
  slow.forEach((peer) => peer.write('GET /x'))
  await sleep(2200)
  const peer = await server.connect()
  peer.write(GET('/x'))
  assert.equal((await replies(peer, 1))[0].status, 200)
  await eventually('one of them is gone', () => slow.some((one) => one.isEnded))
  assert.equal(slow.filter((one) => one.isEnded).length, 1)
  for (const one of [...slow, peer]) one.destroy()
  await server.stop()
})

async function cpuMs(pid) {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

test('without descriptors it neither spins nor stays deaf', async () => {
  const server = await start(['--hog', '8'], 64)
  const busy = []
  for (let i = 0; i < 8; i++) {
    const peer = await server.connect()
    peer.write(GET('/slow?ms=2500'))
    busy.push(peer)
  }
  await sleep(200)
  const more = await Promise.all(Array.from({ length: 40 }, () => server.connect()))
  more.forEach((peer) => peer.write(GET('/x')))
  const before = await cpuMs(server.pid)
  await sleep(1000)
  const used = await cpuMs(server.pid) - before
  assert.ok(used <= 100, `${used} ms of CPU in a second`)
  const told = () => more.filter((peer) => peer.said.toString().startsWith('HTTP/1.1 503')).length
  assert.ok(told() >= 3 && told() < 40, `${told()} were told`)
  await Promise.all(busy.map((peer) => replies(peer, 1)))
  busy.forEach((peer) => peer.destroy())
  // Those that were not told waited in the kernel, and are served now.
  await Promise.all(more.map((peer) => peer.until(() => peer.isEnded || readReplies(peer.said)?.length > 0)))
  assert.equal(more.filter((peer) => readReplies(peer.said)?.[0]?.status === 200).length, 40 - told())
  assert.ok((await server.count()).refused.descriptors >= told())
  more.forEach((peer) => peer.destroy())
  await server.stop()
})

test('without descriptors those who wait make room', async () => {
  const server = await start(['--hog', '8'], 64)
  const idle = []
  for (let i = 0; i < 30; i++) {
    const peer = await server.connect()
    peer.write(GET('/x'))
    assert.equal((await replies(peer, 1))[0].status, 200, `connection ${i}`)
    idle.push(peer)
    await sleep(i < 8 ? 50 : 0)
  }
  await eventually('the first are gone', () => idle[0].isEnded && idle[8].isEnded)
  idle.forEach((peer) => peer.destroy())
  await server.stop()
})

test('draining answers what is in flight, ends the rest, and the process exits', async () => {
  const server = await start()
  const [idle, flight, stream, reading] = await Promise.all([1, 2, 3, 4].map(() => server.connect()))
  idle.write(GET('/x'))
  await replies(idle, 1)
  flight.write(GET('/slow?ms=1500'))
  stream.write(GET('/stream'))
  reading.write('POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe')
  assert.ok(await stream.until(() => stream.said.includes('hello')))
  await eventually('one in flight', async () => (await server.count()).waiting === 1)
  const last = await server.connect()
  last.write(GET('/drain'))
  assert.ok(await idle.until(() => idle.isEnded))
  assert.ok(await stream.until(() => stream.isEnded))
  idle.destroy()
  stream.destroy()
  const refused = await server.connect()
  assert.ok(refused.error, 'still accepts')
  reading.write('llo')
  for (const peer of [flight, reading]) {
    const [reply] = await replies(peer, 1)
    assert.equal(reply.status, 200)
    assert.equal(reply.headers.get('connection'), 'close')
    assert.ok(await peer.until(() => peer.isEnded))
    peer.destroy()
  }
  last.destroy()
  const [code] = await server.exited
  assert.equal(code, 0)
})
