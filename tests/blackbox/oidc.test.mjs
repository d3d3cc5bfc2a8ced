// In through an identity provider (OpenID Connect), and every way in which one may lie, hang
// or be somebody else.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { eventually, makeFolder, PASSWORD, run, startVedetta } from "./harness.mjs";
import { ANNA, Browser, COOKIE, cookieOf, now, secretOf, withProvider } from "./oidc_visit.mjs";
import { makeKey, signToken } from "./provider.mjs";

for (const alg of ["RS256", "ES256", "PS256"]) {
	test(`whom the provider knows gets in, by ${alg}`, { timeout: 60000 }, () => withProvider({ alg, ...secretOf }, async (v, provider) => {
		const b = new Browser(v);
		const page = await b.get("/login?lang=en");
		assert.match(page.text, /<a class="button second" href="\/v1\/oidc\/start\?lang=en">Log in with Casa<\/a>/);
		assert.doesNotMatch(page.text, /<script/);
		const back = await b.goThere();
		const asked = Object.fromEntries(b.off.searchParams);
		assert.equal(asked.tenant, "x");
		assert.equal(asked.redirect_uri, `${v.addresses.console}/v1/oidc/back`);
		assert.deepEqual([asked.response_type, asked.scope, asked.prompt, asked.code_challenge_method], ["code", "openid", "login", "S256"]);
		const trip = b.jar.get(COOKIE);
		const entered = await b.get(back);
		assert.equal(entered.status, 200, entered.text);
		assert.match(entered.text, /<meta http-equiv="refresh" content="0; url=\/console">/);
		const [session, over] = ["__Host-vedetta=", `${COOKIE}=;`].map((begin) => entered.headers["set-cookie"].find((line) => line.startsWith(begin)));
		assert.match(session, /^__Host-vedetta=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
		assert.match(over, /Max-Age=0/);
		const me = await b.who();
		assert.deepEqual([me.name, me.provider, me.bound, me.password], ["anna", "Casa", true, true]);
		assert.ok(Date.parse(me.steppedUpUntil) > Date.now() + 8 * 60000, "showed a secret there just now");

		// The same way back once more, and by whoever has its cookie: the code is used up.
		b.jar.set(COOKIE, trip);
		const again = await b.get(back);
		assert.equal(again.status, 403);
		assert.match(again.text, /did not confirm this login/);
		const log = (await b.get("/v1/audit")).json.entries;
		const login = log.find((e) => e.name === "anna" && e.kind === "AUDIT_KIND_LOGIN");
		assert.equal(login?.detail, "oidc");
		assert.doesNotMatch(v.log, new RegExp(`${ANNA}|anna|${trip.slice(0, 20)}`), "nothing personal in the log");
	}));
}

test("without a secret, and one that wants it in the body", { timeout: 90000 }, async () => {
	await withProvider({ secret: null, iss: false }, async (v) => {
		const b = new Browser(v);
		assert.equal((await b.logIn()).status, 200);
		assert.equal((await b.who()).name, "anna");
	});
	const wantsPost = (d) => ({ ...d, token_endpoint_auth_methods_supported: ["client_secret_post"] });
	await withProvider({ ...secretOf, waits: false }, async (v, provider) => {
		provider.document = wantsPost;
		await v.kill("courier");
		await eventually(() => v.log.split("event=oidc.ready").length > 1, { withinMs: 15000 });
		const b = new Browser(v);
		await eventually(async () => (await b.logIn()).status === 200, { withinMs: 15000 });
	});
});

for (const alg of ["ES256", "RS256"]) {
	test(`without a secret, by a key of our own, ${alg}`, { timeout: 60000 }, async () => {
		const key = makeKey(alg, "our key");
		const file = join(makeFolder(), "key.pem");
		writeFileSync(file, key.privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
		await withProvider({ secret: null, clientKey: key, config: { "oidc.client_key_file": file, "oidc.client_key_id": "our key" } }, async (v, provider) => {
			const b = new Browser(v);
			assert.equal((await b.logIn()).status, 200);
			assert.equal((await b.who()).name, "anna");
			const first = provider.assertion;
			assert.equal((await b.logIn()).status, 200, "each time another word");
			assert.notEqual(provider.assertion, first);
			assert.ok(!v.log.includes(first.slice(0, 40)));
			// What is wrong with a key is said before anything starts.
			const check = async () => (await run(["check", "--config", v.configPath])).stderr;
			chmodSync(file, 0o644);
			assert.match(await check(), /oidc.client_key_file is .*: it must be a file of mode 0600/);
			chmodSync(file, 0o600);
			writeFileSync(file, makeKey("RS256").privateKey.export({ type: "pkcs1", format: "pem" }));
			assert.match(await check(), /oidc.client_key_file: .* is not a bare PRIVATE KEY.*openssl pkcs8/);
			writeFileSync(file, "secret");
			assert.match(await check(), /oidc.client_key_file: .* is no key in PEM: make one with openssl genpkey/);
			// Another key than it knows: ours to mend.
			writeFileSync(file, makeKey(alg).privateKey.export({ type: "pkcs8", format: "pem" }));
			await v.kill("courier");
			await eventually(async () => (await b.get("/v1/oidc/start")).status === 303 && (await b.logIn()).status === 502, { withinMs: 15000, what: "it does not know us" });
			await v.logged(/event=oidc.misconfigured .*at=token reason=invalid_client/);
		});
	});
}

test("a login begun in one browser ends in no other", { timeout: 60000 }, () => withProvider(secretOf, async (v, provider) => {
	const mallory = new Browser(v), victim = new Browser(v);
	const link = await mallory.goThere();
	for (const browser of [victim, Object.assign(new Browser(v), { jar: new Map([[COOKIE, "A".repeat(70)]]) })]) {
		const answer = await browser.get(link, { "sec-fetch-site": "cross-site" });
		assert.equal(answer.status, 400);
		assert.match(answer.text, /did not begin in this browser|non è iniziato in questo browser/);
		assert.equal(await browser.who(), 401);
	}
	// With a trip of its own the victim's browser still does not take Mallory's.
	await victim.goThere();
	assert.equal((await victim.get(link)).status, 400);
	assert.equal(await victim.who(), 401);
	assert.equal(provider.codes.has(new URL(link).searchParams.get("code")), true, "nobody took that code anywhere");
	// Nor does another state do, nor a cookie whose time or language was changed.
	const b = new Browser(v);
	const back = await b.goThere();
	const mine = b.jar.get(COOKIE);
	const [seed, what, at, lang] = mine.split(".");
	for (const cookie of [`${seed}.s.${at}.${lang}`, `${seed}.${what}.${at - 1}.${lang}`, `${seed}.${what}.${at}.it`, `${seed}.${what}.+${at}.${lang}`,
		`${seed.slice(1)}A.${what}.${at}.${lang}`, `${seed}.${what}.-9223372036854775808.${lang}`, `${seed}.${what}.${at}.${lang}${"x".repeat(100)}`]) {
		b.jar.set(COOKIE, cookie);
		assert.equal((await b.get(back)).status, 400, cookie);
	}
	b.jar.set(COOKIE, mine);
	const wrong = new URL(back);
	wrong.searchParams.set("state", "A".repeat(43));
	assert.equal((await b.get(wrong.href)).status, 400);
	b.jar.set(COOKIE, mine);
	assert.equal((await b.get(back)).status, 200);
	// Another site does not send anybody off.
	const sent = await new Browser(v).get("/v1/oidc/start", { "sec-fetch-site": "cross-site" });
	assert.deepEqual([sent.status, sent.headers.location], [303, "/login"]);
}));

test("another provider cannot have us give it this one's code", { timeout: 60000 }, () => withProvider(secretOf, async (v) => {
	const b = new Browser(v);
	for (const change of [(q) => q.set("iss", "https://evil.example"), (q) => q.delete("iss")]) {
		const back = new URL(await b.goThere());
		change(back.searchParams);
		const answer = await b.get(back.href);
		assert.equal(answer.status, 400);
		assert.match(answer.text, /is not valid for this console/);
	}
	// Codes of two or three thousand letters are somebody's; an address of more is told what to do.
	const long = new URL(await b.goThere());
	long.searchParams.set("code", "c".repeat(3500));
	const unknown = await b.get(long.href);
	assert.equal(unknown.status, 403, "the provider was asked about all of it");
	long.searchParams.set("code", "c".repeat(4096));
	const refused = await b.get(long.href);
	assert.equal(refused.status, 414);
	assert.match(refused.text, /(Casa non è valida per questa console|What Casa answered is not valid)[^]*name="password"/);
	await v.logged(/event=oidc.refused .*reason=long/);
	const back = new URL(await b.goThere());
	back.searchParams.delete("code");
	back.searchParams.set("error", "access_denied");
	const no = await b.get(back.href);
	assert.equal(no.status, 403);
	assert.match(no.text, /was cancelled/);
	assert.equal(await b.who(), 401);
}));

test("a token that is not good for us lets nobody in", { timeout: 120000 }, () => withProvider(secretOf, async (v, provider) => {
	const key = provider.keys[0];
	const other = makeKey("RS256", key.kid);
	const lies = {
		"another's signature": (_, claims) => signToken(other, claims),
		"none": (_, claims) => signToken(key, claims, { alg: "none" }),
		"none without a signature": (_, claims) => signToken(key, claims, { alg: "none" }).replace(/\.[^.]*$/, "."),
		"a MAC with the public key": (_, claims) => {
			const data = signToken(key, claims, { alg: "HS256" }).replace(/\.[^.]*$/, "");
			return `${data}.${createHmac("sha256", key.publicKey.export({ type: "spki", format: "pem" })).update(data).digest("base64url")}`;
		},
		"critical": (_, claims) => signToken(key, claims, { crit: ["x"], x: 1 }),
		"an access token": (_, claims) => signToken(key, claims, { typ: "at+jwt" }),
		"another issuer": (_, claims) => signToken(key, { ...claims, iss: `${claims.iss}/` }),
		"another audience": (_, claims) => signToken(key, { ...claims, aud: "somebody" }),
		"two audiences and no azp": (_, claims) => signToken(key, { ...claims, aud: ["vedetta", "somebody"] }),
		"another's azp": (_, claims) => signToken(key, { ...claims, azp: "somebody" }),
		"expired": (_, claims) => signToken(key, { ...claims, exp: now() - 61 }),
		"from tomorrow": (_, claims) => signToken(key, { ...claims, iat: now() + 3600 }),
		"an old one": (_, claims) => signToken(key, { ...claims, iat: now() - 3600 }),
		"another nonce": (_, claims) => signToken(key, { ...claims, nonce: "A".repeat(43) }),
		"no nonce": (_, claims) => signToken(key, { ...claims, nonce: undefined }),
		"no subject": (_, claims) => signToken(key, { ...claims, sub: undefined }),
		"changed": (token, claims) => token.replace(/\.[^.]*\./, `.${Buffer.from(JSON.stringify({ ...claims, sub: ANNA, x: 1 })).toString("base64url")}.`),
		"too long": (_, claims) => signToken(key, { ...claims, x: "x".repeat(20000) }),
		"nothing": () => undefined,
		"no token": () => "a.b.c",
	};
	const b = new Browser(v);
	for (const [name, forge] of Object.entries(lies)) {
		provider.forge = forge;
		const answer = await b.logIn();
		assert.equal(answer.status, 502, `${name}: ${answer.status}`);
		assert.match(answer.text, /is not valid for this console/, name);
		assert.equal(cookieOf(answer, "__Host-vedetta"), undefined, name);
		assert.equal(await b.who(), 401, name);
	}
	for (const reason of ["signature", "algorithm", "form", "issuer", "audience", "azp", "expired", "time", "nonce", "subject"]) {
		await v.logged(new RegExp(`event=oidc.refused .*reason=${reason}`));
	}
	// What looks odd and is good: audiences with ours as azp, times with a fraction.
	provider.forge = (_, claims) => signToken(key, { ...claims, aud: ["account", "vedetta"], azp: "vedetta", exp: claims.exp + 0.5 });
	assert.equal((await b.logIn()).status, 200);
	assert.equal((await b.who()).name, "anna");
}));

test("keys that were changed are fetched, and a name of no key fetches them once", { timeout: 90000 }, () => withProvider(secretOf, async (v, provider) => {
	const b = new Browser(v);
	const old = provider.keys[0];
	provider.keys = [makeKey("ES256"), makeKey("RS256"), old];
	// Not sooner than ten seconds after it asked last: what strangers send moves nothing.
	await eventually(async () => {
		const answer = await b.logIn();
		return answer.status === 200 || undefined;
	}, { withinMs: 30000, what: "a login under a new key" });
	const asked = () => provider.asked.filter((path) => path === "/keys").length;
	const [before, since] = [asked(), Date.now()];
	provider.forge = (_, claims) => signToken(makeKey("ES256", "nobody's"), claims);
	for (let i = 0; i < 5; i++) {
		assert.equal((await b.logIn()).status, 502);
	}
	const most = 1 + Math.floor((Date.now() - since) / 10000);
	assert.ok(asked() - before <= most, `${asked() - before} times`);
	await v.logged(/event=oidc.refused .*reason=key/);
	// A key of the right name but another algorithm is another key.
	provider.keys = [old];
	provider.forge = (_, claims) => signToken({ ...makeKey("ES256"), kid: old.kid }, claims);
	assert.equal((await b.logIn()).status, 502);
}));

test("nobody gets an account by knowing the provider; who is disabled stays out", { timeout: 90000 }, () => withProvider(secretOf, async (v, provider) => {
	const b = new Browser(v);
	provider.person = { sub: "b2-<berta>&", email: "anna@example.it", preferred_username: "anna" };
	const unknown = await b.logIn();
	assert.equal(unknown.status, 403);
	assert.match(unknown.text, /No account of this console is bound to your identity[^]*<code>b2-&lt;berta&gt;&amp;<\/code>/);
	assert.equal(await b.who(), 401);
	// With what the page says an administrator binds it; one identity has one account.
	const bind = (name, subject) => run(["user", "bind", name, "--subject", subject, "--config", v.configPath]);
	await v.addAccount("berta");
	assert.match((await bind("berta", ANNA)).stderr, /bound to another account already/);
	assert.equal((await bind("berta", provider.person.sub)).code, 0);
	assert.equal((await b.logIn()).status, 200);
	assert.equal((await b.who()).name, "berta");
	assert.match((await run(["user", "list", "--config", v.configPath])).stdout, /^berta\t.*oidc/m);
	// Who is disabled is out, and not let in again.
	assert.equal((await run(["user", "disable", "berta", "--config", v.configPath])).code, 0);
	await eventually(async () => await b.who() === 401);
	const no = await b.logIn();
	assert.equal(no.status, 403);
	assert.match(no.text, /Your account is disabled/);
	assert.equal((await run(["user", "enable", "berta", "--config", v.configPath])).code, 0);
	assert.equal((await b.logIn()).status, 200);
	// Another identity ends the sessions of the one before.
	assert.equal((await run(["user", "unbind", "berta", "--config", v.configPath])).code, 0);
	await eventually(async () => await b.who() === 401);
	assert.equal((await b.logIn()).status, 403);
	const kinds = (await v.request("console", "/v1/audit", { headers: { cookie: v.cookie } })).json.entries;
	assert.ok(kinds.some((e) => e.kind === "AUDIT_KIND_LOGIN_FAILED" && e.detail === "unbound"));
	assert.ok(kinds.some((e) => e.kind === "AUDIT_KIND_ACCOUNT_CHANGED" && /identity/.test(e.detail)));
}));

test("an administrator binds at the console, within their rights", { timeout: 60000 }, () => withProvider(secretOf, async (v) => {
	await v.addAccount("admin", { role: "administrator" });
	await v.addAccount("berta");
	const cookie = await v.login("admin");
	const post = (path, body) => v.request("console", path, { method: "POST", headers: { cookie, "content-type": "application/json" }, body: JSON.stringify(body) });
	const accounts = async () => (await v.request("console", "/v1/accounts", { headers: { cookie } })).json.accounts;
	const berta = (await accounts()).find((a) => a.name === "berta");
	const whole = { role: "ROLE_OPERATOR", areas: ["*"] };
	const done = await post(`/v1/accounts/${berta.id}`, { ...whole, identity: { subject: "b2" } });
	assert.equal(done.status, 200, done.text);
	assert.equal((await accounts()).find((a) => a.name === "berta").identity.subject, "b2");
	assert.equal((await post(`/v1/accounts/${berta.id}`, whole)).status, 200);
	assert.equal((await accounts()).find((a) => a.name === "berta").identity.subject, "b2", "not said: as it was");
	const taken = await post(`/v1/accounts/${berta.id}`, { ...whole, identity: { subject: ANNA } });
	assert.equal(taken.status, 400);
	assert.match(taken.text, /identity.subject/);
	assert.equal((await post(`/v1/accounts/${berta.id}`, { ...whole, identity: { subject: "ä b" } })).status, 400);
	assert.equal((await post(`/v1/accounts/${berta.id}`, { ...whole, identity: {} })).status, 200);
	assert.equal((await accounts()).find((a) => a.name === "berta").identity, undefined);
}));

test("who is in shows again who they are, and nobody else for them", { timeout: 90000 }, () => withProvider(secretOf, async (v, provider) => {
	const b = new Browser(v);
	provider.claims = (claims) => ({ ...claims, auth_time: undefined });
	assert.equal((await b.logIn()).status, 200);
	assert.equal((await b.who()).steppedUpUntil, undefined, "the provider does not say when they showed a secret");
	const session = (await b.who()).session;
	const grave = () => v.request("console", "/v1/account", {
		method: "POST", headers: { cookie: `__Host-vedetta=${b.jar.get("__Host-vedetta")}`, "content-type": "application/json" }, body: JSON.stringify({ totpBegin: {} }),
	});
	assert.match((await grave()).text, /problem:step-up/);

	// From another site the session does not come along: a page of ours fetches it.
	const from = async (change = () => {}) => {
		change();
		const back = await b.goThere("for=step-up&lang=en");
		const secret = b.jar.get("__Host-vedetta");
		b.jar.delete("__Host-vedetta");
		const page = await b.get(back);
		b.jar.set("__Host-vedetta", secret);
		assert.equal(page.status, 200, page.text);
		const next = /content="0; url=([^"]+)"/.exec(page.text)[1].replaceAll("&amp;", "&");
		return b.get(next);
	};
	const stale = await from(() => (provider.claims = (claims) => ({ ...claims, auth_time: claims.auth_time - 601 })));
	assert.equal(stale.status, 403);
	assert.match(stale.text, /did not ask again who you are/);
	provider.person = { sub: "somebody-else" };
	const other = await from(() => (provider.claims = (claims) => claims));
	assert.equal(other.status, 403);
	assert.match(other.text, /recognised somebody else/);
	assert.match((await grave()).text, /problem:step-up/);
	provider.person = { sub: ANNA };
	const before = b.jar.get("__Host-vedetta");
	const shown = await from();
	assert.equal(shown.status, 200, shown.text);
	assert.match(shown.text, /you have shown who you are/);
	assert.notEqual(b.jar.get("__Host-vedetta"), before, "the token changes");
	assert.equal((await b.who()).session, session, "the session does not");
	assert.equal((await grave()).status, 200);
	// Without a session there is nobody to show anything.
	const nobody = new Browser(v);
	assert.equal((await nobody.get("/v1/oidc/start?for=step-up")).headers.location, "/login");
}));

