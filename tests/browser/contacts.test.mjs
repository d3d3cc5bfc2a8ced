// How an operator is reached: contacts kept and tried on one's own page, pushes shown by the service worker.
// A headless browser has no push service: PushManager is ours here, the worker and all it does is the real one.
import assert from "node:assert/strict";
import { createECDH, randomBytes } from "node:crypto";
import { after, before } from "node:test";
import { eventually, scenario } from "../blackbox/harness.mjs";
import { mailPeer } from "../blackbox/peers.mjs";
import { DESK, PHONE, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

const mail = await mailPeer();
after(() => mail.close());

const CONFIG = { "courier.allow": "127.0.0.1", "courier.smtp_url": mail.url, "courier.mail_from": "desk@pc.example", "courier.push_subject": "mailto:desk@pc.example" };

function keys() {
	const ecdh = createECDH("prime256v1");
	ecdh.generateKeys();
	return { p256dh: ecdh.getPublicKey("base64url"), auth: randomBytes(16).toString("base64url") };
}

/** In the page: a push manager that takes any subscription, and remembers it over loads. */
function pretend(given) {
	const kept = () => JSON.parse(localStorage.getItem("pretended") ?? "null");
	const made = () => ({
		endpoint: kept().endpoint,
		toJSON: () => kept(),
		unsubscribe: async () => (localStorage.removeItem("pretended"), true),
	});
	PushManager.prototype.getSubscription = async () => kept() === null ? null : made();
	PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
		localStorage.setItem("asked", JSON.stringify({ applicationServerKey, userVisibleOnly }));
		localStorage.setItem("pretended", JSON.stringify({ endpoint: "https://push.example/1", keys: given }));
		return made();
	};
}

async function openAccount(v, options = {}) {
	const visitor = await Visitor.open(`${v.addresses.console}/console`, {
		size: DESK, ...options,
		prepare: async (context) => {
			await context.grantPermissions(options.denied ? [] : ["notifications"], { origin: v.addresses.console });
			await context.addInitScript(pretend, options.keys ?? keys());
		},
	});
	const { page } = visitor;
	await page.locator(".banner.good").waitFor();
	await page.locator(".banner").getByRole("button", { name: "tester" }).click();
	await page.getByRole("heading", { name: "Come mi si raggiunge" }).waitFor();
	return visitor;
}

const contactsOf = async (v) => (await v.request("console", "/v1/session")).json.contacts ?? {};

scenario("a browser subscribes to messages and leaves them again", { config: CONFIG, timeoutMs: 90000 }, async (v) => {
	const given = keys();
	const visitor = await openAccount(v, { keys: given });
	const { page } = visitor;
	const begin = page.getByRole("button", { name: "Mostra i messaggi in questo browser" });
	await begin.click();
	const { push: [kept] } = await eventually(async () => {
		const own = await contactsOf(v);
		return own.push?.length === 1 && own;
	});
	assert.deepEqual([kept.endpoint, kept.p256dh, kept.auth], ["https://push.example/1", given.p256dh, given.auth]);
	assert.match(kept.label, /Chrome, Linux/);
	const asked = JSON.parse(await page.evaluate(() => localStorage.getItem("asked")));
	assert.equal(asked.applicationServerKey, (await v.request("console", "/v1/contacts")).json.pushKey);
	assert.equal(asked.userVisibleOnly, true);
	await page.locator(".contacts li", { hasText: "questo schermo" }).waitFor();
	await visitor.assertAccessible("contacts");
	await page.locator(".contacts").getByRole("button", { name: "Non più" }).click();
	await eventually(async () => ((await contactsOf(v)).push ?? []).length === 0);
	await begin.waitFor();
	assert.equal(await page.evaluate(() => localStorage.getItem("pretended")), null);
	await visitor.close();
});

