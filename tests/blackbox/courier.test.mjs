// What goes out: by each means, once under one id, whatever dies meanwhile.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { eventually, makeFolder, run, scenario, startVedetta } from "./harness.mjs";
import { Browser, httpPeer, mailPeer, readHook, readMail, readVapid } from "./peers.mjs";

const LOCAL = { "courier.allow": "127.0.0.1", "courier.timeout_s": 2 };

/** `vedetta courier` on this one's folder. */
const courier = (v, ...args) => run(["courier", "--config", v.configPath, ...args]);

const sent = async (v, ...args) => {
	const { code, stdout, stderr } = await courier(v, "test", ...args);
	assert.equal(code, 0, stdout + stderr);
	return stdout;
};

const connected = (v) => eventually(async () => (await courier(v, "status")).stdout.includes("courier: running"),
	{ withinMs: 15000, what: "a courier" });

const secretOf = async (v, url) => (await courier(v, "secret", url)).stdout.trim();

function secretFile(text) {
	const path = join(makeFolder(), "secret");
	writeFileSync(path, `${text}\n`, { mode: 0o600 });
	return path;
}

/** A test with a peer, whose url goes into the config. */
function withPeer(name, makePeer, configOf, body) {
	test(name, { timeout: 60000 }, async () => {
		const peer = await makePeer();
		const v = await startVedetta({ config: { ...LOCAL, ...configOf(peer) } });
		try {
			await connected(v);
			await body(v, peer);
		} catch (error) {
			console.error(v.logTail());
			throw error;
		} finally {
			await v.end();
			peer.close();
		}
	});
}

withPeer("a webhook gets a signed message, with its id, and marked when it is an exercise", () => httpPeer(), () => ({}), async (v, peer) => {
	const url = `${peer.url}/hook`;
	const secret = await secretOf(v, url);
	assert.match(await sent(v, "webhook", url, "--title", "Città allagata", "--text", "Due persone", "--link", "https://desk.example/7"), /delivered \(status 200, attempts 1\)/);
	const first = readHook(peer.requests[0], secret);
	assert.equal(first.type, "incident.notice");
	assert.equal(first.data.title, "Città allagata");
	assert.equal(first.data.text, "Due persone\n\nhttps://desk.example/7");
	assert.equal(first.data.id, peer.requests[0].headers["webhook-id"]);
	assert.throws(() => readHook(peer.requests[0], `whsec_${Buffer.alloc(32).toString("base64")}`));
	// An exercise goes to nobody who has not joined.
	const refused = await courier(v, "test", "webhook", url, "--exercise");
	assert.equal(refused.code, 1);
	assert.match(refused.stderr, /has not joined exercises/);
	await sent(v, "webhook", url, "--exercise", "--joined", "--title", "Piena");
	assert.equal(peer.requests.length, 2);
	const drill = readHook(peer.requests[1], secret);
	assert.equal(drill.type, "exercise.notice");
	assert.equal(drill.data.exercise, true);
	assert.match(drill.data.title, /ESERCITAZIONE.*EXERCISE.*Piena/);
	assert.match(drill.data.text, /^ESERCITAZIONE/);
	// One key is one message.
	await sent(v, "webhook", url, "--key", "k1");
	await sent(v, "webhook", url, "--key", "k1");
	assert.equal(peer.requests.length, 3);
	await eventually(async () => {
		const m = await v.metrics();
		return m['vedetta_deliveries_total{outcome="sent",means="webhook"}'] === 3 && m.vedetta_deliveries_queue_length === 0 && m.vedetta_courier_up === 1;
	});
	assert.ok(!v.log.includes(peer.url), "no target in the log");
	assert.ok(!v.log.includes("allagata"), "no words in the log");
	assert.equal((await run(["verify", "--data", v.data])).code, 0);
});