test("how sure it must be who that is, is the config's", { timeout: 60000 }, () => withProvider({ ...secretOf, config: { "oidc.acr": "https://www.spid.gov.it/SpidL2 https://www.spid.gov.it/SpidL3" } }, async (v, provider) => {
	const b = new Browser(v);
	const weak = await b.logIn();
	assert.equal(b.off.searchParams.get("acr_values"), "https://www.spid.gov.it/SpidL2 https://www.spid.gov.it/SpidL3");
	assert.equal(weak.status, 403);
	assert.match(weak.text, /did not look closely enough/);
	provider.person = { sub: ANNA, acr: "https://www.spid.gov.it/SpidL" };
	assert.equal((await b.logIn()).status, 403);
	provider.person = { sub: ANNA, acr: "https://www.spid.gov.it/SpidL3" };
	assert.equal((await b.logIn()).status, 200);
}));

test("a provider that hangs, fails or is away keeps nobody out who has a password", { timeout: 120000 }, () => withProvider(secretOf, async (v, provider) => {
	const b = new Browser(v);
	provider.hang = "/token";
	const back = await b.goThere();
	const since = Date.now();
	const hung = await b.get(back);
	assert.equal(hung.status, 503, hung.text);
	assert.ok(Date.now() - since < 12000, `${Date.now() - since} ms`);
	assert.match(hung.text, /Casa does not answer: log in with name and password/);
	delete provider.hang;
	await eventually(async () => (await b.logIn()).status === 200, { withinMs: 15000, what: "it answers again" });

	provider.mode = "fail";
	const failed = await (async () => {
		const there = await b.get("/v1/oidc/start?lang=en");
		const url = new URL(there.headers.location);
		provider.mode = "good";
		const location = (await fetch(url, { redirect: "manual" })).headers.get("location");
		provider.mode = "fail";
		return b.get(location);
	})();
	assert.equal(failed.status, 503);
	await eventually(async () => /Casa does not answer at the moment: name and password work/.test((await b.get("/login?lang=en")).text), { what: "the page says so" });
	assert.equal((await v.request("console", "/v1/session", {
		method: "POST", headers: { cookie: "", "content-type": "application/json" }, body: JSON.stringify({ name: "anna", password: PASSWORD }),
	})).status, 200);
	provider.mode = "good";
	await eventually(async () => !/does not answer/.test((await b.get("/login?lang=en")).text), { withinMs: 20000, what: "it is well again" });

	// A courier that dies on the way: the next try goes through another one.
	provider.hang = "/token";
	const asked = provider.asked.length;
	const lost = b.goThere().then((location) => b.get(location));
	await eventually(() => provider.asked.indexOf("/token", asked) >= 0);
	await v.kill("courier");
	assert.equal((await lost).status, 503);
	delete provider.hang;
	await eventually(async () => (await b.get("/v1/oidc/start")).status === 303 && (await b.logIn()).status === 200, { withinMs: 20000, what: "another courier" });

	// A console front that dies in between: the browser has all that is needed.
	const waiting = await b.goThere();
	await v.kill("console-1");
	await eventually(async () => (await b.get("/healthz")).status > 0, { withinMs: 15000 }).catch(() => {});
	const entered = await eventually(async () => {
		const answer = await b.get(waiting);
		return answer.status < 503 ? answer : undefined;
	}, { withinMs: 15000, what: "another front" });
	assert.equal(entered.status, 200, entered.text);

	// Nobody there at all.
	provider.close();
	await v.kill("courier");
	await eventually(() => /event=oidc.away .*reason=unreachable/.test(v.log), { withinMs: 15000 });
	const away = await eventually(async () => {
		const answer = await b.get("/v1/oidc/start?lang=en");
		return answer.status === 503 ? answer : undefined;
	}, { withinMs: 15000 });
	assert.match(away.text, /Casa does not answer: log in with name and password/);
	await eventually(async () => {
		const metrics = (await v.request("admin", "/metrics")).text;
		assert.match(metrics, /^vedetta_oidc_ready 0$/m);
		assert.match(metrics, /^vedetta_oidc_logins_total\{outcome="confirmed"\} [3-9]/m);
		assert.match(metrics, /^vedetta_oidc_logins_total\{outcome="away"\} [1-9]/m);
		return true;
	});
}));

