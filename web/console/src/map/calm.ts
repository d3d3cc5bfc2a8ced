// A map that gives way to the list: what changes by itself is drawn once, when all of it has come;
// what the operator does is drawn at once. Where no graphics card draws, each picture holds the page up.
import { MapLibreMap } from "maplibre-gl";

/** The tiles of a change come one by one: looked at so often, for so long. */
const GATHER_MS = 80;
const GATHER_MOST_MS = 640;
/** After a picture the map asks for the same once more, in case something fades: the next change brings it. */
const AGAIN_MS = 1500;
const GESTURES = ["pointerdown", "wheel", "keydown"] as const;

export class CalmMap extends MapLibreMap {
	// Not initialised: the constructor above asks for pictures before a field of ours would be.
	declare private calm: boolean | undefined;
	declare private inPicture: boolean | undefined;
	declare private timer: ReturnType<typeof setTimeout> | undefined;
	declare private dueMs: number | undefined;
	declare private sinceMs: number | undefined;

	/** What a picture takes, from its drawing until the page goes on. */
	pictureMs = 0;

	/** Until all is there and stands still, pictures come as fast as they can. */
	lively(): void {
		this.calm = false;
	}

	watch(box: HTMLElement): void {
		for (const gesture of GESTURES) {
			box.addEventListener(gesture, () => this.lively(), { capture: true, passive: true });
		}
		this.on("movestart", () => this.lively());
		this.on("idle", () => { this.calm = true; });
		this.on("render", () => this.drawn());
		this.on("remove", () => clearTimeout(this.timer));
	}

	private drawn(): void {
		const { port1, port2 } = new MessageChannel();
		const begunMs = performance.now();

		this.inPicture = true;
		queueMicrotask(() => { this.inPicture = false; });
		port1.onmessage = () => {
			this.pictureMs = (this.pictureMs * 3 + performance.now() - begunMs) / 4;
			port1.close();
		};
		port2.postMessage(null);
	}

	override triggerRepaint(): void {
		const nowMs = performance.now();

		if (this.calm !== true) {
			this.picture();
			return;
		}
		if (this.inPicture !== true) {
			this.sinceMs ??= nowMs;
		}
		this.wait(nowMs, this.inPicture === true ? AGAIN_MS : GATHER_MS);
	}

	private wait(nowMs: number, ms: number): void {
		if (this.timer === undefined || nowMs + ms < (this.dueMs ?? 0)) {
			clearTimeout(this.timer);
			this.dueMs = nowMs + ms;
			this.timer = setTimeout(() => this.due(), ms);
		}
	}

	private due(): void {
		const nowMs = performance.now();

		this.timer = undefined;
		if (this.calm === true && !this.areTilesLoaded() && nowMs - (this.sinceMs ?? nowMs) < GATHER_MOST_MS) {
			this.wait(nowMs, GATHER_MS);
		} else {
			this.picture();
		}
	}

	private picture(): void {
		clearTimeout(this.timer);
		this.timer = undefined;
		this.sinceMs = undefined;
		super.triggerRepaint();
	}
}
