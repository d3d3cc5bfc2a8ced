// Municipalities in or near a large event, with what was expected of each and what came.
import { useEffect, useState } from "preact/hooks";
import type { SilenceView } from "vedetta/api";
import { ask } from "./feed";
import { newest } from "./newest";
import { has, t, type Key } from "./text";

const EVERY_MS = 10_000;

/** Why nobody can be said to be silent; as the server says it when there is no word of ours. */
function Obstacle({ view }: { view: SilenceView }) {
	const name = (view.obstacle ?? "").slice("SILENCE_OBSTACLE_".length).toLowerCase();
	if (name === "" || name === "unspecified") {
		return null;
	}
	const key = `silence.obstacle.${name}` as Key;
	return has(key) ? <p class="soft">{t(key, { n: view.waitMinutes ?? 0 })}</p> : <p class="soft" lang="en">{view.note}</p>;
}

interface SilenceListProps {
	umbrella: string;
	onOpen: (id: string) => void;
}

export function SilenceList({ umbrella, onOpen }: SilenceListProps) {
	const [view, setView] = useState<SilenceView | undefined>(undefined);
	const [failed, setFailed] = useState(false);
	useEffect(() => {
		let gone = false;
		const learn = newest(() => ask<SilenceView>(`/v1/umbrellas/${encodeURIComponent(umbrella)}/silence`), (read) => {
			if (!gone) {
				setFailed(false);
				setView(read);
			}
		});
		const look = () => void learn().catch(() => !gone && setFailed(true));
		look();
		const timer = setInterval(look, EVERY_MS);
		return () => {
			gone = true;
			clearInterval(timer);
		};
	}, [umbrella]);
	return (
		<details class="silence-list">
			<summary>{t("silence.title")}: {(view?.places ?? []).filter((p) => p.silent).length}</summary>
			{failed && <p class="wrong" role="alert">⚠ {t("silence.failed")}</p>}
			{view !== undefined && <Obstacle view={view} />}
			{(view?.places ?? []).length > 0 && (
				<table class="table table-sm">
					<thead>
						<tr>
							<th>{t("silence.place")}</th><th>{t("silence.residents")}</th>
							<th>{t("silence.expected")}</th><th>{t("silence.came")}</th>
						</tr>
					</thead>
					<tbody>
						{(view?.places ?? []).map((place) => (
							<tr key={place.area}>
								<td>
									{place.silent && <b class="badge mark">{t("silence.mark")}</b>}{" "}
									{place.incidentId === undefined || place.incidentId === "0" ? place.name
										: <button type="button" class="btn btn-outline-primary" onClick={() => onOpen(place.incidentId ?? "0")}>{place.name}</button>}
								</td>
								<td>{place.residents ?? "–"}</td>
								<td>{place.expected === undefined ? "–" : Math.round(Number(place.expected))}</td>
								<td>{place.senders ?? 0}</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
		</details>
	);
}
