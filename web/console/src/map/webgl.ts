// Can this browser draw the map at all? Asked before the map's bytes are: without it they are of no use.

let answer: boolean | undefined;

export function canDraw(): boolean {
	try {
		answer ??= document.createElement("canvas").getContext("webgl2") !== null;
	} catch {
		answer = false;
	}
	return answer;
}
