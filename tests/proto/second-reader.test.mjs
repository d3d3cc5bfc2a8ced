// A second reader of our formats, written by others: what C writes @bufbuild/protobuf
// reads and finds equal, in binary and JSON, and the other way round. Random messages
// of every type; VEDETTA_SEED repeats a run, VEDETTA_BUILD is the meson build folder.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import {
  create, createFileRegistry, fromBinary, fromJsonString, ScalarType, toBinary, toJson,
  toJsonString,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const build = path.resolve(process.env.VEDETTA_BUILD ?? path.join(root, "build"));
const seed = Number(process.env.VEDETTA_SEED ?? 20261121);
const MESSAGES_PER_TYPE = 100;

let registry;
let types;
let echo;

function loadTypes() {
  const folder = mkdtempSync(path.join(tmpdir(), "vedetta-proto-"));
  const set = path.join(folder, "set");
  const files = readdirSync(path.join(root, "proto/vedetta/v1")).filter((name) => name.endsWith(".proto"));
  execFileSync("protoc", ["-I", path.join(root, "proto"), "--include_imports",
    `--descriptor_set_out=${set}`, ...files.map((name) => `vedetta/v1/${name}`)]);
  registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(set)));
  rmSync(folder, { recursive: true });
  types = [...registry].filter((desc) => desc.kind === "message");
}

/** The C side: one request at a time, in order. */
class Echo {
  #child = spawn(path.join(build, "tests/proto/echo"), { stdio: ["pipe", "pipe", "inherit"] });
  #got = Buffer.alloc(0);
  #waiting = [];

