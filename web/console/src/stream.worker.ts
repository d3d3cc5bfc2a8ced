// The shared worker's whole body: ports to the relay.
import { Relay, type Page, type ToWorker } from "./relay";
import { openOwn } from "./stream";

interface PortEvent {
	ports: readonly MessagePort[];
}

const relay = new Relay(openOwn);

addEventListener("connect", (event) => {
	const [port] = (event as unknown as PortEvent).ports;
	if (port === undefined) {
		return;
	}
	const page: Page = { say: (message) => port.postMessage(message) };
	port.onmessage = ({ data }: MessageEvent<ToWorker>) => relay.take(page, data, Date.now());
});
