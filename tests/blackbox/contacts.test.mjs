// One's own contacts: subscribed, tried, told when they fail; pushes read by somebody else's push service.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import https from "node:https";
import { createRequire } from "node:module";
import { join } from "node:path";
import test from "node:test";
import { eventually, makeFolder, scenario, startVedetta } from "./harness.mjs";
import { mailPeer, readMail } from "./peers.mjs";
import { check } from "./types.mjs";

const load = createRequire(import.meta.url);
const { PushApiModel } = load("web-push-testing/src/PushApiModel.js");
const WebPushTestingServer = load("web-push-testing/src/server.js");

const fire = { hazard: "fire", text: "fumo dal tetto", signs: { trapped: true }, place: { point: { latDeg: 42.35, lonDeg: 13.4 }, accuracyM: 10 } };

const say = (v, path, body, headers = {}) => v.request("console", path, {
	method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body),
});
const told = async (v, path, body, headers) => {
	const answer = await say(v, path, body, headers);
	assert.ok(answer.status === 200 || answer.status === 202, answer.text);
	return answer.json;
};
const contacts = async (v) => (await v.request("console", "/v1/contacts")).json;
const keep = (v, own) => told(v, "/v1/account", { settings: { contacts: own } });
const states = (page) => (page.deliveries ?? []).map((d) => [d.means, d.state, d.reason]);

/** The push service of web-push-testing behind TLS: it checks the signature and opens each message. */
async function pushService() {
	const folder = makeFolder();
	const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
	execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
		"-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert], { stdio: "ignore" });
	const model = new PushApiModel();
	const service = new WebPushTestingServer(model, 0);
	service.setRequestHandlers();
	const server = https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, service._app);
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	model.notifyUrl = `https://127.0.0.1:${server.address().port}/notify/`;
	return {
		ca: cert,
		subscribe: (applicationServerKey) => model.subscribe({ userVisibleOnly: "true", applicationServerKey }),
		messages: ({ clientHash }) => model.getNotifications({ clientHash }).messages.map((m) => JSON.parse(m)),
		expire: ({ clientHash }) => model.expireSubscription(clientHash),
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
}

test("a browser subscribes with the desk's key, and what is pushed can be read by it alone", { timeout: 90000 }, async () => {
	const service = await pushService();
	const v = await startVedetta({ config: { "courier.allow": "127.0.0.1", "courier.ca_file": service.ca, "courier.push_subject": "mailto:desk@pc.example", "console.address": "https://desk.example" } });
	try {
		const now = await eventually(async () => {
			const said = await contacts(v);
			return Boolean(said.pushKey) && said;
		}, { withinMs: 15000 });
		check("ContactsNow", now);
		assert.equal(Buffer.from(now.pushKey, "base64url").length, 65);
		assert.deepEqual(now.means.sort(), ["DELIVERY_MEANS_WEBHOOK", "DELIVERY_MEANS_WEB_PUSH"]);
		const phone = await service.subscribe(now.pushKey);
		const desk = await service.subscribe(now.pushKey);
		const push = [phone, desk].map(({ endpoint, keys }, i) => ({ endpoint, ...keys, label: `browser ${i}` }));
		await keep(v, { push });

		// A test goes to each of them, and says what it is.
		const once = { "idempotency-key": "is it well" };
		const { id } = await told(v, "/v1/contacts/test", {}, once);
		const done = await eventually(async () => {
			const [newest] = (await contacts(v)).tests;
			return newest?.id === id && newest.deliveries.length === 2 && newest.deliveries.every((d) => d.state === "DELIVERY_STATE_HANDED_OVER") && newest;
		}, { withinMs: 15000 });
		assert.equal(done.test, true);
		assert.deepEqual(service.messages(phone).map((m) => [m.title, m.incident, m.exercise]), [["Messaggio di prova da Vedetta", 0, false]]);
		assert.equal(service.messages(desk).length, 1);
		// Not again at once: nobody can be flooded with it.
		const again = await say(v, "/v1/contacts/test", {});
		assert.deepEqual([again.status, again.json.errors?.[0]?.field], [400, "contacts"]);
		// But whoever had no answer is told of the one that was sent.
		assert.equal((await told(v, "/v1/contacts/test", {}, once)).id, id);
		assert.equal((await contacts(v)).tests.length, 1);

		// An incident: class, kind and place, its number, the worst first.
		await told(v, "/v1/on-call", { area: "*", people: [{ name: "Teo", account: "tester" }] });
		await told(v, "/v1/policies", { area: "*", classes: [1], groupWaitS: 1, steps: [{ to: "POLICY_TARGET_ON_CALL", afterS: 600 }] });
		await v.source().report(fire);
		const pushed = await eventually(() => service.messages(phone)[1], { withinMs: 15000 });
		const [incident] = await v.operator().board();
		assert.equal(pushed.title, "Classe 1: Incendio, luogo da trovare");
		assert.equal(String(pushed.incident), incident.id);
		assert.equal(pushed.url, `https://desk.example/console#incident/${incident.id}`);
		assert.equal(pushed.urgency, "high");
		assert.ok(!JSON.stringify(pushed).includes("fumo"), "no words of who reported");
		await told(v, `/v1/incidents/${incident.id}/actions`, { sequence: incident.sequence, refuseHandOver: { reason: "nostro" } });

		// One browser is gone: the other still reaches them. Both gone: the console names it.
		service.expire(phone);
		await v.restart();
		await eventually(async () => (await v.metrics()).vedetta_courier_up === 1, { withinMs: 15000 });
		const tried = async () => {
			const page = await eventually(async () => {
				const answer = await say(v, "/v1/contacts/test", {});
				return answer.status === 202 && answer.json.id;
			}, { withinMs: 40000, what: "another test, after the pause" });
			return eventually(async () => {
				const [newest] = (await contacts(v)).tests;
				return newest?.id === page && newest.deliveries.length === 2 && !newest.deliveries.some((d) => /QUEUED|TRYING/.test(d.state)) && newest;
			}, { withinMs: 15000 });
		};
		assert.deepEqual(states(await tried()).map(([, state]) => state).sort(), ["DELIVERY_STATE_HANDED_OVER", "DELIVERY_STATE_REFUSED"]);
		assert.deepEqual((await v.request("console", "/v1/duty")).json.faults, []);
		service.expire(desk);
		await tried();
		const faults = await eventually(async () => {
			const { json } = await v.request("console", "/v1/duty");
			return json.faults.length > 0 && json;
		});
		check("DutyNow", faults);
		assert.deepEqual(faults.faults.map((f) => [f.account, f.means, f.reason]), [["tester", "DELIVERY_MEANS_WEB_PUSH", "DELIVERY_REASON_GONE"]]);
	} catch (error) {
		console.error(v.logTail());
		throw error;
	} finally {
		await v.end();
		service.close();
	}
});

