// A console with an identity provider beside it, and browsers that go back and forth.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually, makeFolder, run, startVedetta } from "./harness.mjs";
import { startProvider } from "./provider.mjs";

export const COOKIE = "__Host-vedetta-oidc";
export const ANNA = "f3a1-anna";
export const now = () => Math.floor(Date.now() / 1000);

export const cookieOf = (answer, name) => (answer.headers["set-cookie"] ?? []).map((line) => line.split(";")[0])
	.find((pair) => pair.startsWith(`${name}=`) && pair.length > name.length + 1);

/** One browser, as far as cookies go. */
export class Browser {
	constructor(v) {
		this.v = v;
		this.jar = new Map();
	}

	async get(url, headers = {}) {
		const path = url.startsWith("http") ? url.slice(new URL(url).origin.length) : url;
		const answer = await this.v.request("console", path, { headers: { cookie: [...this.jar].map((pair) => pair.join("=")).join("; "), ...headers } });
		for (const line of answer.headers["set-cookie"] ?? []) {
			const [name, value] = line.split(";")[0].split(/=(.*)/s);
			if (value === "") {
				this.jar.delete(name);
			} else {
				this.jar.set(name, value);
			}
		}
		return answer;
	}

	/** Sets out, and is where the provider sends it back to. */
	async goThere(query = "lang=en") {
		const off = await this.get(`/v1/oidc/start?${query}`);
		assert.equal(off.status, 303, off.text);
		this.off = new URL(off.headers.location);
		const there = await fetch(this.off, { redirect: "manual", headers: { cookie: "" } });
		assert.equal(there.status, 302);
		return there.headers.get("location");
	}

	/** The whole way. */
	async logIn() {
		return this.get(await this.goThere());
	}

	async who() {
		const answer = await this.get("/v1/session");
		return answer.status === 200 ? answer.json : answer.status;
	}
}

export async function withProvider(options, body) {
	const provider = await startProvider(options);
	const folder = makeFolder();
	if (provider.secret !== null) {
		writeFileSync(join(folder, "secret"), `${provider.secret}\n`, { mode: 0o600 });
	}
	const v = await startVedetta({ config: {
		"oidc.issuer": provider.issuer, "oidc.client_id": provider.clientId, "oidc.name": "Casa", "oidc.allow": "127.0.0.1",
		...(provider.secret !== null ? { "oidc.client_secret_file": join(folder, "secret") } : {}), ...options?.config,
	} });
	try {
		await v.addAccount("anna", { role: "shift_leader" });
		const bound = await run(["user", "bind", "anna", "--subject", ANNA, "--config", v.configPath]);
		assert.equal(bound.code, 0, bound.stderr);
		if (options?.waits !== false) {
			// The courier knows it first, then the desk, then the front that is asked.
			await eventually(async () => (await new Browser(v).get("/v1/oidc/start")).status === 303, { withinMs: 15000, what: "the provider" });
		}
		await body(v, provider);
	} catch (error) {
		console.error(v.logTail());
		throw error;
	} finally {
		await v.end();
		provider.close();
	}
}

export const secretOf = { secret: "a secret: 100%/+&=?" };
