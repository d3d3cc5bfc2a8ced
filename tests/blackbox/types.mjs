// Our messages as another library reads them: encode("Report", {...}), decode("Receipt", bytes).

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileRegistry, fromBinary, fromJson, toBinary, toJson } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { root } from "./harness.mjs";

const names = ["action", "event", "incident", "looking", "map", "problem", "receipt", "report"];
let registry;

function type(name) {
	if (registry === undefined) {
		const folder = mkdtempSync(join(tmpdir(), "vedetta-types-"));
		const set = join(folder, "set");
		execFileSync("protoc", ["-I", join(root, "proto"), "--include_imports", `--descriptor_set_out=${set}`,
			...names.map((file) => `vedetta/v1/${file}.proto`)]);
		registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(set)));
		rmSync(folder, { recursive: true });
	}
	return registry.getMessage(`vedetta.v1.${name}`);
}

/** JSON as the API writes it -> bytes. Fails on a field that does not exist. */
export function encode(name, json) {
	return Buffer.from(toBinary(type(name), fromJson(type(name), json)));
}

/** Bytes -> JSON. */
export function decode(name, bytes) {
	return toJson(type(name), fromBinary(type(name), bytes));
}

/** Checks JSON against the type: throws on an unknown field or a wrong value. */
export function check(name, json) {
	return toJson(type(name), fromJson(type(name), json));
}
