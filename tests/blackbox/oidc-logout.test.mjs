// Out through an identity provider: by its word behind the browser, or by one's own.
import assert from "node:assert/strict";
import test from "node:test";
import { eventually } from "./harness.mjs";
import { ANNA, Browser, now, secretOf, withProvider } from "./oidc_visit.mjs";
import { makeKey, signToken } from "./provider.mjs";

test("who is out at the provider is out here, within a second", { timeout: 90000 }, () => withProvider(secretOf, async (v, provider) => {
	const tell = (token) => v.request("console", "/v1/oidc/logout", {
		method: "POST", headers: { cookie: "", "content-type": "application/x-www-form-urlencoded" }, body: new URLSearchParams(token === undefined ? {} : { logout_token: token }).toString(),
	});
	const b = new Browser(v), other = new Browser(v);
	assert.equal((await b.logIn()).status, 200);
	const sid = provider.sid;
	assert.equal((await b.who()).byProvider, true);
	assert.equal((await other.logIn()).status, 200);
	const byPassword = await v.login("anna");
	const mine = async () => (await v.request("console", "/v1/session", { headers: { cookie: byPassword } })).json;
	assert.equal((await mine()).byProvider, undefined);

	// What is not the provider's word ends nothing.
	const key = provider.keys[0];
	const events = { "http://schemas.openid.net/event/backchannel-logout": {} };
	const lies = {
		"nothing": undefined, "no token": "a.b.c", "too long": "a".repeat(17000),
		"another's key": provider.logoutToken({ sub: ANNA }, makeKey("RS256", key.kid)),
		"an ID token": signToken(key, { iss: provider.issuer, aud: "vedetta", iat: now(), exp: now() + 60, nonce: "x", sub: ANNA }),
		"of another issuer": provider.logoutToken({ sub: ANNA, iss: "https://evil.example" }),
		"for somebody else": provider.logoutToken({ sub: ANNA, aud: "somebody" }),
		"with a nonce": provider.logoutToken({ sub: ANNA, nonce: "x" }),
		"of yesterday": provider.logoutToken({ sub: ANNA, iat: now() - 86400, exp: now() + 60 }),
		"about something else": provider.logoutToken({ sub: ANNA, events: { x: {} } }),
		"of nobody": provider.logoutToken({ events }),
	};
	for (const [name, token] of Object.entries(lies)) {
		const answer = await tell(token);
		assert.equal(answer.status, 400, `${name}: ${answer.status} ${answer.text}`);
		assert.equal(answer.json.errors[0].field, "logout_token", name);
	}
	assert.equal((await tell(provider.logoutToken({ sub: "who-is-not-here" }))).status, 200);
	assert.equal((await b.who()).name, "anna");
	await v.logged(/event=oidc.refused .*reason=events at=logout/);

	// One session of theirs there: that one here, and its open stream with it.
	const stream = v.operator().stream({ headers: { cookie: `__Host-vedetta=${b.jar.get("__Host-vedetta")}` } });
	assert.equal(await stream.opened, 200);
	await stream.until((s) => s.events.length > 0);
	const one = await tell(provider.logoutToken({ sub: ANNA, sid }));
	assert.equal(one.status, 200, one.text);
	assert.match(one.headers["cache-control"], /no-store/);
	await stream.until((s) => s.closed, { withinMs: 1000 });
	assert.equal(await b.who(), 401);
	assert.equal((await other.who()).name, "anna");
	// All of theirs; who came in by a password did not come in through it.
	const all = provider.logoutToken({ sub: ANNA });
	assert.equal((await tell(all)).status, 200);
	assert.equal(await other.who(), 401);
	assert.equal((await mine()).name, "anna");
	const log = (await v.request("console", "/v1/audit", { headers: { cookie: byPassword } })).json.entries;
	assert.equal(log.filter((e) => e.kind === "AUDIT_KIND_SESSION_REVOKED" && e.detail === "oidc" && e.name === "anna").length, 2);
	// Heard twice, it does not put out who came again meanwhile.
	assert.equal((await b.logIn()).status, 200);
	assert.equal((await tell(all)).status, 200);
	assert.equal((await b.who()).name, "anna");
	// Without a courier nobody can look at it, and the provider is told to come again.
	await v.kill("courier");
	await eventually(async () => (await tell(provider.logoutToken({ sub: ANNA }))).status === 200, { withinMs: 15000, what: "another courier" });
	assert.equal(await b.who(), 401);
	assert.match((await v.request("admin", "/metrics")).text, /^vedetta_oidc_logouts_total\{outcome="refused"\} [6-9]/m);

	// Who leaves is offered to leave there, too, and comes back to the door.
	const page = await b.get("/login?lang=en&out=provider");
	const there = /You are logged out of this console[^]*<a href="([^"]+)">Log out of Casa, too<\/a>/.exec(page.text)[1].replaceAll("&amp;", "&");
	const end = new URL(there);
	assert.equal(end.origin + end.pathname, `${provider.issuer}/out`);
	assert.deepEqual(Object.fromEntries(end.searchParams), { tenant: "x", client_id: "vedetta", post_logout_redirect_uri: `${v.addresses.console}/v1/oidc/back` });
	const home = await b.get("/v1/oidc/back");
	assert.deepEqual([home.status, home.headers.location], [303, "/login"]);
	assert.doesNotMatch((await b.get("/login?lang=en")).text, /Log out of/);
}));

test("how long a session of the provider lasts is the config's", { timeout: 60000 }, () => withProvider({ ...secretOf, config: { "oidc.session_h": "1" } }, async (v, provider) => {
	provider.document = ({ end_session_endpoint: _, ...rest }) => rest;
	const b = new Browser(v);
	assert.equal((await b.logIn()).status, 200);
	const left = Date.parse((await b.who()).expiresAt) - Date.now();
	assert.ok(left > 3500e3 && left <= 3600e3, `${left} ms`);
}));
