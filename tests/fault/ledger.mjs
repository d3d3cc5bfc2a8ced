// The oracle: what was acknowledged, compared with what is there.
//
// Posters send reports whose words are their own key, try again on any error
// with the same key, and write an entry only after a whole 2xx receipt was
// read. The entries live in the memory of the test, which no fault of these
// tests touches. check() then asks the program as its users would, and the file
// as an administrator would:
//
//   I1  each acknowledged report is there, once, word for word
//   I2  what was never acknowledged is absent or whole
//   I3  a console that resumed after every cut has the same board as a fresh one
//   I5  the chain of the log verifies
//   I6  SQLite finds its file sound
//
// Each answer that is wrong is an entry in `faults`; a test wants none, a mutant
// must make some.

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { eventually, run } from "../blackbox/harness.mjs";

const HAZARDS = ["flood", "collapse", "fire", "gas_leak", "road_blocked", "medical"];
const ASKED_AT_ONCE = 16;
/** Nobody posts any more: what is on its way comes once or twice. */
const MOST_READ = 4;

/** Reports of a few dozen places, one in ten without any. */
function makeReport(key, n) {
	const place = n % 10 === 0 ? undefined : {
		point: { latDeg: 42.3 + (n % 7) * 0.01, lonDeg: 13.3 + (n % 5) * 0.01 },
		accuracyM: 15,
		kind: "PLACE_KIND_BROWSER_FIX",
	};
	return {
		hazard: HAZARDS[n % HAZARDS.length],
		about: "ABOUT_SELF",
		text: `ledger ${key}`,
		...(place === undefined ? {} : { place }),
		...(n % 4 === 0 ? { signs: { injured: true } } : {}),
	};
}

async function inParallel(items, width, work) {
	const queue = [...items];
	await Promise.all(Array.from({ length: width }, async () => {
		for (let item = queue.pop(); item !== undefined; item = queue.pop()) {
			await work(item);
		}
	}));
}

export class Ledger {
	acknowledged = new Map(); // key -> { link, code, text }
	tried = new Set();
	faults = [];
	/** Longest time without any acknowledgement while posting. */
	longestGapMs = 0;

	constructor(vedetta) {
		this.vedetta = vedetta;
		this.sent = 0;
	}

	fault(text) {
		this.faults.push(text);
	}

	/** Starts posting; stop with finish(). */
	start(posters = 12) {
		this.posting = true;
		this.lastMs = Date.now();
		this.loops = Array.from({ length: posters }, () => this.poster());
		this.console = this.watch();
		return this;
	}

	async poster() {
		while (this.posting) {
			const key = randomUUID();
			const report = makeReport(key, this.sent++);
			this.tried.add(key);
			await this.postUntilTaken(key, report);
		}
	}

	async postUntilTaken(key, report) {
		const body = JSON.stringify(report);
		do {
			try {
				const answer = await this.vedetta.request("public", "/v1/reports", {
					method: "POST",
					headers: { "content-type": "application/json", "idempotency-key": key },
					body,
					timeoutMs: 8000,
				});
				if (answer.status === 201 || answer.status === 200) {
					this.enter(key, report.text, answer.json);
					return;
				}
				if (answer.status !== 503) {
					this.fault(`POST answered ${answer.status}: ${answer.text.slice(0, 200)}`);
					return;
				}
			} catch {
				// The front died, or nobody listens yet: the same key once more.
			}
			await delay(20);
		} while (this.posting);
	}

	enter(key, text, receipt) {
		const now = Date.now();
		this.longestGapMs = Math.max(this.longestGapMs, now - this.lastMs);
		this.lastMs = now;
		this.acknowledged.set(key, { text, link: receipt.link, code: receipt.code });
	}

	/** A console that goes on from its last event id, whatever cuts it. */
	async watch() {
		this.board = new Map();
		// From the epoch's first sequence: the board as it is, then what changes.
		const { sequence } = await eventually(() => this.vedetta.operator().incidents(), { withinMs: 20000, what: "a board to watch" });
		let after = sequence.replace(/-.*/, "-0");
		while (this.posting) {
			const stream = this.vedetta.operator().stream({ after });
			stream.board = this.board;
			while (this.posting && !stream.closed) {
				await delay(20);
			}
			after = stream.lastId;
			this.stream = stream;
			if (this.posting) {
				await delay(20);
			}
		}
	}

