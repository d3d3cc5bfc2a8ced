// Can the alarm be heard? One glance, one press.
import { mute, mutedUntilMs, unlock, voice } from "./sound";
import { t } from "./text";

export function SoundButton({ nowMs }: { nowMs: number }) {
	const state = voice.value;
	if (state === "on" || state === "muted") {
		const seconds = Math.max(0, Math.ceil((mutedUntilMs.value - nowMs) / 1000));
		return (
			<button type="button" class={`btn btn-outline-primary sound ${state}`} aria-pressed={state === "muted"} onClick={() => mute(Date.now())}>
				{state === "on" ? `♪ ${t("sound.on")}` : `✕ ${t("sound.muted", { n: seconds })}`}
			</button>
		);
	}
	return (
		<button type="button" class="btn sound off" onClick={unlock}>
			<span role="alert">⚠ {t(`sound.${state}`)}</span>
		</button>
	);
}
