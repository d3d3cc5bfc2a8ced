// Targets that hang, never end, send elsewhere or lie inside our network harm nobody.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import https from "node:https";
import { join } from "node:path";
import test from "node:test";
import { eventually, makeFolder, run, scenario, startVedetta } from "./harness.mjs";
import { httpPeer, mailPeer } from "./peers.mjs";

const courier = (v, ...args) => run(["courier", "--config", v.configPath, ...args]);

const connected = (v) => eventually(async () => (await courier(v, "status")).stdout.includes("courier: running"),
	{ withinMs: 15000, what: "a courier" });

const residentKib = (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))[1]);

async function withPeer(config, script, body) {
	const peer = await httpPeer(script);
	const v = await startVedetta({ config });
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
}

test("private addresses are refused, however they are written or named", { timeout: 90000 }, () => withPeer({}, undefined, async (v, peer) => {
	const { port } = peer;
	const targets = [`http://127.0.0.1:${port}/`, `https://127.0.0.1:${port}/`, `http://localhost:${port}/`, `http://[::1]:${port}/`,
		`http://[::ffff:127.0.0.1]:${port}/`, `http://0.0.0.0:${port}/`, `http://2130706433:${port}/`, `http://0177.0.0.1:${port}/`,
		`http://0x7f000001:${port}/`, `http://127.1:${port}/`, "https://10.0.0.1/", "https://192.168.1.1/", "https://172.16.0.1/",
		"https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/", "https://[fe80::1]/", "https://[fd00::1]/",
		"https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://224.0.0.1/"];
	const outcomes = await Promise.all(targets.map((url) => courier(v, "test", "webhook", url)));
	outcomes.forEach(({ code, stdout, stderr }, i) => {
		assert.equal(code, 1, targets[i]);
		assert.match(stdout + stderr, /refused, address|must be a URL|queued, unreachable/, targets[i]);
	});
	assert.equal(peer.requests.length, 0);
	assert.equal(peer.sockets.size, 0);
	assert.ok(outcomes.filter(({ stdout }) => stdout.includes("refused, address")).length >= 15);
}));

test("without TLS only what the config names is talked to", { timeout: 60000 }, () => withPeer({ "courier.allow": "127.0.0.2" }, undefined, async (v, peer) => {
	assert.match((await courier(v, "test", "webhook", `http://127.0.0.1:${peer.port}/`)).stdout, /refused, address/);
	assert.equal(peer.requests.length, 0);
}));

