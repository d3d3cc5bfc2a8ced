// The exercise that is on, as the desk tells it, and what is sent to begin, join and end one.
import { signal } from "@preact/signals";
import type { Exercise, ExerciseChange, Incident } from "vedetta/api";
import { ask } from "./feed";
import { newest } from "./newest";
import { postOnce } from "./once";
import { isOpen } from "./state";

/** Without a name: none is on, and its id is the last one's; null: not known yet. */
export const exercise = signal<Exercise | null>(null);

export function isOn(): boolean {
	return Boolean(exercise.value?.name);
}

/** Drills call for somebody while one is on; what is left of one that is over waits in silence. */
export function drillsCall(): boolean {
	return exercise.value === null || isOn();
}

/** Open drills that nobody has acknowledged. */
export function unseenDrills(incidents: Iterable<Incident>): number {
	let n = 0;
	for (const incident of incidents) {
		n += incident.exercise === true && isOpen(incident) && incident.acknowledged === undefined ? 1 : 0;
	}
	return n;
}

export const learnExercise = newest(() => ask<Exercise>("/v1/exercise"), (now) => { exercise.value = now; });

/** What was answered is on its way to this console's server: a moment, at most three seconds. */
const SOON_MS = 150;
const TRIES = 20;

async function learnUntil(so: () => boolean): Promise<void> {
	await learnExercise();
	for (let n = 0; n < TRIES && !so(); n++) {
		await new Promise((resolve) => setTimeout(resolve, SOON_MS));
		await learnExercise();
	}
}

export async function changeExercise(change: ExerciseChange): Promise<void> {
	await postOnce("/v1/exercise", change);
	await learnUntil(() => isOn() === (change.on ?? false) && exercise.peek()?.closing !== true);
}

/** To be told of this one's incidents as of real ones, or not any more. */
export async function join(exerciseId: string, on: boolean): Promise<void> {
	await postOnce("/v1/duty", { on, exercise: true, exerciseId });
	await learnUntil(() => (exercise.peek()?.joinedYourself ?? false) === on);
}
