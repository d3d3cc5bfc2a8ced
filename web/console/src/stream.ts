// One stream per browser: all its pages share the one that a worker holds, since a browser opens
// six connections to a host and no more. Where there are no shared workers each page has its own.
import type { FromWorker, ToWorker } from "./relay";

declare const STREAM_WORKER_URL: string;

export interface StreamEvents {
	open: () => void;
	/** An event of the stream, by its name. */
	told: (name: string, data: string, id: string) => void;
	/** It is no more: cut, refused, or ended. */
	lost: () => void;
}

export interface Stream {
	close: () => void;
}

const NAMES = ["change", "umbrellas", "looking", "heartbeat", "reset"] as const;
const HERE_MS = 20_000;

export function openOwn(after: string, events: StreamEvents): Stream {
	const source = new EventSource(`/v1/events?after=${encodeURIComponent(after)}`);

	source.addEventListener("open", () => events.open());
	for (const name of NAMES) {
		source.addEventListener(name, (message: MessageEvent<string>) => events.told(name, message.data, message.lastEventId));
	}
	// Our own back-off: the browser's would ask a stopped server every 3 s.
	source.addEventListener("error", () => {
		source.close();
		events.lost();
	});
	return { close: () => source.close() };
}

function openShared(after: string, events: StreamEvents): Stream {
	const worker = new SharedWorker(STREAM_WORKER_URL, { name: "vedetta-stream", type: "module" });
	const say = (message: ToWorker) => worker.port.postMessage(message);
	const here = setInterval(() => say({ kind: "here" }), HERE_MS);
	const close = () => {
		clearInterval(here);
		removeEventListener("pagehide", close);
		say({ kind: "leave" });
		worker.port.close();
	};
	worker.port.onmessage = ({ data }: MessageEvent<FromWorker>) => {
		switch (data.kind) {
			case "open":
				events.open();
				break;
			case "told":
				events.told(data.name, data.data, data.id);
				break;
			case "lost":
				close();
				events.lost();
				break;
		}
	};
	worker.onerror = () => { // its script could not be loaded: as good as cut
		close();
		events.lost();
	};
	addEventListener("pagehide", close);
	say({ kind: "join", after });
	return { close };
}

export function openStream(after: string, events: StreamEvents): Stream {
	return typeof SharedWorker === "undefined" ? openOwn(after, events) : openShared(after, events);
}