withPeer("a mail says who, what and that no one need answer", () => mailPeer(),
	(peer) => ({ "courier.smtp_url": peer.url, "courier.mail_from": "desk@pc.example", "courier.smtp_user": "desk", "courier.smtp_password_file": secretFile("s3cret") }),
	async (v, peer) => {
		const stdout = await sent(v, "email", "op@comune.example", "--title", "Frana a San Donà", "--text", "È caduta.\n.\nAiuto = sì", "--group", "g7");
		assert.match(stdout, /handed_over \(status 250/);
		const [mail] = peer.mails;
		assert.match(mail.from, /<desk@pc\.example>/);
		assert.match(mail.to, /<op@comune\.example>/);
		assert.equal(Buffer.from(peer.auth, "base64").toString(), "\0desk\0s3cret");
		const { fields, text } = readMail(mail.data);
		assert.equal(fields.subject, "Frana a San Donà");
		assert.equal(text, "È caduta.\r\n.\r\nAiuto = sì");
		assert.equal(fields["auto-submitted"], "auto-generated");
		assert.match(fields["message-id"], /^<[0-9a-f]{16}-[0-9]+@pc\.example>$/);
		assert.match(fields.references, /@pc\.example>$/);
		assert.match(fields.date, /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/);
		// Not there: refused, and not tried again.
		peer.replies.RCPT = "550 no such user";
		const refused = await courier(v, "test", "email", "nobody@comune.example");
		assert.equal(refused.code, 1);
		assert.match(refused.stdout, /refused, gone \(status 550, attempts 1\)/);
		// Later: tried again under the same id.
		peer.replies.RCPT = "451 later";
		const later = courier(v, "test", "email", "slow@comune.example");
		await eventually(async () => (await v.metrics()).vedetta_delivery_attempts_failed_total >= 1);
		delete peer.replies.RCPT;
		assert.match((await later).stdout, /handed_over \(status 250, attempts [2-9]/);
		// Our own fault is an error in the log with its page.
		peer.replies.AUTH = "535 no";
		for (const socket of peer.sockets) {
			socket.destroy(); // one that is open is logged in
		}
		await courier(v, "test", "email", "op@comune.example", "--wait", "1", "--life", "2");
		await eventually(() => /event=courier\.misconfigured means=email reason=login/.test(v.log));
		await eventually(() => /event=delivery\.given_up .*means=email reason=login/.test(v.log));
		assert.ok(!v.log.includes("s3cret") && !v.log.includes("comune.example"));
	});

withPeer("a push is sealed for one browser and signed by us", () => httpPeer([{ status: 201 }]),
	() => ({ "courier.push_subject": "mailto:desk@pc.example" }),
	async (v, peer) => {
		const browser = new Browser(`${peer.url}/push/1`);
		assert.match(await sent(v, "web_push", browser.endpoint, ...browser.options, "--title", "Città", "--text", "x".repeat(2900), "--group", "i7"), /handed_over \(status 201/);
		const [request] = peer.requests;
		const message = JSON.parse(browser.open(request.body));
		assert.equal(message.title, "Città");
		assert.equal(message.tag, "i7");
		assert.ok(message.body.startsWith("xxx"));
		assert.equal(request.headers["content-encoding"], "aes128gcm");
		assert.equal(request.headers.urgency, "high");
		assert.ok(Number(request.headers.ttl) > 80000);
		assert.match(request.headers.topic, /^[\w-]{1,32}$/);
		const { claims, key } = readVapid(request.headers.authorization);
		assert.equal(claims.aud, peer.url);
		assert.equal(claims.sub, "mailto:desk@pc.example");
		assert.ok(claims.exp > Date.now() / 1000 && claims.exp <= Date.now() / 1000 + 86400);
		assert.ok((await courier(v, "status")).stdout.includes(`push key: ${key}`));
		assert.throws(() => new Browser("").open(request.body), "nobody else reads it");
		// The subscription is gone: refused.
		peer.script = [{ status: 410 }];
		assert.match((await courier(v, "test", "web_push", browser.endpoint, ...browser.options)).stdout, /refused, gone \(status 410/);
		// The longest text there may be, of letters of four bytes, fits.
		peer.script = [{ status: 201 }];
		await sent(v, "web_push", browser.endpoint, ...browser.options, "--text", "😀".repeat(3000));
		assert.ok(peer.requests.at(-1).body.length <= 4096);
		assert.match(JSON.parse(browser.open(peer.requests.at(-1).body)).body, /^(😀)+…$/);
	});

withPeer("Telegram is told, waits when asked to, and says who blocked us",
	() => httpPeer([{ status: 429, headers: { "retry-after": "1" }, body: JSON.stringify({ ok: false, error_code: 429, parameters: { retry_after: 2 } }) },
		{ status: 200, body: '{"ok":true,"result":{}}' }]),
	(peer) => ({ "courier.telegram_url": peer.url, "courier.telegram_token_file": secretFile("123:abcDEF") }),
	async (v, peer) => {
		const since = Date.now();
		assert.match(await sent(v, "--title", "Incendio", "--text", "<b>&</b>", "telegram", "--", "-100777"), /handed_over \(status 200, attempts 2\)/);
		assert.ok(Date.now() - since >= 2000, "it waited as long as it was asked to");
		const [, request] = peer.requests;
		assert.equal(request.path, "/bot123:abcDEF/sendMessage");
		assert.deepEqual(JSON.parse(request.body), { chat_id: "-100777", text: "Incendio\n\n<b>&</b>", link_preview_options: { is_disabled: true } });
		peer.script = [{ status: 403, body: '{"ok":false,"description":"Forbidden: bot was blocked by the user"}' }];
		assert.match((await courier(v, "test", "telegram", "8")).stdout, /refused, blocked \(status 403/);
		assert.ok(!v.log.includes("abcDEF"), "no token in the log");
	});

scenario("what is not set up is refused at once, and bad targets never queued", { config: LOCAL }, async (v) => {
	await connected(v);
	assert.match((await courier(v, "test", "email", "a@b.it")).stdout, /refused, not_set_up/);
	for (const [means, address, field] of [["email", "a@b", "target.address"], ["webhook", "ftp://a.b/", "target.address"],
		["telegram", "@name", "target.address"], ["web_push", "https://a.b/", "target.p256dh"], ["pigeon", "x", "means"]]) {
		const { code, stderr } = await courier(v, "test", means, address);
		assert.equal(code, 1);
		assert.match(stderr, new RegExp(field.replace(".", "\\.")));
	}
	await eventually(async () => (await v.metrics()).vedetta_deliveries_queue_length === 0);
});

withPeer("a courier killed on the way: nothing lost, and what comes twice has one id", () => httpPeer(["hang"]), () => ({ "courier.timeout_s": 30 }), async (v, peer) => {
	const url = `${peer.url}/hook`;
	const waiting = courier(v, "test", "webhook", url);
	await eventually(() => peer.requests.length === 1);
	peer.script = [{ status: 200 }];
	await v.kill("courier");
	assert.match((await waiting).stdout, /delivered \(status 200, attempts 2\)/);
	assert.equal(peer.requests.length, 2);
	assert.equal(peer.requests[1].headers["webhook-id"], peer.requests[0].headers["webhook-id"]);
	readHook(peer.requests[1], await secretOf(v, url));
	await eventually(async () => (await v.metrics()).vedetta_delivery_attempts_unknown_total === 1);
	assert.equal((await v.request("admin", "/readyz")).status, 200, "intake never needed it");
	assert.equal((await run(["verify", "--data", v.data])).code, 0);
});

withPeer("a desk killed while it is on the way: carried once, and told to the next desk", () => httpPeer(["hang"]), () => ({ "courier.timeout_s": 30 }), async (v, peer) => {
	await courier(v, "test", "webhook", `${peer.url}/hook`, "--wait", "0");
	await eventually(() => peer.requests.length === 1);
	await v.kill("desk");
	// The answer comes while nobody waits for it.
	for (const socket of peer.sockets) {
		socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	}
	await eventually(async () => (await v.metrics())['vedetta_deliveries_total{outcome="sent",means="webhook"}'] === 1, { withinMs: 15000 });
	assert.equal(peer.requests.length, 1, "not carried a second time");
});

for (const point of ["delivery_trying", "delivery_handed", "delivery_outcome"]) {
	withPeer(`a desk that dies at ${point} loses and doubles nothing`, () => httpPeer(), () => ({}), async (v, peer) => {
		await v.stop();
		v.options.env = { VEDETTA_TEST_CRASH_AT: `${point}:1` };
		await v.start();
		await courier(v, "test", "webhook", `${peer.url}/hook`, "--wait", "0", "--key", "one");
		await eventually(() => /role\.died name=desk/.test(v.log), { withinMs: 10000 });
		await v.stop();
		v.options.env = {};
		await v.start();
		await eventually(async () => (await v.metrics())['vedetta_deliveries_total{outcome="sent",means="webhook"}'] >= 1 || peer.requests.length > 0, { withinMs: 15000 });
		assert.match(await sent(v, "webhook", `${peer.url}/hook`, "--key", "one"), /delivered/);
		assert.equal(new Set(peer.requests.map((request) => request.headers["webhook-id"])).size, 1);
	});
}

withPeer("all of it killed with ten waiting: each arrives", () => httpPeer(["cut"]), () => ({}), async (v, peer) => {
	for (let i = 0; i < 10; i++) {
		await courier(v, "test", "webhook", `${peer.url}/hook/${i}`, "--wait", "0", "--key", `n${i}`);
	}
	await v.kill("supervisor");
	peer.script = [{ status: 200 }];
	peer.requests.length = 0;
	await v.start();
	await eventually(() => new Set(peer.requests.map((request) => request.path)).size === 10, { withinMs: 40000 });
	const ids = new Map();
	for (const request of peer.requests) {
		assert.equal(ids.get(request.path) ?? request.headers["webhook-id"], request.headers["webhook-id"]);
		ids.set(request.path, request.headers["webhook-id"]);
	}
	assert.equal(new Set(ids.values()).size, 10);
});

scenario("a courier that cannot start stops nobody", { config: { ...LOCAL } }, async (v) => {
	await connected(v);
	for (let i = 0; i < 3; i++) {
		await eventually(() => v.roles().some((role) => role.name === "courier"), { withinMs: 15000 });
		await v.kill("courier");
	}
	await v.source().report({ hazard: "flood", text: "acqua" });
	assert.equal((await v.request("admin", "/readyz")).status, 200);
	await connected(v);
	// One that does not come back at once: said, and nothing else is wrong.
	process.kill(v.role("courier").pid, "SIGSTOP");
	await eventually(() => /role\.stuck name=courier/.test(v.log), { withinMs: 15000 });
	await connected(v);
	await eventually(async () => !(await v.request("admin", "/readyz")).text.includes("courier: not there"));
});
