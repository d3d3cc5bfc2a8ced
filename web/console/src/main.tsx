// Starts the console: what the browser tells it, what happens once a second, what is known first.
// Each file below has the signals of one concern and what sets them, and knows those before it only:
// live, where, list, placing, doing, calling, press; then the views, which get values and callbacks.
import { effect, signal } from "@preact/signals";
import { render } from "preact";
import { Console } from "./Console";
import { followNotices, renewPush } from "./contacts";
import { deeds } from "./doing";
import { learnDuty } from "./duty";
import { exercise, learnExercise } from "./exercise";
import { look as lookAt, newKey } from "./feed";
import { letGoInTime } from "./list";
import { feed, nowMs, opened, state, tick } from "./live";
import { Glance } from "./looking";
import { recall, remember } from "./preferences";
import { press } from "./press";
import { hearTabs, isBlind, learnMe } from "./session";
import { look, unlock } from "./sound";
import { arrive, goTo, keepAddress } from "./where";

keepAddress();
addEventListener("popstate", () => arrive());
arrive();
followNotices(goTo);

for (const touch of ["pointerdown", "keydown"]) {
	addEventListener(touch, unlock, { capture: true, passive: true });
}
addEventListener("keydown", press);

/** What this page shows, for the others; nobody looks at one that is not seen. */
const visible = signal(!document.hidden);
document.addEventListener("visibilitychange", () => { visible.value = !document.hidden; });
const tab = newKey();
const glance = new Glance((incident, writing, count) => lookAt(tab, incident, writing, count));
effect(() => glance.show(visible.value ? opened.value : null, deeds.acting.value !== null));
addEventListener("pagehide", () => glance.leave());
hearTabs();
addEventListener("beforeunload", (event) => {
	if (deeds.loose.peek().length > 0) { // nobody knows of it but this page
		event.preventDefault();
	}
});
// A machine off the network may still reach a server on itself: it is asked.
addEventListener("offline", () => void feed.doubt());
addEventListener("online", () => {
	if (state.peek().connection !== "live") {
		feed.retryNow();
	}
});

/** Who is on duty changes rarely, and is on nobody's stream. */
const DUTY_S = 20;
let seconds = 0;
setInterval(() => {
	tick();
	look(nowMs.value);
	if (++seconds % DUTY_S === 4) { // soon after the page opened: then its own stream is counted
		learnDuty().catch(() => {});
		learnExercise().catch(() => {});
	} else if (exercise.peek() === null) { // nothing is known yet: the server had not heard
		learnExercise().catch(() => {});
	}
	letGoInTime();
}, 1000);
render(<Console />, document.getElementById("app") as HTMLElement);

void learnMe().then(recall, () => {}).then(() => {
	remember();
	renewPush().catch(() => {}); // with the next page again
	return isBlind() ? undefined : feed.start();
});
learnDuty().catch(() => {});
learnExercise().catch(() => {});
