// A small identity provider (OpenID Connect): discovery, keys, an authorization page, a
// token endpoint. It keeps to the standards unless it is told to lie: what it signs goes
// through `forge`, which tests set.

import { constants, createHash, generateKeyPairSync, randomUUID, sign, verify } from "node:crypto";
import { once } from "node:events";
import http from "node:http";

const text = (bytes) => Buffer.from(bytes).toString("base64url");
const json = (value) => text(JSON.stringify(value));

/** How node names what JWS calls PS256 and ES256. */
const padded = (alg) => alg === "PS256" ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : { dsaEncoding: "ieee-p1363" };

/** A key pair under a name: RS256, PS256 or ES256. */
export function makeKey(alg, kid = randomUUID()) {
	const pair = alg !== "ES256" ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : generateKeyPairSync("ec", { namedCurve: "P-256" });
	return { alg, kid, ...pair, jwk: { ...pair.publicKey.export({ format: "jwk" }), kid, alg, use: "sig" } };
}

/** A compact JWS. */
export function signToken(key, claims, header = {}) {
	const head = { alg: key.alg, kid: key.kid, typ: "JWT", ...header };
	const data = `${json(head)}.${json(claims)}`;
	return `${data}.${text(sign("sha256", data, { key: key.privateKey, ...padded(key.alg) }))}`;
}

/**
 * person: { sub, ... } who is logged in there. Options: host ("127.0.0.1", or "localhost" to
 * be another site for a browser), secret (null: a public client), iss (RFC 9207), clientKey:
 * { alg, kid, publicKey } whose word it wants instead of a secret (private_key_jwt).
 */