  constructor() {
    this.#child.stdout.on("data", (data) => this.#onData(data));
    this.#child.on("exit", (code, signal) => {
      for (const { reject } of this.#waiting.splice(0)) {
        reject(new Error(`echo ended: ${code ?? signal}`));
      }
    });
  }

  #onData(data) {
    this.#got = Buffer.concat([this.#got, data]);
    while (this.#got.length >= 4 && this.#got.length >= 4 + this.#got.readUInt32LE(0)) {
      const end = 4 + this.#got.readUInt32LE(0);
      const answer = this.#got.subarray(4, end);
      this.#got = this.#got.subarray(end);
      this.#waiting.shift().resolve({ kind: String.fromCharCode(answer[0]), body: answer.subarray(1) });
    }
  }

  ask(desc, from, to, body) {
    const name = Buffer.from(desc.typeName);
    const request = Buffer.concat([Buffer.from(from + to), Buffer.from([name.length]), name, Buffer.from(body)]);
    const head = Buffer.alloc(4);
    head.writeUInt32LE(request.length);
    this.#child.stdin.write(Buffer.concat([head, request]));
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** The converted message; throws with the reason when C refuses. */
  async convert(desc, from, to, body) {
    const { kind, body: out } = await this.ask(desc, from, to, body);
    assert.equal(kind, "k", `${desc.typeName} ${from}->${to}: ${kind} ${out}\n${from === "b" ? "" : body}`);
    return out;
  }

  async end() {
    const ended = new Promise((resolve) => this.#child.on("exit", resolve));
    this.#child.stdin.end();
    assert.equal(await ended, 0);
  }
}

// ---- random messages

/** mulberry32: small, seeded, good enough to shake a parser. */
function makeRandom(state) {
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  return { below, chance: (p) => next() < p, pick: (list) => list[below(list.length)] };
}

const numbers32 = [0, 1, 127, 128, 0x7fffffff];
const numbers64 = [0n, 1n, 127n, 2n ** 31n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n - 1n];
// -0 only where presence is explicit: elsewhere protobuf-c takes it for the default.
const doubles = [0, 1, -1.5, 0.1, 1 / 3, 42.3498, 1e23, 5e-324, 1.7976931348623157e308, 123456789012345680,
  NaN, Infinity, -Infinity];
const characters = ["a", "Z", "0", " ", "\"", "\\", "/", "\n", "\r", "\t", "\b", "\f", "\u0001", "\u001f", "\u007f",
  "è", "ß", "\u0600", "€", "\u2028", "\ufeff", "\uffff", "😀", "\u{10ffff}", "<", "&"];

function randomString(random) {
  return Array.from({ length: random.below(12) }, () => random.pick(characters)).join("");
}

function randomDouble(random) {
  const bits = new DataView(new ArrayBuffer(8));
  if (random.chance(0.5)) {
    return random.pick(doubles);
  }
  bits.setUint32(0, random.below(2 ** 32));
  bits.setUint32(4, random.below(2 ** 32));
  const number = bits.getFloat64(0);
  return Number.isNaN(number) ? NaN : number; // JSON has but one
}

function randomScalar(random, type) {
  const low = random.below(2 ** 32);
  const wide = (BigInt(random.below(2 ** 32)) << 32n) | BigInt(low);
  switch (type) {
    case ScalarType.DOUBLE: return randomDouble(random);
    case ScalarType.BOOL: return random.chance(0.5);
    case ScalarType.STRING: return randomString(random);
    case ScalarType.BYTES: return Uint8Array.from({ length: random.below(9) }, () => random.below(256));
    case ScalarType.UINT32: case ScalarType.FIXED32:
      return random.pick([...numbers32, 0xffffffff, low]);
    case ScalarType.INT32: case ScalarType.SINT32: case ScalarType.SFIXED32:
      return random.pick([...numbers32, -1, -0x80000000, low | 0]);
    case ScalarType.UINT64: case ScalarType.FIXED64:
      return random.pick([...numbers64, 2n ** 64n - 1n, wide]);
    case ScalarType.INT64: case ScalarType.SINT64: case ScalarType.SFIXED64:
      return random.pick([...numbers64, -1n, -(2n ** 63n), BigInt.asIntN(64, wide)]);
    default: throw new Error(`no random value for scalar type ${type}`);
  }
}

/** Values a proto3 enum may hold: the known ones, and now and then another. */
function randomEnum(random, desc) {
  return random.chance(0.1) ? random.pick([-1, 99, 0x7fffffff, -0x80000000]) : random.pick(desc.values).number;
}

function randomTimestamp(random, desc) {
  const first = -62135596800n;
  const last = 253402300799n;
  const seconds = random.pick([0n, -1n, first, last, 1795291200n,
    first + (BigInt(random.below(2 ** 32)) * (last - first)) / 2n ** 32n]);
  const nanos = random.pick([0, 0, 500_000_000, 1_000, 999_999_999, random.below(1e9), random.below(1e3) * 1e6]);
  return create(desc, { seconds, nanos });
}

function randomValue(random, field) {
  switch (field.listKind ?? field.fieldKind) {
    case "enum": return randomEnum(random, field.enum);
    case "message": return randomMessage(random, field.message);
    default: return randomScalar(random, field.scalar);
  }
}

function randomMessage(random, desc) {
  if (desc.typeName === "google.protobuf.Timestamp") {
    return randomTimestamp(random, desc);
  }
  const message = create(desc);
  for (const field of desc.fields.filter((f) => f.oneof === undefined)) {
    if (random.chance(0.4)) {
      continue;
    }
    message[field.localName] = field.fieldKind === "list"
      ? Array.from({ length: random.below(4) }, () => randomValue(random, field))
      : randomValue(random, field);
  }
  for (const oneof of desc.oneofs) {
    if (random.chance(0.7)) {
      const field = random.pick(oneof.fields);
      const zero = field.scalar === ScalarType.DOUBLE && random.chance(0.2);
      message[oneof.localName] = { case: field.localName, value: zero ? -0 : randomValue(random, field) };
    }
  }
  return message;
}

// ---- tests

before(() => {
  loadTypes();
  echo = new Echo();
});
after(() => echo.end());

function forEachMessage(check) {
  return async () => {
    const random = makeRandom(seed);
    let n = 0;
    for (const desc of types) {
      for (let i = 0; i < MESSAGES_PER_TYPE; i++) {
        const message = randomMessage(random, desc);
        try {
          await check(desc, message);
        } catch (error) {
          error.message = `${desc.typeName} number ${i}, seed ${seed}\n${toJsonString(desc, message, { registry })}\n${error.message}`;
          throw error;
        }
        n++;
      }
    }
    assert.ok(n >= 2000, `only ${n} messages`);
  };
}

const hex = (bytes) => Buffer.from(bytes).toString("hex");

/** The same message, whatever the order of its bytes. */
function assertSame(desc, got, wanted) {
  assert.equal(hex(toBinary(desc, got)), hex(toBinary(desc, wanted)));
}

test("every type of the schema is known to C", async () => {
  assert.ok(types.length >= 30);
  for (const desc of types) {
    if (desc.typeName !== "google.protobuf.Timestamp") {
      assert.equal(String(await echo.convert(desc, "j", "j", "{}")), "{}");
    }
  }
});

test("binary of theirs comes back from C as the same message", forEachMessage(async (desc, message) => {
  const out = await echo.convert(desc, "b", "b", toBinary(desc, message));
  assertSame(desc, fromBinary(desc, out), message);
}));

test("JSON of ours is their JSON, and they read it", forEachMessage(async (desc, message) => {
  const out = String(await echo.convert(desc, "b", "j", toBinary(desc, message)));
  assert.deepEqual(JSON.parse(out), toJson(desc, message));
  assertSame(desc, fromJsonString(desc, out), message);
}));

test("JSON of ours with implicit defaults is theirs too", forEachMessage(async (desc, message) => {
  const out = String(await echo.convert(desc, "b", "J", toBinary(desc, message)));
  assert.deepEqual(JSON.parse(out), toJson(desc, message, { alwaysEmitImplicit: true }));
  assertSame(desc, fromJsonString(desc, out), message);
}));

const styles = [
  {},
  { alwaysEmitImplicit: true },
  { useProtoFieldName: true },
  { enumAsInteger: true },
  { prettySpaces: 2 },
];
for (const style of styles) {
  const name = Object.keys(style)[0] ?? "canonical";
  test(`JSON of theirs (${name}) is read by C as the same message`, forEachMessage(async (desc, message) => {
    const text = toJsonString(desc, message, style);
    // Their JSON has no -0, so what they read back is what is wanted.
    const wanted = fromJsonString(desc, text);
    assertSame(desc, fromBinary(desc, await echo.convert(desc, "j", "b", text)), wanted);
    assert.deepEqual(JSON.parse(String(await echo.convert(desc, "j", "j", text))), toJson(desc, wanted));
  }));
}

const verdicts = [
  // Both read these, as the same message.
  [true, "vedetta.v1.Term", '{"value":1e3}'],
  [true, "vedetta.v1.Term", '{"value":"-5"}'],
  [true, "vedetta.v1.Term", '{"value":1.0}'],
  [true, "vedetta.v1.Report", '{"about":null,"place":null,"text":null}'],
  [true, "vedetta.v1.Report", '{"place":{"accuracyM":"20.5","point":{"latDeg":"NaN","lonDeg":"-Infinity"}}}'],
  [true, "vedetta.v1.Report", '{"claimed_at":"2026-11-21T21:00:00.25+01:00"}'],
  [true, "vedetta.v1.Report", '{"text":"\\ud83d\\ude00\\u00e8"}'],
  [true, "vedetta.v1.IncidentReport", '{"raw":"-_8"}'],
  [true, "vedetta.v1.IncidentReport", '{"raw":"+/8="}'],
  // Both refuse these.
  [false, "vedetta.v1.Report", '{"hazzard":"flood"}'],
  [false, "vedetta.v1.Report", '{"about":"ABOUT_ME"}'],
  [false, "vedetta.v1.Report", '{"signs":{"trapped":"true"}}'],
  [false, "vedetta.v1.Report", '{"signs":{"trapped":1}}'],
  [false, "vedetta.v1.Report", '{"text":7}'],
  [false, "vedetta.v1.Report", '{"text":"a",}'],
  [false, "vedetta.v1.Report", '{"place":[]}'],
  [false, "vedetta.v1.Report", '{"claimedAt":"2026-13-01T00:00:00Z"}'],
  [false, "vedetta.v1.Report", '{"claimedAt":"2026-11-21 20:00:00"}'],
  [false, "vedetta.v1.Event", '{"removed":[1,null]}'],
  [false, "vedetta.v1.Event", '{"removed":1}'],
  [false, "vedetta.v1.Term", '{"value":1.5}'],
  [false, "vedetta.v1.Term", '{"value":"9223372036854775808"}'],
  [false, "vedetta.v1.InputAnswer", '{"copies":4294967296}'],
  [false, "vedetta.v1.InputAnswer", '{"copies":-1}'],
  [false, "vedetta.v1.InputAnswer", '{"reportId":"-1"}'],
  [false, "vedetta.v1.Question", '{"report":1,"incident":{}}'],
  [false, "vedetta.v1.Point", '{"latDeg":01}'],
  [false, "vedetta.v1.Point", '{"latDeg":NaN}'],
  [false, "vedetta.v1.Point", '{"latDeg":1e309}'],
];
test("both readers say the same of JSON by hand", async () => {
  for (const [fine, typeName, text] of verdicts) {
    const desc = registry.getMessage(typeName);
    const { kind, body } = await echo.ask(desc, "j", "b", text);
    if (fine) {
      assert.equal(kind, "k", `${text}: ${body}`);
      assertSame(desc, fromBinary(desc, body), fromJsonString(desc, text));
    } else {
      assert.equal(kind, "r", text);
      assert.throws(() => fromJsonString(desc, text), undefined, text);
    }
  }
});

test("random damage to binary is refused or read alike", async () => {
  const random = makeRandom(seed + 1);
  let read = 0;
  for (let i = 0; i < 5000; i++) {
    const desc = random.pick(types);
    const bytes = toBinary(desc, randomMessage(random, desc));
    for (let k = 0; bytes.length > 0 && k <= random.below(3); k++) {
      bytes[random.below(bytes.length)] = random.below(256);
    }
    const { kind, body } = await echo.ask(desc, "b", "b", bytes);
    if (kind === "k") {
      assertSame(desc, fromBinary(desc, body), fromBinary(desc, bytes));
      read++;
    } else {
      assert.equal(kind, "r", `${desc.typeName} ${hex(bytes)}`);
    }
  }
  assert.ok(read > 500, `only ${read} of the damaged were read`);
});
