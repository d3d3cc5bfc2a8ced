// The marks of the list, drawn for the map: same shape, same number, same colour.
import { SHAPES } from "../marks";
import { iconOf } from "./view";

const SIDE = 34;
const RATIO = 2;

export interface Colours {
	classes: readonly string[];
	onClass: string;
	back: string;
	ink: string;
	line: string;
	act: string;
	sea: string;
	land: string;
}

/** As the page has them now, light or dark. */
export function coloursOf(): Colours {
	const probe = document.body.appendChild(document.createElement("i"));
	const of = (name: string) => {
		probe.style.color = `var(${name})`; // by itself the name gives both colours, of day and of night
		return getComputedStyle(probe).color;
	};
	const colours = {
		classes: ["", "--c1", "--c2", "--c3", "--c4", "--c5"].map((name) => (name === "" ? "" : of(name))),
		onClass: of("--on-class"), back: of("--back"), ink: of("--ink"), line: of("--line"), act: of("--act"),
		sea: of("--sea"), land: of("--land"),
	};
	probe.remove();
	return colours;
}

type Way = "live" | "exercise" | "closed";

/** Drawn on a square of 24 in the middle of an image. */
function image(drawn: (pen: CanvasRenderingContext2D) => void): ImageData | null {
	const canvas = document.createElement("canvas");
	canvas.width = canvas.height = SIDE * RATIO;
	const pen = canvas.getContext("2d");
	if (pen === null) {
		return null;
	}
	pen.scale(RATIO, RATIO);
	pen.translate(SIDE / 2 - 12, SIDE / 2 - 12);
	pen.lineJoin = "round";
	pen.textAlign = "center";
	drawn(pen);
	return pen.getImageData(0, 0, canvas.width, canvas.height);
}

/** A ring with a stroke through it: from there comes nothing. Its class is in the corner. */
function drawSilent(pen: CanvasRenderingContext2D, of: number, way: Way, colours: Colours): void {
	const colour = colours.classes[of] ?? "";
	const ring = new Path2D("M12 2a10 10 0 1 0 0 20a10 10 0 1 0 0-20M3 21L21 3");

	pen.lineCap = "round";
	pen.lineWidth = 8;
	pen.strokeStyle = colours.back;
	pen.stroke(ring);
	pen.fillStyle = colours.back;
	pen.fill(ring);
	pen.lineWidth = way === "closed" ? 1.5 : 3.5;
	pen.strokeStyle = colour;
	pen.setLineDash(way === "exercise" ? [4, 4] : []);
	pen.stroke(ring);
	pen.setLineDash([]);
	pen.beginPath();
	pen.arc(21, 20, 7, 0, 2 * Math.PI);
	pen.fillStyle = way === "live" ? colour : colours.back;
	pen.fill();
	pen.lineWidth = 1.5;
	pen.stroke();
	pen.font = "700 11px system-ui, sans-serif";
	pen.fillStyle = way === "live" ? colours.onClass : colours.ink;
	pen.fillText(String(of), 21, 24);
}

/** Full: to act on. Striped, with a broken edge: an exercise. Hollow: closed. */
function draw(pen: CanvasRenderingContext2D, of: number, way: Way, colours: Colours): void {
	const path = new Path2D(SHAPES[of] ?? "");
	const colour = colours.classes[of] ?? "";

	pen.lineWidth = 7;
	pen.strokeStyle = colours.back;
	pen.stroke(path);
	pen.fillStyle = way === "live" ? colour : colours.back;
	pen.fill(path);
	if (way === "exercise") {
		pen.save();
		pen.clip(path);
		pen.lineWidth = 1.5;
		pen.strokeStyle = colour;
		for (let x = -24; x < 24; x += 5) {
			pen.beginPath();
			pen.moveTo(x, 24);
			pen.lineTo(x + 24, 0);
			pen.stroke();
		}
		pen.restore();
		pen.setLineDash([4, 2.5]);
	}
	pen.lineWidth = 2.5;
	pen.strokeStyle = colour;
	pen.stroke(path);
	pen.font = "700 14px system-ui, sans-serif";
	const at = of === 2 ? 20 : 17;
	if (way !== "live") {
		pen.setLineDash([]);
		pen.lineWidth = 4;
		pen.strokeStyle = colours.back;
		pen.strokeText(String(of), 12, at);
	}
	pen.fillStyle = way === "live" ? colours.onClass : colours.ink;
	pen.fillText(String(of), 12, at);
}

export function icons(colours: Colours): { name: string; image: ImageData; ratio: number }[] {
	const all = [];

	for (let of = 1; of <= 5; of++) {
		for (const way of ["live", "exercise", "closed"] as const) {
			for (const silent of [false, true]) {
				const made = image((pen) => (silent ? drawSilent : draw)(pen, of, way, colours));
				if (made !== null) {
					all.push({ name: iconOf(of, way === "exercise", way === "closed", silent), image: made, ratio: RATIO });
				}
			}
		}
	}
	return all;
}
