// A PMTiles file (version 3) of one raster tile, made by hand: the format's least.

import { deflateSync } from "node:zlib";

function crc32(bytes) {
	let c = 0xffffffff;
	for (const b of bytes) {
		c ^= b;
		for (let k = 0; k < 8; k++) {
			c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
		}
	}
	return (c ^ 0xffffffff) >>> 0;
}

/** A PNG of one colour, 256 pixels wide. */
export function png(red, green, blue) {
	const chunk = (type, data) => {
		const body = Buffer.concat([Buffer.from(type), data]);
		const whole = Buffer.alloc(8 + body.length);
		whole.writeUInt32BE(data.length, 0);
		body.copy(whole, 4);
		whole.writeUInt32BE(crc32(body), 4 + body.length);
		return whole;
	};
	const head = Buffer.alloc(13);
	head.writeUInt32BE(256, 0);
	head.writeUInt32BE(256, 4);
	head.set([8, 2], 8); // 8 bits, RGB
	const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(256 * 3).map((_, i) => [red, green, blue][i % 3])]);
	return Buffer.concat([
		Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), chunk("IHDR", head),
		chunk("IDAT", deflateSync(Buffer.concat(Array(256).fill(row)))), chunk("IEND", Buffer.alloc(0)),
	]);
}

function varint(n) {
	const out = [];
	for (; n > 127; n = Math.floor(n / 128)) {
		out.push(n % 128 + 128);
	}
	return [...out, n];
}

/** The whole world at zoom 0. */
export function pmtiles(tile) {
	// One entry: tile 0, run of 1, its length, its offset + 1.
	const root = Buffer.from([...varint(1), ...varint(0), ...varint(1), ...varint(tile.length), ...varint(1)]);
	const metadata = Buffer.from("{}");
	const head = Buffer.alloc(127);
	const put = (at, n) => head.writeBigUInt64LE(BigInt(n), at);
	head.write("PMTiles", 0);
	head[7] = 3;
	put(8, 127);
	put(16, root.length);
	put(24, 127 + root.length);
	put(32, metadata.length);
	put(40, 127 + root.length + metadata.length); // leaves: none
	put(48, 0);
	put(56, 127 + root.length + metadata.length);
	put(64, tile.length);
	put(72, 1);
	put(80, 1);
	put(88, 1);
	head.set([1, 1, 1, 2, 0, 0], 96); // clustered; nothing packed; PNG; zoom 0 to 0
	head.writeInt32LE(-1800000000, 102);
	head.writeInt32LE(-850000000, 106);
	head.writeInt32LE(1800000000, 110);
	head.writeInt32LE(850000000, 114);
	return Buffer.concat([head, root, metadata, tile]);
}
