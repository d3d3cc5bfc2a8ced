// What 50 changes a second cost the console with 5,000 open incidents, in Debian's Chromium.
//
//   VEDETTA_BUILD=build/release node tests/bench/console.mjs [SECONDS]
//
// Prints, for each thing an operator has on the screen, "name value unit". The page is fed by a
// server of its own (tests/browser/pace.mjs), traced over the debugger, SECONDS (20) each.

import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { build } from "../blackbox/harness.mjs";
import { DESK, startChromium, stopChromium, Visitor } from "../browser/chromium.mjs";
import { measure, SCENES, serve } from "../browser/pace.mjs";

const seconds = Number(process.argv[2] ?? 20);
const SETTLE_MS = 3000;

await startChromium();
for (const [name, { show, damp, open, doing }] of Object.entries(SCENES)) {
	const server = await serve(join(build, "web/console"));
	const visitor = await Visitor.open(`${server.address}/console`, {
		size: DESK, beforehand: `localStorage.setItem("vedetta.show", "${show}"); localStorage.setItem("vedetta.damp", "${damp}");`,
	});
	await visitor.page.locator(".umbrella").first().waitFor();
	await open?.(visitor.page);
	await delay(SETTLE_MS);
	const { ticks, cpuMs, work, cpu, long } = await measure(visitor, 1000 * seconds, doing === undefined ? undefined : () => doing(visitor.page));
	const say = (what, value, unit) => console.log(`${name}: ${what}`.padEnd(72), value, unit);
	say("CPU for a tick of five changes", cpuMs.toFixed(1), "ms");
	say("tasks of a millisecond or more, half under", work.p50.toFixed(1), "ms");
	say("tasks of a millisecond or more, 95 of 100 under", work.p95.toFixed(1), "ms");
	say("tasks of a millisecond or more, 99 of 100 under", work.p99.toFixed(1), "ms");
	say("the same, CPU alone, 95 of 100 under", cpu.p95.toFixed(1), "ms");
	say("the most CPU of one task", cpu.most.toFixed(1), "ms");
	say("the longest task", work.most.toFixed(1), "ms");
	say(`tasks over 50 ms in ${Math.round(ticks)} ticks`, long.n, "");
	await visitor.close();
	server.stop();
}
await stopChromium();
