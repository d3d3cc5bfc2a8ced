// Is the form that sent something still on the screen when the answer comes? Who works fast is elsewhere by then.
import { useEffect, useRef } from "preact/hooks";

export type IsThere = () => boolean;

export function useThere(): IsThere {
	const there = useRef(true);
	useEffect(() => () => { there.current = false; }, []);
	return () => there.current;
}