scenario("without web push there is no key, without contacts no test, and without a login neither", {}, async (v) => {
	await eventually(async () => (await v.metrics()).vedetta_courier_up === 1, { withinMs: 15000 });
	const now = await eventually(async () => {
		const said = await contacts(v);
		return said.means?.length > 0 && said;
	});
	assert.deepEqual([now.pushKey, now.means, now.tests], ["", ["DELIVERY_MEANS_WEBHOOK"], []]);
	const none = await say(v, "/v1/contacts/test", {});
	assert.deepEqual([none.status, none.json.errors[0].field], [400, "contacts"]);
	assert.equal((await say(v, "/v1/contacts/test", {}, { origin: "https://evil.example" })).status, 403);
	assert.equal((await v.request("console", "/v1/contacts", { headers: { cookie: "" } })).status, 401);
	assert.equal((await say(v, "/v1/contacts/test", {}, { cookie: "" })).status, 401);
	const script = await v.request("console", "/console/push.js");
	if (script.status === 200) { // the bundle is built where there is Node
		assert.match(script.headers["content-type"], /^text\/javascript/);
		assert.match(script.headers["content-security-policy"], /default-src 'none'/);
		assert.equal(script.headers["cache-control"], "no-cache");
	}
});

test("whoever may only administer tests their mail, and sees no test of others", { timeout: 60000 }, async () => {
	const mail = await mailPeer();
	const v = await startVedetta({ config: { "courier.allow": "127.0.0.1", "courier.smtp_url": mail.url, "courier.mail_from": "desk@pc.example" } });
	try {
		// What is set up is known to duty a moment after the courier is there.
		await eventually(async () => (await contacts(v)).means.includes("DELIVERY_MEANS_EMAIL"), { withinMs: 15000 });
		await v.addAccount("capo", { role: "administrator" });
		const cookie = await v.login("capo");
		await told(v, "/v1/account", { settings: { language: "en", contacts: { email: "capo@comune.example" } } }, { cookie });
		await told(v, "/v1/contacts/test", {}, { cookie });
		await eventually(() => mail.mails.length === 1, { withinMs: 15000 });
		const { fields, text } = readMail(mail.mails[0].data);
		assert.equal(fields.subject, "Test message from Vedetta");
		assert.match(text, /Nothing has happened\./);
		const own = async (headers) => (await v.request("console", "/v1/contacts", { headers })).json.tests;
		await eventually(async () => (await own({ cookie }))[0]?.deliveries?.[0]?.state === "DELIVERY_STATE_HANDED_OVER");
		assert.deepEqual(await own({}), []);
	} catch (error) {
		console.error(v.logTail());
		throw error;
	} finally {
		await v.end();
		mail.close();
	}
});
