/*
 * What a browser with JavaScript adds to the pages, which work without it:
 * the phone's position, a draft that survives, sending that goes on trying on
 * a bad network, and a receipt that keeps itself fresh.
 *
 * It never says "received" before the server did. The report keeps its key
 * over every attempt, so it cannot arrive twice; the draft stays until a
 * receipt has come back. Words come from the page (data-*), which has them
 * from the catalogue. Text only: nothing here builds HTML from strings.
 */
"use strict";
(() => {
	/* An exercise's words and key never come back in an emergency's form. */
	const DRAFT = document.querySelector(".exercise") ? "draft.exercise" : "draft";
	const ATTEMPT_MS = 20000;
	const WAITS_S = [2, 4, 8, 15];
	const REFRESH_MS = 15000;
	const ROUGH_M = 250;

	const byId = (id) => document.getElementById(id);
	const fill = (text, values) =>
		text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
	const store = (value) => {
		try {
			if (value === null) {
				sessionStorage.removeItem(DRAFT);
			} else {
				sessionStorage.setItem(DRAFT, JSON.stringify(value));
			}
		} catch {
			/* private mode: the draft lives in the page alone */
		}
	};
	const stored = () => {
		try {
			return JSON.parse(sessionStorage.getItem(DRAFT));
		} catch {
			return null;
		}
	};

	/* ---- the draft */

	/* Source token, exercise token and language are the page's, the rest the citizen's. */
	const draftOf = (form, sent) => ({
		sent,
		taken: Number(form.dataset.taken) || 0,
		fields: [...new FormData(form)].filter(
			([name, value]) => name !== "source" && name !== "lang" && name !== "exercise" && value !== ""),
	});

	function putBack(form, draft) {
		form.dataset.taken = draft.taken;
		for (const [name, value] of draft.fields) {
			const field = form.elements[name];
			if (field instanceof RadioNodeList) {
				field.value = value;
			} else if (field?.type === "checkbox" || field?.type === "radio") {
				field.checked = field.value === value;
			} else if (field) {
				field.value = value;
			}
		}
	}

	/* ---- the position */

	function position(form) {
		const words = form.dataset;
		const button = byId("locate");
		const note = byId("located");
		const forget = byId("forget");
		const fields = form.elements;
		let watch = null;
		let best = Infinity;

		const hasFix = () => fields.lat.value !== "";
		/* When the fix was made, by the phone's clock; 0: not known. */
		const taken = () => Number(words.taken) || 0;
		const isElsewhere = () => fields.about.value === "other";

		function show(problem) {
			const elsewhere = isElsewhere();
			button.hidden = elsewhere || !navigator.geolocation;
			forget.hidden = elsewhere || !hasFix();
			if (elsewhere) {
				note.textContent = words.elsewhere;
			} else if (hasFix()) {
				const metres = Math.round(Number(fields.accuracy.value)) || 0;
				const seconds = taken() ? Math.round((Date.now() - taken()) / 1000) : 0;
				button.querySelector("span").textContent = words.again;
				note.textContent = [
					fill(words.fix, {
						lat: Number(fields.lat.value).toFixed(5),
						lon: Number(fields.lon.value).toFixed(5),
					}),
					metres ? fill(words.accuracy, { metres }) : "",
					seconds >= 10 ? fill(words.age, { seconds }) : "",
					metres > ROUGH_M ? words.rough : "",
				].filter(Boolean).join(" ");
			} else {
				note.textContent = problem ?? "";
			}
		}

		function drop() {
			for (const name of ["lat", "lon", "accuracy", "kind", "age"]) {
				fields[name].value = "";
			}
			words.taken = 0;
		}

		function stop() {
			if (watch !== null) {
				navigator.geolocation.clearWatch(watch);
				watch = null;
			}
			button.removeAttribute("aria-busy");
		}

		function onFix(fix) {
			const { latitude, longitude, accuracy } = fix.coords;
			if (isElsewhere() || accuracy > best) {
				return;
			}
			best = accuracy;
			fields.lat.value = latitude.toFixed(6);
			fields.lon.value = longitude.toFixed(6);
			fields.accuracy.value = accuracy.toFixed(1);
			fields.kind.value = "browser_fix";
			words.taken = fix.timestamp;
			show();
			form.dispatchEvent(new Event("input"));
		}

		function onProblem(error) {
			stop();
			show(error.code === 1 ? words.denied
				: error.code === 3 ? words.timeout : words.unavailable);
		}

		/* The first fix is often a cell's; better ones follow for a while. */
		button.addEventListener("click", () => {
			stop();
			best = Infinity;
			button.setAttribute("aria-busy", "true");
			note.textContent = words.locating;
			watch = navigator.geolocation.watchPosition(onFix, onProblem,
				{ enableHighAccuracy: true, timeout: 20000, maximumAge: 5000 });
			setTimeout(stop, 30000);
		});
		forget.addEventListener("click", () => {
			stop();
			drop();
			show();
			button.focus();
		});
		form.addEventListener("change", (event) => {
			if (event.target.name === "about") {
				if (isElsewhere()) {
					stop();
					drop();
				}
				show();
			}
		});
		if (hasFix() && !taken() && fields.age.value !== "") {
			words.taken = Date.now() - Number(fields.age.value) * 1000;
		}
		setInterval(() => hasFix() && !isElsewhere() && show(), 10000);
		show();
		return {
			/* The age at the moment of sending. */
			settle() {
				if (hasFix() && taken()) {
					fields.age.value =
						String(Math.max(0, Math.round((Date.now() - taken()) / 1000)));
				}
			},
		};
	}

	/* ---- sending */

	async function attempt(body) {
		const abort = new AbortController();
		const timer = setTimeout(() => abort.abort(), ATTEMPT_MS);
		try {
			const answer = await fetch("/v1/reports", {
				method: "POST",
				body,
				headers: { Accept: "application/json" },
				signal: abort.signal,
				cache: "no-store",
			});
			const again = answer.status === 429 || answer.status === 408 || answer.status >= 500;
			const receipt = answer.ok ? await answer.json() : null;
			return {
				receipt: receipt?.code ? receipt : null,
				refused: !answer.ok && !again,
				wait: Number(answer.headers.get("Retry-After")) || 0,
			};
		} catch {
			return { receipt: null, refused: false, wait: 0 };
		} finally {
			clearTimeout(timer);
		}
	}

	/* Waits that many seconds, or less when the network comes back. */
	function pause(seconds, tick, state) {
		return new Promise((done) => {
			let left = seconds;
			const end = () => {
				clearInterval(timer);
				removeEventListener("online", end);
				state.wake = null;
				done();
			};
			const timer = setInterval(() => (--left > 0 ? tick(left) : end()), 1000);
			addEventListener("online", end);
			state.wake = end;
			tick(left);
		});
	}

	/* The code is on the screen before anything else is asked of the network. */
	async function acknowledge(form, receipt) {
		const box = byId("sending");
		const code = document.createElement("p");
		const link = document.createElement("a");

		form.dataset.done = "yes";
		store(null);
		code.className = "code";
		code.textContent = receipt.code;
		box.replaceChildren(form.dataset.received, code);
		if (receipt.unserved) { /* what stands above was said before the place was known */
			const alone = document.createElement("strong");

			alone.textContent = form.dataset.unserved;
			box.prepend(alone, " ");
		}
		byId("retrying").hidden = true;
		byId("send").hidden = true;
		box.scrollIntoView({ block: "center" });
		if (!receipt.link) {
			return; /* added to a report sent under another token: its link is not ours */
		}
		link.className = "button second";
		link.href = receipt.link;
		link.textContent = form.dataset.open;
		box.append(link);
		const page = await load(`${receipt.link}?lang=${form.elements.lang.value}`);
		if (page) {
			history.replaceState(null, "", receipt.link);
			document.title = page.title;
			document.body.replaceWith(document.adoptNode(page.body));
			scrollTo(0, 0);
			start();
		}
	}

	function sending(form, place) {
		const words = form.dataset;
		const box = byId("sending");
		const retrying = byId("retrying");
		const button = byId("send");
		const state = { busy: false, stopped: false, wake: null };

		const busy = (on) => {
			state.busy = on;
			button.setAttribute("aria-disabled", String(on));
		};

		async function send() {
			for (let n = 1; !state.stopped; n++) {
				place.settle();
				const result = await attempt(new URLSearchParams(new FormData(form)));
				if (result.receipt) {
					await acknowledge(form, result.receipt);
					return;
				}
				if (result.refused) {
					/* The server's page knows which field, and keeps the rest. */
					store({ ...draftOf(form, true), handed: true });
					form.submit();
					return;
				}
				if (state.stopped) {
					break;
				}
				retrying.hidden = false;
				button.hidden = true;
				const wait = Math.min(Math.max(result.wait,
					WAITS_S[Math.min(n, WAITS_S.length) - 1]), 60);
				await pause(wait, (left) => {
					box.textContent = navigator.onLine
						? `${fill(words.retry, { n: left, attempt: n + 1 })} ${words.call}`
						: `${words.offline} ${words.call}`;
				}, state);
				if (!state.stopped) {
					box.textContent = words.trying;
				}
			}
			box.textContent = words.stopped;
			retrying.hidden = true;
			button.hidden = false;
			busy(false);
		}

		form.addEventListener("submit", (event) => {
			event.preventDefault();
			if (state.busy) {
				return;
			}
			if (form.elements.hazard.value === "" && form.elements.text.value.trim() === "") {
				box.textContent = words.nothing;
				byId("hazard").focus();
				return;
			}
			state.stopped = false;
			busy(true);
			store(draftOf(form, true));
			box.textContent = words.sending;
			send();
		});
		byId("now").addEventListener("click", () => state.wake?.());
		byId("stop").addEventListener("click", () => {
			state.stopped = true;
			state.wake?.();
		});
	}

	function startForm(form) {
		const draft = stored();
		const isFresh = !byId("errors") && !document.querySelector("main > .bad");
		const left = byId("left");
		const text = form.elements.text;

		if (draft && isFresh) {
			putBack(form, draft);
			byId("sending").textContent =
				draft.sent ? form.dataset.unconfirmed : form.dataset.stopped;
		}
		if (draft?.handed) {
			store({ ...draft, handed: false }); /* and came back */
		}
		const count = () => {
			left.textContent = text.value === "" ? ""
				: fill(form.dataset.count, { n: text.maxLength - text.value.length });
		};
		const place = position(form);
		sending(form, place);
		let timer = 0;
		form.addEventListener("input", () => {
			count();
			clearTimeout(timer);
			timer = setTimeout(() => {
				if (!form.dataset.done) {
					store(draftOf(form, Boolean(stored()?.sent)));
				}
			}, 300);
		});
		count();
	}

	/* ---- the receipt */

	/* Another page of ours as a document; null when the network is bad. */
	async function load(path) {
		const abort = new AbortController();
		const timer = setTimeout(() => abort.abort(), ATTEMPT_MS);
		try {
			const answer = await fetch(path, {
				headers: { Accept: "text/html" },
				signal: abort.signal,
				cache: "no-store",
			});
			const type = answer.headers.get("Content-Type") ?? "";
			return answer.ok && type.startsWith("text/html")
				? new DOMParser().parseFromString(await answer.text(), "text/html")
				: null;
		} catch {
			return null;
		} finally {
			clearTimeout(timer);
		}
	}

	function showTimes() {
		const lang = document.documentElement.lang;
		for (const time of document.querySelectorAll("time")) {
			const at = new Date(time.dateTime);
			const minutes = Math.round((at - Date.now()) / 60000);
			const ago = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });
			time.textContent = `${at.toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit" })} (${
				minutes > -60 ? ago.format(minutes, "minute")
					: minutes > -1440 ? ago.format(Math.round(minutes / 60), "hour")
						: ago.format(Math.round(minutes / 1440), "day")})`;
		}
	}

	/* Puts what is new in its place and leaves the rest, so nothing jumps. */
	function renew(page) {
		for (const part of ["header .duty", "#state", "main .guidance", "main dl"]) {
			const old = document.querySelector(part);
			const fresh = page.querySelector(part);
			if (old && fresh && !old.isEqualNode(fresh)) {
				old.replaceWith(document.adoptNode(fresh));
			}
		}
	}

	function startReceipt(main) {
		const live = byId("live");
		const state = byId("state");
		state.setAttribute("role", "status");
		if (stored()?.handed) {
			store(null); /* sent by the form itself, and here is the receipt */
		}

		const refresh = async () => {
			if (document.visibilityState === "visible") {
				const page = await load(`${location.pathname}?lang=${document.documentElement.lang}`);
				if (page) {
					page.getElementById("state")?.setAttribute("role", "status");
					renew(page);
				}
				live.textContent = page ? main.dataset.live : main.dataset.stale;
			}
			showTimes();
		};
		showTimes();
		if (!live) {
			return; /* the answer to something added: no link, nothing to ask */
		}
		live.textContent = main.dataset.live;
		byId("refresh").addEventListener("click", (event) => {
			event.preventDefault();
			refresh();
		});
		setInterval(refresh, REFRESH_MS);
		document.addEventListener("visibilitychange", refresh);
	}

	function start() {
		const page = document.querySelector("[data-page]");
		if (page?.dataset.page === "form") {
			startForm(page);
		} else if (page) {
			startReceipt(page);
		}
	}
	start();
})();
