// Those the courier talks to, as far as it can tell: a mail server, webhooks, a push
// service, Telegram. Each on a port of its own, scripted, and remembering what came.

import assert from "node:assert/strict";
import crypto from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";

const listen = async (server) => {
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return server.address().port;
};

/**
 * An HTTP server: answers are taken from `script` one by one, the last for ever. An
 * answer is { status, headers, body }, or "hang", "cut", "endless", "trickle".
 */
export async function httpPeer(script = [{ status: 200 }]) {
	const peer = { requests: [], script: [...script], sockets: new Set() };
	const server = http.createServer((request, response) => {
		const chunks = [];
		request.on("data", (bytes) => chunks.push(bytes));
		request.on("error", () => {});
		request.on("end", () => {
			peer.requests.push({ method: request.method, path: request.url, headers: request.headers, body: Buffer.concat(chunks) });
			const answer = peer.script.length > 1 ? peer.script.shift() : peer.script[0];
			if (answer === "hang") {
				return;
			}
			if (answer === "cut") {
				request.socket.destroy();
				return;
			}
			if (answer === "endless" || answer === "trickle") {
				response.writeHead(200, { "content-type": "text/plain" });
				const bytes = "a".repeat(answer === "endless" ? 65536 : 1);
				const more = () => {
					if (!response.destroyed && response.write(bytes)) {
						setTimeout(more, answer === "endless" ? 0 : 200);
					}
				};
				response.on("drain", more);
				more();
				return;
			}
			response.writeHead(answer.status, answer.headers ?? {});
			response.end(answer.body ?? "");
		});
	});
	server.on("connection", (socket) => {
		peer.sockets.add(socket);
		socket.on("close", () => peer.sockets.delete(socket));
		socket.on("error", () => {});
	});
	peer.port = await listen(server);
	peer.url = `http://127.0.0.1:${peer.port}`;
	peer.close = () => {
		server.close();
		for (const socket of peer.sockets) {
			socket.destroy();
		}
	};
	return peer;
}

/** Checks a request as the specification of Standard Webhooks says; gives its payload. */
export function readHook(request, secret, { nowS = Date.now() / 1000 } = {}) {
	const id = request.headers["webhook-id"];
	const at = request.headers["webhook-timestamp"];
	assert.ok(Math.abs(nowS - Number(at)) < 300, `timestamp ${at}`);
	const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
	const expected = crypto.createHmac("sha256", key).update(`${id}.${at}.`).update(request.body).digest("base64");
	assert.ok(request.headers["webhook-signature"].split(" ").includes(`v1,${expected}`), "the signature");
	assert.equal(request.headers["content-type"], "application/json");
	return JSON.parse(request.body.toString());
}

/**
 * A mail server: replies by verb from `replies` ({ RCPT: "550 no such user" }), or hangs
 * at a verb ({ DATA: "hang" }). mails: { from, to, data }.
 */
export async function mailPeer(replies = {}) {
	const peer = { mails: [], replies, sockets: new Set(), connections: 0 };
	const server = net.createServer((socket) => {
		let mail = {};
		let data = null;
		let authenticating = false;
		let rest = "";
		peer.connections++;
		peer.sockets.add(socket);
		socket.on("close", () => peer.sockets.delete(socket));
		socket.on("error", () => {});
		const say = (verb, usual) => {
			const reply = peer.replies[verb] ?? usual;
			if (reply !== "hang") {
				socket.write(`${reply}\r\n`);
			}
		};
		const take = (line) => {
			if (authenticating) {
				authenticating = false;
				peer.auth = line;
				say("AUTH", "235 ok");
				return;
			}
			if (data !== null) {
				if (line === ".") {
					peer.mails.push({ ...mail, data: data.join("\r\n") });
					data = null;
					mail = {};
					say("END", "250 queued");
				} else {
					data.push(line.replace(/^\./, ""));
				}
				return;
			}
			const verb = line.slice(0, 4).toUpperCase();
			switch (verb) {
			case "EHLO": say("EHLO", "250-peer\r\n250 AUTH PLAIN"); break;
			case "MAIL": mail.from = line; say("MAIL", "250 ok"); break;
			case "RCPT": mail.to = line; say("RCPT", "250 ok"); break;
			case "AUTH": authenticating = true; socket.write("334 \r\n"); break;
			case "DATA":
				say("DATA", "354 go on");
				data = (peer.replies.DATA ?? "354").startsWith("354") ? [] : null;
				break;
			case "QUIT": socket.end("221 bye\r\n"); break;
			default: say(verb, "250 ok");
			}
		};
		socket.on("data", (bytes) => {
			rest += bytes.toString("latin1");
			for (let at; (at = rest.indexOf("\r\n")) >= 0; rest = rest.slice(at + 2)) {
				take(rest.slice(0, at));
			}
		});
		say("HELLO", "220 peer");
	});
	peer.port = await listen(server);
	peer.url = `smtp://127.0.0.1:${peer.port}`;
	peer.close = () => {
		server.close();
		for (const socket of peer.sockets) {
			socket.destroy();
		}
	};
	return peer;
}

