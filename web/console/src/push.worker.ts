// The service worker's whole body: shows what the desk pushes, and opens the console at a click. It keeps
// nothing, fetches nothing and serves no page: the words come sealed for this browser.
import { noticeAddress, readNotice, type Unread } from "./notice";

declare const UNREAD: Unread;

interface Waiting extends Event {
	waitUntil(done: Promise<unknown>): void;
}

interface Pushed extends Waiting {
	data: { text(): string } | null;
}

interface Clicked extends Waiting {
	notification: { close(): void; data: unknown };
}

interface Renewed extends Waiting {
	oldSubscription?: { options: unknown } | null;
	newSubscription?: unknown;
}

interface Page {
	url: string;
	focus(): Promise<unknown>;
	postMessage(message: unknown): void;
}

interface Worker {
	registration: { showNotification(title: string, options: unknown): Promise<void>; pushManager: { subscribe(options: unknown): Promise<unknown> } };
	clients: { matchAll(which: unknown): Promise<Page[]>; openWindow(address: string): Promise<unknown> };
	skipWaiting(): Promise<void>;
}

const worker = self as unknown as Worker;

/** In a console that is open already, else in a new one. */
async function open(address: string): Promise<void> {
	const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
	const page = pages.find((p) => new URL(p.url).pathname === "/console");

	if (page === undefined) {
		await worker.clients.openWindow(address);
		return;
	}
	await page.focus().catch(() => undefined); // it may be hidden by its user's system: it shows the incident all the same
	page.postMessage({ open: address });
}

/** The browser took its address for pushes away: another one by the same key, and pages that are open tell the desk. */
async function renew(event: Renewed): Promise<void> {
	const { oldSubscription: old, newSubscription: fresh } = event;

	if (!fresh && old) {
		await worker.registration.pushManager.subscribe(old.options);
	}
	for (const page of await worker.clients.matchAll({ type: "window", includeUncontrolled: true })) {
		page.postMessage({ renewed: true });
	}
}

addEventListener("install", (event) => (event as Waiting).waitUntil(worker.skipWaiting()));

addEventListener("push", (event) => {
	const { title, options } = readNotice((event as Pushed).data?.text() ?? "", UNREAD, navigator.languages);
	(event as Pushed).waitUntil(worker.registration.showNotification(title, options));
});

addEventListener("notificationclick", (event) => {
	const { notification } = event as Clicked;
	notification.close();
	(event as Clicked).waitUntil(open(noticeAddress(notification.data)));
});

addEventListener("pushsubscriptionchange", (event) => (event as Renewed).waitUntil(renew(event as Renewed)));