test("one that is another than the config says, or knows another secret, is a fault that is told", { timeout: 90000 }, async () => {
	await withProvider({ ...secretOf, waits: false }, async (v, provider) => {
		provider.document = (d) => ({ ...d, issuer: "http://127.0.0.1:1" });
		await v.kill("courier");
		await eventually(() => /event=oidc.misconfigured .*at=discovery reason=issuer/.test(v.log), { withinMs: 15000 });
	});
	await withProvider(secretOf, async (v, provider) => {
		provider.secret = "changed there";
		const b = new Browser(v);
		assert.equal((await b.logIn()).status, 502);
		await v.logged(/event=oidc.misconfigured .*at=token reason=invalid_client/);
	});
	// In the house, but not named in oidc.allow: courier.allow is not for it.
	await withProvider({ ...secretOf, waits: false, config: { "oidc.allow": "10.0.0.1", "courier.allow": "127.0.0.1" } }, async (v, provider) => {
		await eventually(() => /event=oidc.away .*reason=address/.test(v.log), { withinMs: 15000 });
		assert.deepEqual(provider.asked, []);
	});
	const v = await startVedetta({});
	try {
		for (const path of ["/v1/oidc/start", "/v1/oidc/back?code=1&state=2"]) {
			assert.equal((await v.request("console", path, { headers: { cookie: "" } })).status, 404);
		}
		assert.doesNotMatch((await v.request("console", "/login")).text, /oidc/);
		assert.match((await run(["user", "bind", "tester", "--subject", "x", "--config", v.configPath])).stderr, /oidc.issuer/);
	} finally {
		await v.end();
	}
});
