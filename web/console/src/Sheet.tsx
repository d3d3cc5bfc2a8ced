// The sheet of keys, and the settings of this screen: sound that can be tried, day and night, single keys.
import { useEffect, useRef } from "preact/hooks";
import { GROUPS, keyText, setSingleKeys, singleKeys } from "./keys";
import { play, setVolume, unlock, volume } from "./sound";
import { t, word } from "./text";
import { nextTheme, theme } from "./theme";

function Sound() {
	return (
		<section>
			<h3>{t("sound.title")}</h3>
			<p>{t("sound.explain")}</p>
			<label>
				{t("sound.volume")}{" "}
				<input type="range" min="0.2" max="1" step="0.1" value={volume.value}
					onInput={(e) => setVolume(Number(e.currentTarget.value))} />
			</label>
			<p class="toggles">
				{(["alarm", "worse", "drill", "remind", "news"] as const).map((what) => (
					<button type="button" key={what} onClick={() => { unlock(); setTimeout(() => play(what), 100); }}>
						▶ {t(`sound.${what}`)}
					</button>
				))}
			</p>
		</section>
	);
}

export function Sheet({ onClose }: { onClose: () => void }) {
	const dialog = useRef<HTMLDialogElement>(null);
	useEffect(() => dialog.current?.showModal(), []);
	return (
		<dialog ref={dialog} class="sheet" aria-labelledby="sheet-title" onClose={onClose}>
			<div class="title">
				<h2 id="sheet-title">{t("keys.title")}</h2>
				<button type="button" onClick={() => dialog.current?.close()}>{t("console.close")}</button>
			</div>
			<div class="sheet-body">
				{GROUPS.map(([title, names]) => (
					<section key={title}>
						<h3>{word("keys", title)}</h3>
						<dl>
							{names.map((name) => <div key={name}><dt><kbd>{keyText(name)}</kbd></dt><dd>{word("key", name)}</dd></div>)}
						</dl>
					</section>
				))}
				<Sound />
				<section>
					<h3>{t("keys.settings")}</h3>
					<label class="check">
						<input type="checkbox" checked={singleKeys.value} onChange={(e) => setSingleKeys(e.currentTarget.checked)} />
						{t("keys.single")}
					</label>
					<p><button type="button" onClick={nextTheme}>{t("theme.now", { theme: t(`theme.${theme.value}`) })}</button></p>
				</section>
			</div>
		</dialog>
	);
}
