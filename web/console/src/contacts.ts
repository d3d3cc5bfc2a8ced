// How the desk reaches whoever is at this screen: contacts of the account, and pushes to this browser.
import type { AccountContacts, ContactsNow, DutyPage, PushSubscription as Subscribed } from "vedetta/api";
import { ask } from "./feed";
import { postOnce } from "./once";
import { keepSettings, learnMe, me } from "./session";

const WORKER = "/console/push.js";
const SCOPE = "/console/";
/** Under it this browser remembers by which address the desk knows it. */
const TOLD = "vedetta.push";

export function learnContacts(): Promise<ContactsNow> {
	return ask<ContactsNow>("/v1/contacts");
}

export function testContacts(): Promise<DutyPage> {
	return postOnce<DutyPage>("/v1/contacts/test", {});
}

/** Is there still something to be heard of it? */
export function isUnderWay(page: DutyPage): boolean {
	return (page.deliveries ?? []).length === 0 || (page.deliveries ?? []).some((d) =>
		/_(QUEUED|TRYING|UNKNOWN)$/.test(d.state ?? ""));
}

/** They are set as a whole: what is changed is what they are now, not what they were when this page was opened. */
export async function keepContacts(change: (now: AccountContacts) => AccountContacts): Promise<void> {
	await learnMe();
	await keepSettings({ contacts: change(me.peek()?.contacts ?? {}) });
	await learnMe();
}

/** One for each browser: who subscribes again has other keys. */
export function withBrowser(list: readonly Subscribed[], one: Subscribed): Subscribed[] {
	return [...list.filter((s) => s.endpoint !== one.endpoint), one];
}

export function withoutBrowser(list: readonly Subscribed[], endpoint: string): Subscribed[] {
	return list.filter((s) => s.endpoint !== endpoint);
}

export function canPush(): boolean {
	return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

/** "Firefox, Linux": enough for its owner to tell one from another. */
export function browserName(agent: string): string {
	const name = /(Firefox|Edg|OPR|Chrome|Safari)\//.exec(agent)?.[1] ?? "Browser";
	const system = /(Android|iPhone|iPad|Windows|Mac OS X|Linux)/.exec(agent)?.[1] ?? "";
	return [name === "Edg" ? "Edge" : name === "OPR" ? "Opera" : name, system].filter(Boolean).join(", ");
}

/** What this browser takes pushes by; null: nothing. */
export async function subscription(): Promise<PushSubscription | null> {
	const registration = canPush() ? await navigator.serviceWorker.getRegistration(SCOPE) : undefined;
	return await registration?.pushManager.getSubscription() ?? null;
}

async function isActive(registration: ServiceWorkerRegistration): Promise<void> {
	const coming = registration.installing ?? registration.waiting;

	if (registration.active !== null || coming === null) {
		return;
	}
	await new Promise<void>((resolve) => {
		coming.addEventListener("statechange", () => coming.state === "activated" && resolve());
	});
}

/** From a click: the browser asks its user. "denied": it may not. */
export async function subscribe(key: string): Promise<"done" | "denied"> {
	if (await Notification.requestPermission() !== "granted") {
		return "denied";
	}
	const registration = await navigator.serviceWorker.register(WORKER, { scope: SCOPE });
	await isActive(registration);
	// One made for another key of the desk's would never be heard.
	await (await registration.pushManager.getSubscription())?.unsubscribe();
	await tell(await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
	return "done";
}

/** The desk reaches this browser by it, and not by `before` any more. */
async function tell(made: PushSubscription, before = ""): Promise<void> {
	const { endpoint = "", keys } = made.toJSON();
	const one = { endpoint, p256dh: keys?.p256dh ?? "", auth: keys?.auth ?? "", label: browserName(navigator.userAgent) };
	await keepContacts((now) => ({ ...now, push: withBrowser(withoutBrowser(now.push ?? [], before), one) }));
	localStorage.setItem(TOLD, endpoint);
}

/** One by the desk's key, without asking: its user had allowed it before. Null: not any more. */
async function subscribeAgain(): Promise<PushSubscription | null> {
	const registration = await navigator.serviceWorker.getRegistration(SCOPE);
	const key = (await learnContacts()).pushKey ?? "";

	return registration === undefined || key === "" || Notification.permission !== "granted" ? null
		: registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

/**
 * Browsers change the address they take pushes by, or lose it. What the desk knows of this one is set right, unless
 * its owner took it away somewhere else, or another person is at this screen.
 */
export async function renewPush(): Promise<void> {
	const told = localStorage.getItem(TOLD);
	const list = me.peek()?.contacts?.push ?? [];

	if (told === null || !canPush() || !list.some((s) => s.endpoint === told)) {
		return;
	}
	const own = await subscription() ?? await subscribeAgain();
	if (own !== null && own.endpoint !== told) {
		await tell(own, told);
	}
}

/** This browser's own goes from the browser too. */
export async function unsubscribe(endpoint: string): Promise<void> {
	const own = await subscription();

	await keepContacts((now) => ({ ...now, push: withoutBrowser(now.push ?? [], endpoint) }));
	if (own?.endpoint === endpoint) {
		localStorage.removeItem(TOLD);
		await own.unsubscribe();
	}
}

/** Who clicks on a notification while a console is open is led there in it. And what the browser changed is told. */
export function followNotices(go: (address: string) => void): void {
	if (!("serviceWorker" in navigator)) {
		return;
	}
	navigator.serviceWorker.addEventListener("message", ({ data }: MessageEvent<{ open?: unknown; renewed?: unknown } | null>) => {
		if (data?.renewed === true) {
			renewPush().catch(() => {}); // the next page that opens tries again
		}
		if (typeof data?.open === "string" && /^\/console(#incident\/\d{1,20})?$/.test(data.open)) {
			go(data.open);
		}
	});
	navigator.serviceWorker.startMessages();
}