scenario("the worker shows what is pushed, and a click on it opens the incident", { config: CONFIG, timeoutMs: 90000 }, async (v) => {
	await v.source().report({ hazard: "fire", text: "fumo", signs: { trapped: true }, place: { point: { latDeg: 42, lonDeg: 13 }, accuracyM: 10 } });
	const { id } = await eventually(async () => (await v.operator().board())[0]);
	const visitor = await openAccount(v);
	const { page } = visitor;
	await page.getByRole("button", { name: "Mostra i messaggi in questo browser" }).click();
	const worker = await eventually(() => visitor.context.serviceWorkers().find((w) => w.url() === `${v.addresses.console}/console/push.js`));
	await eventually(async () => ((await contactsOf(v)).push ?? []).length === 1);
	const push = (said) => worker.evaluate(async (text) => {
		self.shown = [];
		self.registration.showNotification = async (title, options) => void self.shown.push({ title, ...options });
		self.dispatchEvent(new PushEvent("push", { data: text }));
		return self.shown;
	}, said);
	const title = "[ESERCITAZIONE / EXERCISE] Classe 1: Incendio, Genova";
	const [shown] = await push(JSON.stringify({ title, body: "Classe 1", tag: "page-9", incident: Number(id), urgency: "high", url: "https://evil.example/" }));
	assert.deepEqual([shown.title, shown.body, shown.tag, shown.requireInteraction, shown.data], [title, "Classe 1", "page-9", true, { incident: id }]);
	assert.match((await push("not JSON"))[0].title, /Vedetta/);
	// The click's event, with a notification as the browser would hand it over.
	await worker.evaluate((data) => {
		const click = new Event("notificationclick");
		click.waitUntil = (done) => (self.done = done);
		click.notification = { data, close: () => (self.closed = true) };
		self.dispatchEvent(click);
		return self.done;
	}, shown.data);
	assert.equal(await worker.evaluate(() => self.closed), true);
	await eventually(async () => new URL(page.url()).hash === `#incident/${id}`);
	await page.getByRole("heading", { name: "Come mi si raggiunge" }).waitFor({ state: "detached" });
	await page.getByText("fumo").first().waitFor();
	// The browser takes its address for pushes away: the worker asks for another by the same key, and the desk hears it.
	const endpoints = async () => ((await contactsOf(v)).push ?? []).map((s) => s.endpoint);
	assert.deepEqual(await endpoints(), ["https://push.example/1"]);
	await page.evaluate((fresh) => localStorage.setItem("pretended", JSON.stringify({ endpoint: "https://push.example/2", keys: fresh })), keys());
	const asked = await worker.evaluate(async () => {
		const calls = [];
		self.registration.pushManager.subscribe = async (options) => void calls.push(options);
		const change = new Event("pushsubscriptionchange");
		change.waitUntil = (done) => (self.done = done);
		change.oldSubscription = { options: { userVisibleOnly: true, applicationServerKey: "key" } };
		self.dispatchEvent(change);
		await self.done;
		return calls;
	});
	assert.deepEqual(asked, [{ userVisibleOnly: true, applicationServerKey: "key" }]);
	await eventually(async () => (await endpoints()).join() === "https://push.example/2");
	// Nobody was there when it was lost: the next page that opens makes another, without asking again.
	await page.evaluate(() => localStorage.removeItem("pretended"));
	await page.reload();
	await eventually(async () => (await endpoints()).join() === "https://push.example/1");
	// What its owner took away somewhere else stays away.
	await v.request("console", "/v1/account", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ settings: { contacts: {} } }) });
	await eventually(async () => (await endpoints()).length === 0);
	await page.evaluate(() => localStorage.removeItem("pretended"));
	await page.reload();
	await page.locator(".banner.good").waitFor();
	assert.equal(await page.evaluate(() => localStorage.getItem("pretended")), null);
	assert.deepEqual(await endpoints(), []);
	// Its policy lets the worker load and call nothing.
	const policy = (await v.request("console", "/console/push.js")).headers["content-security-policy"];
	assert.match(policy, /default-src 'none'/);
	await visitor.close();
});

scenario("contacts are kept, tried, and seen to arrive or not", { config: CONFIG, timeoutMs: 90000 }, async (v) => {
	const visitor = await openAccount(v);
	const { page } = visitor;
	const form = page.locator(".contacts");
	await form.getByLabel("e-mail").fill("teo@comune.example");
	await form.getByLabel(/Telegram/).fill("77");
	await form.getByRole("button", { name: "Salva" }).click();
	await eventually(async () => (await contactsOf(v)).email === "teo@comune.example");
	await form.getByText("non configurato su questo centro: di qui").waitFor();
	await form.getByRole("button", { name: "Mandami una prova" }).click();
	await form.locator("li", { hasText: "preso in consegna dal sistema che segue" }).waitFor({ timeout: 20000 });
	await form.locator("li.wrong", { hasText: "rifiutato (non configurato su questo centro)" }).waitFor();
	assert.equal(mail.mails.length, 1);
	await visitor.assertAccessible("a test of contacts");
	await form.getByRole("button", { name: "Mandami una prova" }).click();
	await form.getByText("aspetta un momento").waitFor();
	const phone = await openAccount(v, { size: PHONE });
	await phone.assertAccessible("contacts on a telephone");
	await phone.close();
	await visitor.close();
});
