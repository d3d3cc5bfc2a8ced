// The desk's voice. A browser lets a page be heard only after somebody touched it, and may
// take that back; so this always knows whether it can be heard, and the header says when not.
import { signal } from "@preact/signals";
import { keep, readKept } from "./kept";

/** blocked: waits for a touch or a key. lost: the machine's output stands still. */
type Voice = "on" | "blocked" | "lost" | "muted" | "none";

/** What is to be heard, most urgent first. */
export type Signal = "alarm" | "worse" | "drill" | "remind" | "news";

/** Nobody mutes an alarm for longer, nor for ever. */
const MUTE_MS = 2 * 60_000;

interface Tone {
	atS: number;
	forS: number;
	hz: number;
	/** Of all there is. */
	loud: number;
}

/** Two falling tones, as an ambulance; three rising; two low ones; one; a soft one. Told apart with eyes shut. */
const TUNES: Record<Signal, readonly Tone[]> = {
	alarm: [0, 0.5, 1].flatMap((atS) => [{ atS, forS: 0.22, hz: 960, loud: 1 }, { atS: atS + 0.24, forS: 0.22, hz: 640, loud: 1 }]),
	worse: [520, 780, 1170, 520, 780, 1170].map((hz, i) => ({ atS: i * 0.18, forS: 0.15, hz, loud: 1 })),
	drill: [{ atS: 0, forS: 0.2, hz: 440, loud: 0.6 }, { atS: 0.3, forS: 0.2, hz: 330, loud: 0.6 }],
	remind: [{ atS: 0, forS: 0.3, hz: 640, loud: 0.6 }],
	news: [{ atS: 0, forS: 0.12, hz: 880, loud: 0.35 }],
};

export const voice = signal<Voice>(typeof AudioContext === "undefined" ? "none" : "blocked");
export const mutedUntilMs = signal(0);
export const volume = signal(firstVolume());

function firstVolume(): number {
	const kept = Number(readKept("volume") ?? "0.8");
	return kept >= 0.2 && kept <= 1 ? kept : 0.8; // never so low that it cannot be heard
}

export function setVolume(to: number): void {
	volume.value = Math.min(1, Math.max(0.2, to));
	keep("volume", String(volume.value));
}

let context: AudioContext | null = null;
let lastTime = -1;

/** Called by any touch or key: the only moment in which a browser lets a page speak up. */
export function unlock(): void {
	if (typeof AudioContext === "undefined") {
		return;
	}
	context ??= new AudioContext();
	void context.resume().then(() => look(Date.now()));
}

/** Once a second: can it be heard? A clock of its that stands still is a machine without output. */
export function look(nowMs: number): void {
	if (typeof AudioContext === "undefined") {
		return;
	}
	context ??= new AudioContext(); // some browsers let a known page speak at once
	if (context.state !== "running") {
		voice.value = "blocked";
		lastTime = -1;
		return;
	}
	const stands = context.currentTime === lastTime;
	lastTime = context.currentTime;
	voice.value = stands ? "lost" : nowMs < mutedUntilMs.value ? "muted" : "on";
}

export function play(what: Signal): void {
	if (context === null || context.state !== "running" || Date.now() < mutedUntilMs.value) {
		return;
	}
	for (const tone of TUNES[what]) {
		const from = context.currentTime + tone.atS;
		const till = from + tone.forS;
		const source = new OscillatorNode(context, { type: "square", frequency: tone.hz });
		const gain = new GainNode(context, { gain: 0 });

		gain.gain.linearRampToValueAtTime(tone.loud * volume.value * 0.4, from + 0.01);
		gain.gain.setValueAtTime(tone.loud * volume.value * 0.4, till - 0.02);
		gain.gain.linearRampToValueAtTime(0, till);
		source.connect(gain).connect(context.destination);
		source.start(from);
		source.stop(till);
	}
}

/** Two minutes, or heard again at once. */
export function mute(nowMs: number): void {
	mutedUntilMs.value = nowMs < mutedUntilMs.value ? 0 : nowMs + MUTE_MS;
	look(nowMs);
}