	async finish() {
		this.posting = false;
		await Promise.all(this.loops);
		await this.console;
	}

	// ---- comparing

	async checkLinks() {
		await inParallel(this.acknowledged, ASKED_AT_ONCE, async ([key, entry]) => {
			const answer = await this.vedetta.request("public", entry.link, {
				headers: { accept: "application/json" },
			});
			if (answer.status !== 200) {
				this.fault(`I1 ${key}: its link answers ${answer.status}`);
			} else if (answer.json.report?.text !== entry.text) {
				this.fault(`I1 ${key}: its link tells of another report`);
			} else if (answer.json.receipt.code !== entry.code) {
				this.fault(`I1 ${key}: its code changed`);
			}
		});
	}

	/** The board and its incidents' rows of one moment: a receipt may be ahead of the board, and so may its row. */
	async readIncidents() {
		const operator = this.vedetta.operator();
		const board = () => operator.board({ limit: "500" });
		const stands = (incidents) => JSON.stringify(incidents.map(({ id, sequence }) => [id, sequence]).sort());
		// Where some are lost for good, that is found below.
		await eventually(async () => (await board()).reduce((n, one) => n + (one.reports ?? 0), 0) >= this.acknowledged.size).catch(() => {});
		let incidents = await board();
		for (let turn = 1; ; turn++) {
			const rowsOf = new Map();
			await inParallel(incidents, ASKED_AT_ONCE, async ({ id }) => {
				rowsOf.set(id, await operator.reportsOf(id).catch((error) => {
					this.fault(`incident ${id}: ${error.message}`);
					return [];
				}));
			});
			const after = await board();
			if (turn === MOST_READ || stands(after) === stands(incidents)) {
				return { incidents, rowsOf };
			}
			incidents = after;
		}
	}

	/** Every report under every incident, as an operator reads them. */
	async checkIncidents() {
		const seen = new Map();
		const { incidents, rowsOf } = await this.readIncidents();
		for (const incident of incidents) {
			const rows = rowsOf.get(incident.id);
			for (const row of rows) {
				const text = row.report?.text ?? "";
				seen.set(text, (seen.get(text) ?? 0) + 1);
			}
			if (rows.length !== (incident.reports ?? 0)) {
				this.fault(`incident ${incident.id} counts ${incident.reports}, lists ${rows.length}`);
			}
		}
		for (const [key, { text }] of this.acknowledged) {
			if (seen.get(text) !== 1) {
				this.fault(`I1 ${key}: ${seen.get(text) ?? 0} times under the incidents`);
			}
		}
		for (const [text, times] of seen) {
			if (times !== 1 || !this.tried.has(text.replace("ledger ", ""))) {
				this.fault(`I2 "${text}" is there ${times} times`);
			}
		}
		return incidents;
	}

	/** The console that lived through it all, after one last resume. */
	async checkConsole(incidents) {
		const stream = this.vedetta.operator().stream({ after: this.stream?.lastId });
		stream.board = this.board;
		await stream.opened;
		const told = (incident) => this.board.get(incident.id)?.sequence === incident.sequence;
		for (let i = 0; i < 100 && !incidents.every(told); i++) {
			await delay(50);
		}
		for (const incident of incidents) {
			if (!told(incident)) {
				this.fault(`I3 incident ${incident.id} did not reach the resumed console as it is`);
			}
		}
		stream.close();
	}

	/** The file itself; the program must have ended. */
	async checkFile() {
		const verified = await run(["verify", "--data", this.vedetta.data]);
		if (verified.code !== 0) {
			this.fault(`I5 ${verified.stdout}${verified.stderr}`);
		}
		const sound = execFileSync("sqlite3", [
			join(this.vedetta.data, "desk.sqlite"), "pragma integrity_check",
		]).toString().trim();
		if (sound !== "ok") {
			this.fault(`I6 ${sound}`);
		}
	}

	/** All of it; leaves the program stopped. */
	async check() {
		await this.checkLinks();
		const incidents = await this.checkIncidents();
		await this.checkConsole(incidents);
		await this.vedetta.stop();
		await this.checkFile();
		return this.faults;
	}
}
