// The same vectors against the running program, with reports where the layer's own
// test has echoes: what is smuggled past a front would be on the board.
import assert from 'node:assert/strict'

import { scenario } from '../blackbox/harness.mjs'
import { ask, runBad, runGood } from './runner.mjs'
import { bad, good } from './vectors.mjs'

const SMUGGLED = '{"text":"smuggled"}'
const post = (body, more = '') => 'POST /v1/reports HTTP/1.1\r\nHost: desk.example\r\n' +
  `Content-Type: application/json\r\n${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
const CANARY = post(SMUGGLED)

/** The vector as one of the real intake's; those that fill a limit to the byte stay over it. */
const aimed = (vector) => ({
  ...vector,
  bytes: Buffer.from(vector.bytes.toString('latin1').replaceAll('/echo', '/v1/reports'), 'latin1'),
})

function door(v) {
  const { hostname, port } = new URL(v.addresses.public)
  return { host: hostname, port: Number(port) }
}

scenario('no bad request reaches the desk, nor anything behind it', { timeoutMs: 120000 }, async (v) => {
  const reply = await ask(door(v), { bytes: Buffer.from(CANARY), closes: false })
  assert.equal(reply.status, 201, 'alone, the canary is a report')
  const faults = await runBad({ ...door(v), canary: CANARY, timeoutMs: 20000, width: 32 }, bad.map(aimed))
  assert.deepEqual(faults, [])
  assert.equal((await v.operator().board()).length, 1, 'one incident: the canary sent alone')
  const counters = await v.metrics()
  assert.equal(counters['vedetta_intake_in_total'], 1)
})

scenario('each good request has its answer, and the connection goes on', { timeoutMs: 120000 }, async (v) => {
  const judge = (vector, { status, headers, body }) => {
    if (![200, 204, 400, 404, 405, 415].includes(status)) return `status ${status}`
    const length = Number(headers.get('content-length') ?? 0)
    return vector.head || body.length === length ? null : `${body.length} bytes of ${length}`
  }
  assert.deepEqual(await runGood(door(v), good, judge), [])
})

scenario('a report cut at every byte is one report', { timeoutMs: 120000 }, async (v) => {
  const wire = post('{"hazard":"flood","text":"acqua in cantina, due anziani"}', 'Idempotency-Key: cut\r\n')
  const codes = new Set()
  const judge = (vector, { status, body }) => {
    codes.add(JSON.parse(body).code)
    return status === 201 || status === 200 ? null : `status ${status}`
  }
  const vector = { name: 'a report', bytes: Buffer.from(wire), closes: false, head: false }
  assert.deepEqual(await runGood(door(v), [vector], judge, 'all'), [])
  assert.equal(codes.size, 1)
  const [incident, ...others] = await v.operator().board()
  assert.equal(incident.reports, 1)
  assert.deepEqual(others, [])
})
