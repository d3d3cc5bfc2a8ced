// The exercise: who began it, until when, how people take part, and its end.
import { useState } from "preact/hooks";
import type { Exercise } from "vedetta/api";
import { AccountTabs, type AccountLeaf } from "./AccountTabs";
import { Check } from "./Check";
import { changeExercise, exercise, isOn, join, learnExercise } from "./exercise";
import { refusal } from "./refusal";
import { may } from "./session";
import { clock, ms, t } from "./text";

const MINUTES = [60, 120, 240, 480, 1440] as const;

interface PartProps {
	run: (what: () => Promise<void>) => void;
}

interface Open {
	/** Drills that are still open, and of these those that nobody has acknowledged. */
	drills: number;
	unseen: number;
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

/** Its end, and what becomes of what it leaves open: nothing of it is lost, each closing can be undone. */
function End({ run, drills, unseen, id }: PartProps & Open & { id: string }) {
	const [close, setClose] = useState(true);
	return (
		<form class="duty-form" onSubmit={(e) => { e.preventDefault(); run(() => changeExercise({ on: false, id, leaveOpen: !close })); }}>
			{drills > 0 && <Check checked={close} onChange={setClose}>{t("exercise.close", { n: drills })}</Check>}
			{drills > 0 && close && <p class="soft">{t("exercise.close.more")}</p>}
			{unseen > 0 && close && <p><b>⚠ {t("exercise.close.unseen", { n: unseen })}</b></p>}
			<button type="submit" class="btn btn-primary">{t("exercise.end")}</button> {t("exercise.end.more")}
		</form>
	);
}

/** None is on: what the last one left. */
function Over({ run, last, drills }: PartProps & Open & { last: Exercise | null }) {
	const { id = "0", overName = "", closing = false, closed = 0 } = last ?? {};
	return (
		<>
			{overName !== "" && closed > 0 && <p role="status">{t("exercise.closed", { name: overName, n: closed })}</p>}
			{closing ? <p role="status">{t("exercise.closing", { n: drills })}</p> : drills > 0 && <p>{t("exercise.over", { n: drills })}</p>}
			{!closing && drills > 0 && overName !== "" && may("EXERCISE") && (
				<p><button type="button" class="btn btn-outline-primary" onClick={() => run(() => changeExercise({ on: false, id }))}>{t("exercise.close", { n: drills })}</button> {t("exercise.close.more")}</p>
			)}
		</>
	);
}

function Now({ on, run, drills, unseen }: PartProps & Open & { on: Exercise }) {
	const { id = "0", joined = [], joinedYourself = false } = on;
	return (
		<>
			<p class="exercise-strip"><b>{t("console.exercise")}</b> <b dir="auto">«{on.name}»</b>{" "}
				{t("exercise.since", { by: on.by || t("exercise.machine"), from: clock(ms(on.from)), until: clock(ms(on.until)) })}
			</p>
			{may("EXERCISE") && <End run={run} drills={drills} unseen={unseen} id={id} />}
			<section>
				<h3>{t("exercise.told")}</h3>
				<p>{t("exercise.told.more")}</p>
				<ul>{joined.map((name) => <li key={name} dir="auto">{name}</li>)}</ul>
				{joined.length === 0 && <p class="soft">{t("exercise.told.nobody")}</p>}
				{may("ACT") && <button type="button" class="btn btn-outline-primary" onClick={() => run(() => join(id, !joinedYourself))}>{t(joinedYourself ? "exercise.leave" : "exercise.join")}</button>}
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

interface ExerciseProps extends Open {
	onClose: () => void;
	onTurn: (to: AccountLeaf) => void;
}

export function ExercisePage({ drills, unseen, onClose, onTurn }: ExerciseProps) {
	const [said, setSaid] = useState("");
	const on = exercise.value;
	const run = (what: () => Promise<void>) => {
		setSaid("");
		what().catch((error: unknown) => {
			setSaid(refusal(error));
			learnExercise().catch(() => {}); // it may be another one by now
		});
	};
	return (
		<main class="handover-page duty-page" aria-label={t("exercise.title")}>
			<AccountTabs at="exercise" onTurn={onTurn} />
			<div class="title">
				<h2>{t("exercise.title")}</h2>
				<p class="toggles"><button type="button" class="btn btn-outline-primary" onClick={onClose}>{t("console.close")} <kbd>Esc</kbd></button></p>
			</div>
			<p class="wrong" role="alert">{said}</p>
			{on !== null && isOn() ? <Now on={on} run={run} drills={drills} unseen={unseen} /> : (
				<>
					<p>{t("exercise.none")}</p>
					<Over run={run} last={on} drills={drills} unseen={unseen} />
					{may("EXERCISE") && <Begin run={run} />}
				</>
			)}
		</main>
	);
}
