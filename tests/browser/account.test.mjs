// Who is at the screen: coming in, one's own account, the administrator's page, and going.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before } from "node:test";
import { eventually, PASSWORD, scenario } from "../blackbox/harness.mjs";
import { DESK, PHONE, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

const SECOND = "una frase nuova e lunga";

async function openConsole(v) {
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK });
	await visitor.page.locator(".banner.good").waitFor();
	return visitor;
}

/** RFC 6238 with what the page shows, a base 32 secret. */
function totp(secret, atMs = Date.now()) {
	const bits = [...secret.replaceAll(/[ =]/g, "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
	const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(atMs / 30000)));
	const mac = createHmac("sha1", key).update(counter).digest();
	const at = mac[19] & 15;
	return String((mac.readUInt32BE(at) & 0x7fffffff) % 1e6).padStart(6, "0");
}

scenario("a password is changed, a second factor set up, and both are asked for at the door", { timeoutMs: 90000 }, async (v) => {
	const visitor = await openConsole(v);
	const { page } = visitor;
	await page.locator(".banner").getByRole("button", { name: "tester" }).click();
	await page.getByRole("heading", { name: "tester" }).waitFor();
	await page.getByText("questo schermo").waitFor();
	await visitor.assertAccessible("one's own account");
	await page.getByLabel("Quella di adesso").fill("sbagliata davvero");
	await page.getByLabel(/Quella nuova/).fill(SECOND);
	await page.getByRole("button", { name: "Cambia" }).click();
	await eventually(async () => (await page.locator(".duty-page > .wrong").innerText()) !== "");
	await page.getByLabel("Quella di adesso").fill(PASSWORD);
	await page.getByRole("button", { name: "Cambia" }).click(); // three wrong ones are free
	await page.locator(".duty-page > .wrong").getByText("Cambiata.").waitFor();

	await page.getByRole("button", { name: "Accendilo" }).click();
	const secret = page.getByLabel("Parola d’ordine o codice");
	const code = page.locator("svg.qr");
	await secret.or(code).first().waitFor();
	if (await secret.count() > 0) {
		await secret.fill(SECOND);
		await page.getByRole("button", { name: "Continua" }).click();
	}
	await code.waitFor();
	// Another window makes another one: what stands here counts no more, and is not left standing.
	const replaced = await page.locator(".duty-page code").innerText();
	await page.evaluate(() => fetch("/v1/account", { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"totpBegin":{}}' }));
	await page.getByLabel("Codice dell’app").fill(totp(replaced));
	await page.setViewportSize(PHONE); // where the form is far below what is said of it
	await page.getByRole("button", { name: "Conferma" }).click();
	const told = page.locator(".duty-page > .wrong").getByText("il codice da inquadrare che stava qui non vale più");
	await told.waitFor();
	await eventually(() => told.evaluate((line) => {
		const { left, top, height } = line.getBoundingClientRect();
		return document.elementFromPoint(left + 5, top + height / 2) === line;
	}), { what: "what was refused is seen" });
	await visitor.assertAccessible("a second factor that was begun again");
	await page.setViewportSize(DESK);
	assert.equal(await code.count(), 0);
	// Pressed twice, one is made: the answers of two could come in the other order.
	let begun = 0;
	page.on("request", (request) => { begun += request.postData()?.includes("totpBegin") ? 1 : 0; });
	await page.getByRole("button", { name: "Accendilo" }).evaluate((button) => { button.click(); button.click(); });
	await code.waitFor();
	const key = await page.locator(".duty-page code").innerText();
	await page.getByLabel("Codice dell’app").fill(totp(key));
	await page.route("**/v1/session", (route) => route.abort(), { times: 1 }); // who is at the screen is asked anew: no fault when that fails
	await page.getByRole("button", { name: "Conferma" }).click();
	await page.getByText("Codici di riserva: stampali adesso").waitFor();
	assert.ok((await page.locator(".duty-page pre").innerText()).split("\n").length >= 8);
	assert.equal(begun, 1);

	await page.getByRole("button", { name: "Esci" }).click();
	await page.waitForURL(/\/login/);
	await page.goto(`${v.addresses.console}/console`);
	await page.waitForURL(/\/login/);
	await page.fill("#name", "tester");
	await page.fill("#password", SECOND);
	await page.fill("#code", totp(key, Date.now() + 30000)); // the one before was used
	await page.click("button[type=submit]");
	await page.locator(".banner.good").waitFor();
	await visitor.close();
});

scenario("the administrator lets somebody in, and shuts them out while they look", { timeoutMs: 90000 }, async (v) => {
	await v.addAccount("root", { role: "administrator" });
	const admin = await Visitor.open(`${v.addresses.console}/console`, { size: DESK });
	await admin.login(v.addresses.console, { name: "root" });
	const { page } = admin;
	await page.locator(".banner").getByRole("button", { name: "root" }).click();
	await page.getByRole("button", { name: "Registro" }).click();
	await page.getByRole("heading", { name: "Chi ha fatto cosa" }).waitFor();
	await admin.assertAccessible("the audit");
	await page.keyboard.press("Escape");
	await page.locator(".banner").getByRole("button", { name: "root" }).click();
	await page.getByRole("button", { name: "Accessi" }).click();
	await page.getByLabel("Nome per entrare").fill("ada");
	await page.getByLabel("Nome e cognome").fill("Ada <b>Rossi</b>");
	await page.getByLabel("Codici delle aree").fill("*");
	await page.getByLabel(/Prima parola d’ordine/).fill(SECOND);
	await admin.assertAccessible("accounts");
	await page.getByRole("button", { name: "Metti in elenco" }).click();
	await page.locator("td", { hasText: "Ada <b>Rossi</b>" }).waitFor();

	const ada = await Visitor.open(`${v.addresses.console}/console`, { size: DESK });
	await ada.login(v.addresses.console, { name: "ada", password: SECOND });
	await ada.page.locator(".banner.good").waitFor();
	await page.locator("tr", { hasText: "ada" }).getByRole("button", { name: "Disattiva" }).click();
	await ada.page.waitForURL(/\/login/, { timeout: 15000 });
	await ada.close();
	await admin.close();
});

scenario("a filter chosen on one screen is there on the next", { timeoutMs: 60000 }, async (v) => {
	await v.source().report({ hazard: "fire", place: { point: { latDeg: 42, lonDeg: 13 }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" } });
	const first = await openConsole(v);
	const kept = first.page.waitForResponse((r) => r.url().endsWith("/v1/account") && r.request().postData()?.includes("status=closed"));
	await first.page.getByRole("button", { name: "Chiusi" }).click();
	await kept;
	await first.close();
	const second = await openConsole(v);
	await eventually(async () => (await second.page.getByRole("button", { name: "Chiusi" }).getAttribute("aria-pressed")) === "true");
	await second.page.getByText("Incidenti aperti non mostrati: 1").waitFor();
	await second.close();
});

scenario("what is being written outlives the session, and is sent when its author is back", { timeoutMs: 90000 }, async (v) => {
	await v.source().report({ hazard: "flood", place: { point: { latDeg: 42.35, lonDeg: 13.4 }, accuracyM: 20 }, text: "acqua in cantina" });
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK });
	const { page } = visitor;
	const shutOut = async () => {
		const { sessions } = (await v.request("console", "/v1/sessions")).json;
		for (const { id } of sessions.filter(({ current }) => !current)) {
			assert.equal((await v.request("console", `/v1/sessions/${id}/revoke`, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" })).status, 204);
		}
	};
	await page.locator(".rows .row").first().click();
	await page.locator("aside ol > li").first().waitFor();
	await page.keyboard.press("n");
	await page.locator(".act-form textarea").fill("richiamata, esce da sola");
	// Between the key and the server: else the stream, cut off, may put its dialog under the key.
	await page.route("**/actions", async (route) => {
		await shutOut();
		await route.continue();
	}, { times: 1 });
	await page.keyboard.press("Control+Enter");
	const dialog = page.locator("dialog.again[open]");
	await dialog.waitFor();
	await visitor.assertAccessible("who comes back over what is typed");
	await page.keyboard.press("Escape");
	await dialog.waitFor();
	await page.keyboard.type("not the right one");
	await page.keyboard.press("Enter");
	await dialog.locator(".wrong").getByText("Nome, password o codice non corretti").waitFor();
	await dialog.locator("[type=password]").fill(PASSWORD);
	await page.keyboard.press("Enter");
	await dialog.waitFor({ state: "detached" });
	await page.locator(".act-form").waitFor({ state: "detached" });
	await page.locator("aside").getByText("richiamata, esce da sola").waitFor();
	await page.locator(".banner.good").waitFor();
	const [{ id }] = await v.operator().board();
	const { reports } = (await v.request("console", `/v1/incidents/${id}`)).json;
	assert.equal(reports.filter((r) => r.decision?.action?.note !== undefined).length, 1, "sent once");
	// Where nothing would be lost the page gives way to the one of login.
	await shutOut();
	await page.waitForURL(/\/login$/, { timeout: 30000 });
	await visitor.close();
});
