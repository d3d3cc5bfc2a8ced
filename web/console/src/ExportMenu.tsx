// Everything as a file for a GIS or a sheet: begun, waited for, then a link to save it.
import { useEffect, useRef, useState } from "preact/hooks";
import { Check } from "./Check";
import { refused } from "./feed";
import { refusal } from "./refusal";
import { may } from "./session";
import { Icon } from "./marks";
import { t } from "./text";

const AGAIN_MS = 1_000;
const FORMATS = ["gpkg", "csv", "geojson"] as const;
const LAYERS = ["reports", "incidents", "outlines", "umbrellas", "areas", "meta"] as const;

type Stage = { at: "idle" } | { at: "making"; percent: number } | { at: "ready"; url: string; name: string }
	| { at: "failed"; reason: string };

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The file; throws what went wrong. */
async function fetchExport(query: string, tell: (percent: number) => void, gone: AbortSignal): Promise<{ file: Blob; name: string }> {
	let answer = await fetch(`/v1/export?${query}`, { cache: "no-store", signal: gone });
	const at = answer.headers.get("Location");
	if (at === null || answer.status !== 202) {
		throw await refused(answer);
	}
	while (answer.status === 202) {
		const { done, all } = await answer.json() as { done: number; all: number };
		tell(all > 0 ? Math.floor(done * 100 / all) : 0);
		await wait(AGAIN_MS);
		answer = await fetch(at, { cache: "no-store", signal: gone });
	}
	if (answer.status !== 200) {
		throw await refused(answer);
	}
	const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "vedetta";
	return { file: await answer.blob(), name };
}

export function ExportMenu() {
	const [open, setOpen] = useState(false);
	const [format, setFormat] = useState<string>(FORMATS[0]);
	const [layer, setLayer] = useState<string>(LAYERS[0]);
	const [personal, setPersonal] = useState(false);
	const [stage, setStage] = useState<Stage>({ at: "idle" });
	const button = useRef<HTMLButtonElement>(null);
	const gone = useRef(new AbortController());

	useEffect(() => () => gone.current.abort(), []);
	useEffect(() => () => {
		if (stage.at === "ready") {
			URL.revokeObjectURL(stage.url);
		}
	}, [stage]);

	const begin = () => {
		const query = `${format === "gpkg" ? "format=gpkg" : `format=${format}&layer=${layer}`}${personal ? "&personal=true" : ""}`;
		setStage({ at: "making", percent: 0 });
		fetchExport(query, (percent) => setStage({ at: "making", percent }), gone.current.signal).then(
			({ file, name }) => setStage({ at: "ready", url: URL.createObjectURL(file), name }),
			(error: unknown) => setStage({ at: "failed", reason: refusal(error) }),
		);
	};
	const onKey = (event: KeyboardEvent) => {
		if (event.key === "Escape" && open) {
			event.stopPropagation();
			setOpen(false);
			button.current?.focus();
		}
	};
	return (
		<div class="export-menu" onKeyDown={onKey}>
			<button type="button" class="btn btn-outline-primary" ref={button} aria-expanded={open} onClick={() => setOpen(!open)}><Icon name="it-download" />{t("export.open")}</button>
			{open && (
				<div class="dropdown-menu show export-panel" role="group" aria-label={t("export.open")}>
					<label>
						{t("export.format")}
						<select class="form-select" value={format} onChange={(e) => setFormat(e.currentTarget.value)}>
							{FORMATS.map((f) => <option key={f} value={f}>{t(`export.format.${f}`)}</option>)}
						</select>
					</label>
					{format !== "gpkg" && (
						<label>
							{t("export.layer")}
							<select class="form-select" value={layer} onChange={(e) => setLayer(e.currentTarget.value)}>
								{LAYERS.map((l) => <option key={l} value={l}>{t(`export.layer.${l}`)}</option>)}
							</select>
						</label>
					)}
					{may("PERSONAL") && (
						<Check checked={personal} onChange={() => setPersonal(!personal)}>{t("export.with_personal")}</Check>
					)}
					<p class="soft">{t(personal ? "export.noted" : "export.personal")}</p>
					<button type="button" class="btn btn-outline-primary" disabled={stage.at === "making"} onClick={begin}>{t("export.begin")}</button>
					<p role="status">
						{stage.at === "making" && t("export.making", { percent: stage.percent })}
						{stage.at === "failed" && t("export.failed", { reason: stage.reason })}
						{stage.at === "ready" && <a href={stage.url} download={stage.name}>{t("export.save", { name: stage.name })}</a>}
					</p>
				</div>
			)}
		</div>
	);
}
