// The exercise: who began it, until when, how people take part, and its end.
import { useState } from "preact/hooks";
import type { Exercise } from "vedetta/api";
import { AccountTabs, type AccountLeaf } from "./AccountTabs";
import { changeExercise, exercise, isOn, join } from "./exercise";
import { refusal } from "./feed";
import { may } from "./session";
import { clock, ms, t } from "./text";

const MINUTES = [60, 120, 240, 480, 1440] as const;

interface PartProps {
	run: (what: () => Promise<void>) => void;
}

function Begin({ run }: PartProps) {
	const [name, setName] = useState("");
	const [minutes, setMinutes] = useState(240);
	return (
		<form class="duty-form" onSubmit={(e) => { e.preventDefault(); run(() => changeExercise({ on: true, name: name.trim(), minutes })); }}>
			<h3>{t("exercise.begin")}</h3>
			<label>{t("exercise.name")} <input class="form-control" name="name" required maxLength={100} autocomplete="off" value={name} onInput={(e) => setName(e.currentTarget.value)} /></label>
			<label>{t("exercise.for")}{" "}
				<select class="form-select" name="minutes" value={minutes} onChange={(e) => setMinutes(Number(e.currentTarget.value))}>
					{MINUTES.map((m) => <option key={m} value={m}>{t("exercise.hours", { n: m / 60 })}</option>)}
				</select>
			</label>
			<button type="submit" class="btn btn-primary">{t("exercise.begin")}</button>
		</form>
	);
}

function Now({ on, run }: PartProps & { on: Exercise }) {
	const { joined = [], joinedYourself = false } = on;
	return (
		<>
			<p class="exercise-strip"><b>{t("console.exercise")}</b> <b dir="auto">«{on.name}»</b>{" "}
				{t("exercise.since", { by: on.by || t("exercise.machine"), from: clock(ms(on.from)), until: clock(ms(on.until)) })}
			</p>
			{may("EXERCISE") && <p><button type="button" class="btn btn-primary" onClick={() => run(() => changeExercise({ on: false }))}>{t("exercise.end")}</button> {t("exercise.end.more")}</p>}
			<section>
				<h3>{t("exercise.told")}</h3>
				<p>{t("exercise.told.more")}</p>
				<ul>{joined.map((name) => <li key={name} dir="auto">{name}</li>)}</ul>
				{joined.length === 0 && <p class="soft">{t("exercise.told.nobody")}</p>}
				{may("ACT") && <button type="button" class="btn btn-outline-primary" onClick={() => run(() => join(!joinedYourself))}>{t(joinedYourself ? "exercise.leave" : "exercise.join")}</button>}
			</section>
			{on.token && (
				<section>
					<h3>{t("exercise.people")}</h3>
					<p>{t("exercise.people.more")}</p>
					<label>{t("exercise.link")} <input class="form-control token" readOnly value={`/?exercise=${on.token}`} onFocus={(e) => e.currentTarget.select()} /></label>
				</section>
			)}
		</>
	);
}

interface ExerciseProps {
	/** Drills that are still open. */
	drills: number;
	onClose: () => void;
	onTurn: (to: AccountLeaf) => void;
}

export function ExercisePage({ drills, onClose, onTurn }: ExerciseProps) {
	const [said, setSaid] = useState("");
	const on = exercise.value;
	const run = (what: () => Promise<void>) => {
		setSaid("");
		what().catch((error: unknown) => setSaid(refusal(error)));
	};
	return (
		<main class="handover-page duty-page" aria-label={t("exercise.title")}>
			<AccountTabs at="exercise" onTurn={onTurn} />
			<div class="title">
				<h2>{t("exercise.title")}</h2>
				<p class="toggles"><button type="button" class="btn btn-outline-primary" onClick={onClose}>{t("console.close")} <kbd>Esc</kbd></button></p>
			</div>
			<p class="wrong" role="alert">{said}</p>
			{on !== null && isOn() ? <Now on={on} run={run} /> : (
				<>
					<p>{t("exercise.none")}</p>
					{drills > 0 && <p>{t("exercise.over", { n: drills })}</p>}
					{may("EXERCISE") && <Begin run={run} />}
				</>
			)}
		</main>
	);
}