test("a redirect is not followed", { timeout: 60000 }, async () => {
	const other = await httpPeer();
	try {
		await withPeer({ "courier.allow": "127.0.0.1" }, [{ status: 307, headers: { location: `${other.url}/secret` } }], async (v, peer) => {
			assert.match((await courier(v, "test", "webhook", peer.url, "--life", "3")).stdout, /given_up, redirect \(status 307/);
			assert.ok(peer.requests.length >= 1);
			assert.equal(other.requests.length, 0);
		});
	} finally {
		other.close();
	}
});

test("one that hangs holds up nobody else, and is left alone after a while", { timeout: 90000 }, () =>
	withPeer({ "courier.allow": "127.0.0.1", "courier.timeout_s": 5 }, ["hang"], async (v, peer) => {
		const well = await httpPeer();
		try {
			await Promise.all(Array.from({ length: 12 }, () => courier(v, "test", "webhook", peer.url, "--wait", "0", "--life", "20")));
			await eventually(() => peer.requests.length > 0);
			const outcome = courier(v, "test", "webhook", well.url);
			await eventually(() => well.requests.length > 0);
			assert.ok(peer.sockets.size > 0, "while the others hang");
			assert.match((await outcome).stdout, /delivered/);
			// Reports are taken as ever.
			await v.source().report({ hazard: "flood", text: "acqua" });
			await eventually(async () => (await v.metrics()).vedetta_deliveries_breakers_open === 1, { withinMs: 20000 });
			const seen = peer.requests.length;
			assert.ok(seen >= 5 && seen <= 12, `${seen} attempts before it was left alone`);
			await eventually(async () => (await v.metrics())['vedetta_deliveries_total{outcome="given_up"}'] === 12, { withinMs: 40000 });
			await v.logged(/event=delivery\.given_up .*reason=timeout/);
		} finally {
			well.close();
		}
	}));

test("an answer without end is cut off, fast or slow", { timeout: 60000 }, () =>
	withPeer({ "courier.allow": "127.0.0.1", "courier.timeout_s": 1 }, ["endless", "trickle"], async (v, peer) => {
		const pid = v.role("courier").pid;
		const before = residentKib(pid);
		// The first line said that it was taken.
		assert.match((await courier(v, "test", "webhook", peer.url)).stdout, /delivered \(status 200, attempts 1\)/);
		assert.match((await courier(v, "test", "webhook", peer.url)).stdout, /delivered \(status 200, attempts 1\)/);
		await eventually(() => peer.sockets.size === 0);
		assert.ok(residentKib(pid) - before < 8192, "nothing is heaped up");
	}));

test("a mail server that hangs at any word is left after its time", { timeout: 60000 }, async () => {
	for (const verb of ["HELLO", "RCPT", "END"]) {
		const peer = await mailPeer({ [verb]: "hang" });
		const v = await startVedetta({ config: { "courier.allow": "127.0.0.1", "courier.timeout_s": 1, "courier.smtp_url": peer.url, "courier.mail_from": "a@b.it" } });
		try {
			await connected(v);
			assert.match((await courier(v, "test", "email", "c@d.it", "--life", "2")).stdout, /given_up, timeout/, verb);
		} finally {
			await v.end();
			peer.close();
		}
	}
});

/** A key and a certificate of its own for 127.0.0.1. */
function certificate() {
	const folder = makeFolder();
	const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
	execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
		"-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert], { stdio: "ignore" });
	return { key: readFileSync(key), cert: readFileSync(cert), path: cert };
}

test("a certificate is looked at", { timeout: 60000 }, async () => {
	const { key, cert, path } = certificate();
	const server = https.createServer({ key, cert }, (request, response) => response.end("ok"));
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	const url = `https://127.0.0.1:${server.address().port}/`;
	try {
		for (const [ca, expected] of [["", /given_up, tls/], [path, /delivered/]]) {
			const v = await startVedetta({ config: { "courier.allow": "127.0.0.1", ...(ca === "" ? {} : { "courier.ca_file": ca }) } });
			try {
				await connected(v);
				assert.match((await courier(v, "test", "webhook", url, "--life", "2")).stdout, expected);
			} finally {
				await v.end();
			}
		}
	} finally {
		server.closeAllConnections();
		server.close();
	}
});

scenario("the courier holds no file of the data folder and listens nowhere", { config: {} }, async (v) => {
	await connected(v);
	const { pid } = v.role("courier");
	const maps = readFileSync(`/proc/${pid}/maps`, "latin1");
	assert.ok(!maps.includes("sqlite"), "no SQLite in it");
	assert.ok(!readdirSync(v.data).some((name) => maps.includes(join(v.data, name))));
});

test("a config that cannot be is refused with the reason", async () => {
	const folder = makeFolder();
	const path = join(folder, "v.conf");
	const secret = join(folder, "secret");
	writeFileSync(secret, "s3cret", { mode: 0o644 });
	for (const [lines, reason] of [
		["allow = localhost", /courier\.allow must be at most 16 addresses/],
		["smtp_url = mail.example", /courier\.smtp_url must be/],
		["smtp_url = smtp://mail.example:587", /courier\.mail_from must be an e-mail address/],
		["push_subject = desk", /courier\.push_subject must be/],
		["telegram_url = https://api.telegram.org/", /courier\.telegram_url must be/],
		[`telegram_token_file = ${secret}`, /must be a file of mode 0600/],
		["smtp_password_file = /nowhere", /courier\.smtp_password_file is \/nowhere/],
		["timeout_s = 0", /courier\.timeout_s must be a whole number from 1 to 120/],
	]) {
		writeFileSync(path, `[courier]\n${lines}\n`);
		const { code, stderr } = await run(["check", "--config", path]);
		assert.equal(code, 1, lines);
		assert.match(stderr, reason, lines);
		assert.ok(!stderr.includes("s3cret"));
	}
	writeFileSync(path, "[courier]\nsmtp_url = smtps://mail.example\nmail_from = a@b.it\npush_subject = mailto:a@b.it\nallow = 10.0.0.0/8 ::1\n");
	assert.equal((await run(["check", "--config", path])).code, 0);
});
