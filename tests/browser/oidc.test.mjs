// In through an identity provider on another site, as a browser does it: with its cookies,
// and without a script until the console.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, makeFolder, run, startVedetta } from "../blackbox/harness.mjs";
import { startProvider } from "../blackbox/provider.mjs";
import { DESK, PHONE, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

async function withProvider(body) {
	// localhost and 127.0.0.1 are two sites: SameSite counts.
	const provider = await startProvider({ host: "localhost", secret: null });
	provider.page = true;
	let v;
	try { // a provider that is left open keeps the runner waiting for ever
		v = await startVedetta({ account: false, config: {
			"oidc.issuer": provider.issuer, "oidc.client_id": provider.clientId, "oidc.name": "Casa & Comune", "oidc.allow": "127.0.0.1 ::1",
		} });
		await eventually(() => /event=oidc.ready/.test(v.log), { withinMs: 15000, what: "the provider" });
		await v.addAccount("anna", { role: "shift_leader" });
		await v.addAccount("root", { role: "administrator" });
		await body(v, provider);
	} catch (error) {
		console.error(v?.logTail());
		throw error;
	} finally {
		await v?.end();
		provider.close();
	}
}

/** Another site's pages are looked at on the way: what the visitor finds foreign there is meant. */
async function close(visitor, provider) {
	visitor.foreign = visitor.foreign.filter((url) => !url.startsWith(provider.issuer));
	await visitor.close();
}

test("the button, the provider's page, and back: at the console", { timeout: 120000 }, () => withProvider(async (v, provider) => {
	const visitor = await Visitor.open(`${v.addresses.console}/login`, { size: PHONE });
	const { page } = visitor;
	await visitor.assertAccessible("the login page with a provider");
	await page.getByRole("link", { name: "Entra con Casa & Comune" }).click();
	await page.getByRole("link", { name: "I am f3a1-anna" }).click();
	// Nobody is bound to that yet: the page says what to tell the administrator.
	await page.getByText("Nessun account di questa console è legato alla tua identità").waitFor();
	const subject = await page.locator("p.bad code").innerText();
	assert.equal(subject, "f3a1-anna");
	await visitor.assertAccessible("an identity of nobody");

	const admin = await Visitor.open(`${v.addresses.console}/console`, { size: DESK });
	await admin.login(v.addresses.console, { name: "root" });
	await admin.page.locator(".banner").getByRole("button", { name: "root" }).click();
	await admin.page.getByRole("button", { name: "Accessi" }).click();
	await admin.page.getByLabel("anna: Codice con cui Casa & Comune lo riconosce").fill(subject);
	// An administrator sees no board: the banner changes its colour while it is said so.
	await eventually(() => admin.assertAccessible("accounts with a provider").then(() => true), { withinMs: 15000 });
	await admin.page.locator("tr", { hasText: "anna" }).getByRole("button", { name: "Lega" }).click();
	await admin.page.locator("tr", { hasText: "anna" }).locator("code", { hasText: subject }).waitFor();
	await admin.close();

	await page.getByRole("link", { name: "Entra con Casa & Comune" }).click();
	await page.getByRole("link", { name: "I am f3a1-anna" }).click();
	await page.waitForURL(`${v.addresses.console}/console`);
	await page.locator(".banner.good").waitFor();
	await close(visitor, provider);
}));

test("without a script one gets as far as the console's own page", { timeout: 90000 }, () => withProvider(async (v, provider) => {
	const bound = await run(["user", "bind", "anna", "--subject", provider.person.sub, "--config", v.configPath]);
	assert.equal(bound.code, 0, bound.stderr);
	const visitor = await Visitor.open(`${v.addresses.console}/login`, { javaScript: false });
	const { page } = visitor;
	await page.getByRole("link", { name: "Entra con Casa & Comune" }).click();
	await page.getByRole("link", { name: "I am f3a1-anna" }).click();
	await page.waitForURL(`${v.addresses.console}/console`);
	const cookies = await visitor.context.cookies();
	assert.deepEqual(cookies.filter((c) => c.name.startsWith("__Host-")).map((c) => [c.name, c.sameSite]), [["__Host-vedetta", "Strict"]]);
	await close(visitor, provider);
}));

test("who has no password shows again at the provider who they are, and the page goes on", { timeout: 120000 }, () => withProvider(async (v, provider) => {
	const added = await run(["user", "add", "carla", "--role", "operator", "--area", "*", "--no-password", "--subject", "c3", "--config", v.configPath]);
	assert.equal(added.code, 0, added.stderr);
	provider.person = { sub: "c3", auth_time: undefined };
	const visitor = await Visitor.open(`${v.addresses.console}/login`, { size: DESK });
	const { page } = visitor;
	await page.getByRole("link", { name: "Entra con Casa & Comune" }).click();
	await page.getByRole("link", { name: "I am c3" }).click();
	await page.locator(".banner.good").waitFor();
	await page.locator(".banner").getByRole("button", { name: "carla" }).click();
	await page.getByText("Puoi entrare anche con Casa & Comune.").waitFor();
	await page.getByRole("button", { name: "Accendilo" }).click();
	const link = page.getByRole("link", { name: "Mostra chi sei con Casa & Comune" });
	await link.waitFor();
	assert.equal(await page.getByLabel("Parola d’ordine o codice").count(), 0);
	await visitor.assertAccessible("showing again who one is");
	provider.person = { sub: "c3" };
	const [other] = await Promise.all([visitor.context.waitForEvent("page"), link.click()]);
	await other.getByRole("link", { name: "I am c3" }).click();
	await other.getByText("Fatto: hai mostrato chi sei.").waitFor();
	await other.close();
	// It is asked once more by itself, and the code is there.
	await page.locator("svg.qr").waitFor();

	// Out here, and there too if they like; it sends them back to the door.
	await page.getByRole("button", { name: "Esci", exact: true }).click();
	await page.waitForURL(`${v.addresses.console}/login?out=provider`);
	const out = page.getByRole("link", { name: "Esci anche da Casa & Comune" });
	await out.waitFor();
	await visitor.assertAccessible("the login page after leaving");
	if (process.env.VEDETTA_SHOTS) {
		await page.screenshot({ path: `${process.env.VEDETTA_SHOTS}/left.png` });
		await page.emulateMedia({ colorScheme: "dark" });
		await page.setViewportSize(PHONE);
		await page.screenshot({ path: `${process.env.VEDETTA_SHOTS}/left-phone-dark.png` });
	}
	await out.click();
	await page.waitForURL(`${v.addresses.console}/login`);
	assert.equal(provider.asked.at(-1), "/out");
	await close(visitor, provider);
}));
