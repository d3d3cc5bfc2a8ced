// TypeScript types of the API's proto3 JSON, from proto/: the one definition.
// A canonical message leaves out what holds its default, so every field is optional.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileRegistry, fromBinary, ScalarType } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const FILES = ["account", "action", "area", "delivery", "duty", "event", "incident", "looking", "map", "problem", "receipt", "report", "search", "umbrella"];

function scalar(type) {
	switch (type) {
		case ScalarType.BOOL:
			return "boolean";
		case ScalarType.DOUBLE:
		case ScalarType.FLOAT:
			return 'number | "NaN" | "Infinity" | "-Infinity"';
		case ScalarType.INT32:
		case ScalarType.UINT32:
		case ScalarType.SINT32:
		case ScalarType.FIXED32:
		case ScalarType.SFIXED32:
			return "number";
		default:
			return "string"; // 64 bits, bytes, text
	}
}

function typeOf(kind, desc) {
	if (kind === "message") {
		return desc.message.typeName.startsWith("google.") ? "string" : desc.message.name;
	}
	return kind === "enum" ? desc.enum.name : scalar(desc.scalar);
}

function fieldType(field) {
	return field.fieldKind === "list"
		? `${typeOf(field.listKind, field)}[]`
		: typeOf(field.fieldKind, field);
}

/** The text of a .d.ts for every message and enum of our public schemas. */
export function apiTypes(root) {
	const folder = mkdtempSync(join(tmpdir(), "vedetta-types-"));
	const out = join(folder, "set");
	try {
		execFileSync("protoc", ["-I", join(root, "proto"), "--include_imports",
			`--descriptor_set_out=${out}`, ...FILES.map((f) => `vedetta/v1/${f}.proto`)]);
		const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(out)));
		const text = ["// Made by web/console/types.mjs from proto/."];
		for (const file of registry.files) {
			if (file.proto.package !== "vedetta.v1") {
				continue;
			}
			for (const e of file.enums) {
				text.push(`export type ${e.name} = ${e.values.map((v) => `"${v.name}"`).join(" | ")};`);
			}
			for (const m of file.messages) {
				text.push(`export interface ${m.name} {`,
					...m.fields.map((f) => `\t${f.jsonName}?: ${fieldType(f)};`), "}");
			}
		}
		return text.join("\n") + "\n";
	} finally {
		rmSync(folder, { recursive: true });
	}
}