/** Head (names in lower case) and decoded text of a mail. */
export function readMail(data) {
	const [head, ...rest] = data.split("\r\n\r\n");
	const fields = Object.fromEntries(head.replace(/\r\n[ \t]/g, " ").split("\r\n").map((line) => {
		const at = line.indexOf(":");
		return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
	}));
	const words = (text) => text.replace(/\?=\s+=\?/g, "?==?")
		.replace(/((?:=\?UTF-8\?B\?[A-Za-z0-9+/=]*\?=)+)/g, (all) => Buffer.concat(
			[...all.matchAll(/=\?UTF-8\?B\?([A-Za-z0-9+/=]*)\?=/g)].map(([, part]) => Buffer.from(part, "base64"))).toString());
	const text = Buffer.from(rest.join("\r\n\r\n").replace(/=\r\n/g, "")
		.replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), "latin1").toString();
	return { fields: { ...fields, subject: words(fields.subject) }, text };
}

/** A browser's subscription at a push service: what it gets is read as RFC 8291 says. */
export class Browser {
	constructor(endpoint) {
		this.ecdh = crypto.createECDH("prime256v1");
		this.ecdh.generateKeys();
		this.auth = crypto.randomBytes(16);
		this.endpoint = endpoint;
	}

	get options() {
		return ["--p256dh", this.ecdh.getPublicKey().toString("base64url"), "--auth", this.auth.toString("base64url")];
	}

	/** The plain words of a body of Content-Encoding aes128gcm. */
	open(body) {
		const salt = body.subarray(0, 16);
		assert.equal(body.readUInt32BE(16), 4096);
		assert.equal(body[20], 65);
		const theirs = body.subarray(21, 86);
		const hmac = (key, ...parts) => parts.reduce((h, part) => h.update(part), crypto.createHmac("sha256", key)).digest();
		const one = Buffer.from([1]);
		const shared = this.ecdh.computeSecret(theirs);
		const ikm = hmac(hmac(this.auth, shared), "WebPush: info\0", this.ecdh.getPublicKey(), theirs, one);
		const prk = hmac(salt, ikm);
		const cek = hmac(prk, "Content-Encoding: aes128gcm\0", one).subarray(0, 16);
		const nonce = hmac(prk, "Content-Encoding: nonce\0", one).subarray(0, 12);
		const decipher = crypto.createDecipheriv("aes-128-gcm", cek, nonce);
		decipher.setAuthTag(body.subarray(-16));
		const plain = Buffer.concat([decipher.update(body.subarray(86, -16)), decipher.final()]);
		assert.equal(plain.at(-1), 2, "the last record's mark");
		return plain.subarray(0, -1).toString();
	}
}

/** Checks "vapid t=..., k=..." as RFC 8292 says; gives { claims, key }. */
export function readVapid(header) {
	const [, token, key] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(header);
	const [head, claims, signature] = token.split(".");
	assert.deepEqual(JSON.parse(Buffer.from(head, "base64url")), { typ: "JWT", alg: "ES256" });
	const point = Buffer.from(key, "base64url");
	const publicKey = crypto.createPublicKey({ format: "jwk", key: {
		kty: "EC", crv: "P-256", x: point.subarray(1, 33).toString("base64url"), y: point.subarray(33).toString("base64url"),
	} });
	assert.ok(crypto.verify("sha256", Buffer.from(`${head}.${claims}`), { key: publicKey, dsaEncoding: "ieee-p1363" },
		Buffer.from(signature, "base64url")), "the token's signature");
	return { claims: JSON.parse(Buffer.from(claims, "base64url")), key };
}