export async function startProvider({ clientId = "vedetta", secret = "a secret", host = "127.0.0.1", alg = "RS256", iss = true, clientKey } = {}) {
	const p = {
		clientId, secret, person: { sub: "f3a1-anna" }, keys: [makeKey(alg)], asked: [], codes: new Map(),
		forge: (token) => token, claims: (claims) => claims, mode: "good", endpoints: {}, document: (d) => d, sockets: new Set(), page: false,
	};
	/** A logout token (Back-Channel Logout 1.0) of somebody, or of a session of theirs. */
	p.logoutToken = (who, key = p.keys[0], header = { typ: "logout+jwt" }) => {
		const now = Math.floor(Date.now() / 1000);
		return signToken(key, {
			iss: p.issuer, aud: p.clientId, iat: now, exp: now + 120, jti: randomUUID(),
			events: { "http://schemas.openid.net/event/backchannel-logout": {} }, ...who,
		}, header);
	};
	const issue = (grant) => {
		const now = Math.floor(Date.now() / 1000);
		const claims = p.claims({
			iss: p.issuer, aud: p.clientId, iat: now, exp: now + 60, nonce: grant.nonce, auth_time: now, sid: (p.sid = randomUUID()), ...p.person,
		});
		return p.forge(signToken(p.keys[0], claims), claims);
	};
	const authorize = (url, response) => {
		const query = Object.fromEntries(url.searchParams);
		const code = randomUUID();
		p.codes.set(code, query);
		const back = new URL(query.redirect_uri);
		back.searchParams.set("code", code);
		back.searchParams.set("state", query.state);
		if (iss) {
			back.searchParams.set("iss", p.issuer);
		}
		p.back = back.href;
		if (p.page) {
			response.writeHead(200, { "content-type": "text/html" });
			response.end(`<h1>Provider</h1><p>${query.prompt}</p><a id="go" href="${back.href.replaceAll("&", "&amp;")}">I am ${p.person.sub}</a>`);
			return;
		}
		response.writeHead(302, { location: back.href });
		response.end();
	};
	/** Is it the client's own word (RFC 7523), for us, now, and not heard before? */
	const heard = new Set();
	const vouchesFor = (form) => {
		const [head, claims, signature] = (form.client_assertion ?? "").split(".");
		const read = (part) => JSON.parse(Buffer.from(part, "base64url"));
		const said = read(claims);
		const wasHeard = heard.has(said.jti);
		heard.add(said.jti);
		p.assertion = form.client_assertion;
		return form.client_assertion_type === "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" &&
			read(head).alg === clientKey.alg && read(head).kid === clientKey.kid && !wasHeard &&
			said.iss === p.clientId && said.sub === p.clientId && said.aud === `${p.issuer}/token` && said.exp > Date.now() / 1000 && said.exp < Date.now() / 1000 + 120 &&
			verify("sha256", `${head}.${claims}`, { key: clientKey.publicKey, ...padded(clientKey.alg) }, Buffer.from(signature, "base64url"));
	};
	const token = (request, body, response) => {
		const say = (status, value) => {
			response.writeHead(status, { "content-type": "application/json" });
			response.end(JSON.stringify(value));
		};
		const form = Object.fromEntries(new URLSearchParams(body));
		const basic = /^Basic (.*)$/.exec(request.headers.authorization ?? "");
		const [id, secretSaid] = basic === null ? [form.client_id, form.client_secret ?? null]
			: Buffer.from(basic[1], "base64").toString().split(":").map(decodeURIComponent);
		if (id !== p.clientId || secretSaid !== p.secret || (clientKey !== undefined && !vouchesFor(form))) {
			return say(401, { error: "invalid_client" });
		}
		const grant = p.codes.get(form.code);
		p.codes.delete(form.code);
		const challenge = createHash("sha256").update(form.code_verifier ?? "").digest("base64url");
		if (grant === undefined || form.grant_type !== "authorization_code" || grant.redirect_uri !== form.redirect_uri ||
			grant.code_challenge !== challenge || grant.code_challenge_method !== "S256") {
			return say(400, { error: "invalid_grant" });
		}
		say(200, { access_token: randomUUID(), token_type: "Bearer", id_token: issue(grant), padding: "x".repeat(8000) });
	};
	const server = http.createServer((request, response) => {
		const chunks = [];
		request.on("data", (bytes) => chunks.push(bytes));
		request.on("end", () => {
			const url = new URL(request.url, p.issuer);
			p.asked.push(url.pathname);
			if (p.mode === "hang" || p.hang === url.pathname) {
				return;
			}
			if (p.mode === "fail") {
				response.writeHead(503);
				response.end();
			} else if (url.pathname === "/.well-known/openid-configuration") {
				response.writeHead(200, { "content-type": "application/json" });
				response.end(JSON.stringify(p.document({
					issuer: p.issuer, authorization_endpoint: `${p.issuer}/authorize?tenant=x`, token_endpoint: `${p.issuer}/token`,
					jwks_uri: `${p.issuer}/keys`, end_session_endpoint: `${p.issuer}/out?tenant=x`, response_types_supported: ["code"], subject_types_supported: ["public"],
					id_token_signing_alg_values_supported: ["RS256", "ES256", "PS256"],
					...(clientKey !== undefined ? { token_endpoint_auth_methods_supported: ["private_key_jwt"], token_endpoint_auth_signing_alg_values_supported: [clientKey.alg] } : {}),
					...(iss ? { authorization_response_iss_parameter_supported: true } : {}),
				})));
			} else if (url.pathname === "/keys") {
				response.writeHead(200, { "content-type": "application/json" });
				response.end(JSON.stringify({ keys: p.keys.map((key) => key.jwk) }));
			} else if (url.pathname === "/authorize") {
				authorize(url, response);
			} else if (url.pathname === "/out") {
				response.writeHead(url.searchParams.get("client_id") === p.clientId ? 303 : 400, { location: url.searchParams.get("post_logout_redirect_uri") });
				response.end();
			} else if (url.pathname === "/token") {
				token(request, Buffer.concat(chunks).toString(), response);
			} else {
				response.writeHead(404);
				response.end();
			}
		});
	});
	server.on("connection", (socket) => {
		p.sockets.add(socket);
		socket.on("close", () => p.sockets.delete(socket));
		socket.on("error", () => {});
	});
	p.listen = async (port = 0) => {
		server.listen(port, "127.0.0.1");
		await once(server, "listening");
		p.port = server.address().port;
		p.issuer = `http://${host}:${p.port}`;
	};
	p.close = () => {
		server.close();
		for (const socket of p.sockets) {
			socket.destroy();
		}
	};
	await p.listen();
	return p;
}
