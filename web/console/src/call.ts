// A report taken by phone or radio, from what was typed to what is sent. Pure.
import type { People, Report, Signs } from "vedetta/api";
import { readPoint } from "./locate";

/** In the order in which somebody on the phone says them: the commonest first, digits choose them. */
export const HAZARDS = [
	"collapse", "quake_damage", "flood", "fire", "medical", "landslide", "road_blocked", "gas_leak", "missing_person",
	"wildfire", "storm_damage", "utility_out", "isolated_by_snow", "coastal_flood", "hazmat", "other",
] as const;

export const SIGNS = ["trapped", "unresponsive", "injured", "dangerRising", "vulnerable", "wayOutBlocked", "needs"] as const;
export type Sign = typeof SIGNS[number];

export const PEOPLE = ["UNKNOWN", "NONE", "ONE", "TWO_TO_FIVE", "MORE"] as const;

export interface Call {
	hazard: string;
	/** Words, or a point as people write it. */
	place: string;
	signs: readonly Sign[];
	people: typeof PEOPLE[number];
	text: string;
	name: string;
	phone: string;
	/** Played by somebody in the exercise that is on. */
	drill: boolean;
}

export const emptyCall: Call = { hazard: "", place: "", signs: [], people: "UNKNOWN", text: "", name: "", phone: "", drill: false };

/** Told to an operator, a point is as good as somebody reads it off a screen. */
const TOLD_POINT_M = 50;

/** Is there something to send? A hazard or words: as the server asks. */
export function canSend(call: Call): boolean {
	return call.hazard !== "" || call.text.trim() !== "";
}

export function reportOf(call: Call, lang: string): Report {
	const point = call.place.trim() === "" ? null : readPoint(call.place);
	const signs: Signs = Object.fromEntries(call.signs.map((s) => [s, true]));
	const contact = { name: call.name.trim(), phone: call.phone.trim() };

	return {
		...(call.hazard === "" ? {} : { hazard: call.hazard }),
		about: "ABOUT_OTHER",
		...(call.place.trim() === "" ? {} : {
			place: point === null
				? { kind: "PLACE_KIND_THIRD_PARTY", words: call.place.trim() }
				: { kind: "PLACE_KIND_THIRD_PARTY", point, accuracyM: TOLD_POINT_M },
		}),
		signs: { ...signs, people: `PEOPLE_${call.people}` as People },
		text: call.text.trim(),
		lang,
		...(contact.name + contact.phone === "" ? {} : { contact }),
	};
}
