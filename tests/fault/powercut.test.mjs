// The power goes: a loop-mounted file system is shut down under a writer, and
// what was acknowledged must be there after the next mount. As root only.
//
// Everything is mounted in a mount namespace of its own, so mounts and loop
// devices go with the process, however it ends. VEDETTA_POWERCUTS=100 for the
// long run; VEDETTA_BUILD names the build folder.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const HERE = fileURLToPath(import.meta.url);
const BUILD = resolve(process.env.VEDETTA_BUILD ?? join(HERE, "../../../build"));
const WRITER = join(BUILD, "tests/fault/powercut_writer");
const CUTS = Number(process.env.VEDETTA_POWERCUTS ?? 10);
const FULL = 2;
const NORMAL = 1;
const FRESH_FILE_EVERY = 10; // cuts of one file system, so that it never fills
const LOST = 1; // exit code of powercut_writer check
const MIB = 1024 * 1024;

const FILE_SYSTEMS = [
	{ name: "ext4", bytes: 256 * MIB, make: ["mkfs.ext4", "-q", "-F"] },
	{ name: "xfs", bytes: 320 * MIB, make: ["mkfs.xfs", "-q", "-f"] },
];

const run = promisify(execFile);

async function unmount(folder) {
	// The kernel may still hold the dead writer's files for a moment.
	for (let tries = 0; ; tries++) {
		try {
			return await run("umount", [folder]);
		} catch (error) {
			if (tries === 500) {
				throw error;
			}
			await delay(20);
		}
	}
}

class Disk {
	constructor(fileSystem, folder) {
		this.name = fileSystem.name;
		this.fileSystem = fileSystem;
		this.image = join(folder, `${fileSystem.name}.img`);
		this.mountPoint = join(folder, fileSystem.name);
	}

	async make() {
		await mkdir(this.mountPoint);
		await writeFile(this.image, "");
		await truncate(this.image, this.fileSystem.bytes);
		const [command, ...flags] = this.fileSystem.make;
		await run(command, [...flags, this.image]);
		await this.mount();
	}

	mount() {
		return run("mount", ["-o", "loop", this.image, this.mountPoint]);
	}

	/** Nothing that was not synced reaches the image any more. */
	cut() {
		return run("xfs_io", ["-x", "-c", "shutdown", this.mountPoint]);
	}

	async remount() {
		await unmount(this.mountPoint);
		await this.mount();
	}

	path(name) {
		return join(this.mountPoint, name);
	}
}

/** Starts a writer; what it acknowledged is kept here, not on its disk. */
class Writer {
	constructor(path, synchronous) {
		this.acknowledged = 0;
		this.errors = "";
		let rest = "";
		this.child = spawn(WRITER, ["write", path, String(synchronous)]);
		this.first = new Promise((done) => {
			this.child.stdout.on("data", (data) => {
				const lines = (rest + data).split("\n");
				rest = lines.pop();
				if (lines.length > 0) {
					this.acknowledged = Number(lines.at(-1));
					done();
				}
			});
			this.child.once("close", done);
		});
		this.child.stderr.on("data", (data) => {
			this.errors += data;
		});
		this.closed = new Promise((done) => this.child.once("close", done));
	}

	async kill() {
		this.child.kill("SIGKILL");
		await this.closed;
	}
}

/**
 * Returns what was acknowledged before the cut began; one cut in five falls into
 * the opening. What comes while the file system shuts down does not count: for
 * some microseconds its fsync still says yes to what it has already thrown away
 * (1 cut in 50 on a busy machine, always the last batch, EIO on the next), and
 * where the power is gone nobody hears such a yes.
 */
async function writeUntilCut(disk, path, synchronous) {
	const writer = new Writer(path, synchronous);
	let acknowledged;
	try {
		if (Math.random() < 0.8) {
			await writer.first;
			assert.notEqual(writer.acknowledged, 0, `the writer wrote nothing: ${writer.errors}`);
		}
		await delay(20 + Math.random() * 180);
		acknowledged = writer.acknowledged;
		await disk.cut();
	} finally {
		await writer.kill();
	}
	await disk.remount();
	return acknowledged;
}

async function lastSequence(path, acknowledged) {
	try {
		const { stdout } = await run(WRITER, ["check", path, String(acknowledged)]);
		return { last: Number(stdout), lost: false };
	} catch (error) {
		if (error.code !== LOST) {
			throw error;
		}
		return { last: Number(error.stdout), lost: true };
	}
}

async function cutFull(disks) {
	let rows = 0;
	for (let i = 0; i < CUTS; i++) {
		const disk = disks[i % disks.length];
		const turn = Math.floor(i / disks.length);
		const path = disk.path(`full-${Math.floor(turn / FRESH_FILE_EVERY)}.sqlite`);
		if (turn % FRESH_FILE_EVERY === 0) {
			await run("find", [disk.mountPoint, "-name", "full-*", "-delete"]);
		}
		const acknowledged = await writeUntilCut(disk, path, FULL);
		const { last, lost } = await lastSequence(path, acknowledged);
		assert.ok(!lost, `cut ${i + 1} on ${disk.name}: ${acknowledged} acknowledged, ${last} there`);
		rows = Math.max(rows, acknowledged);
	}
	console.log(`${CUTS} power cuts with FULL: 0 lost; up to ${rows} rows in a file`);
}

/** Stops at the first loss: then the cut is shown to bite. */
async function cutNormal(disks) {
	for (let i = 0; i < CUTS; i++) {
		const disk = disks[i % disks.length];
		const path = disk.path(`normal-${i}.sqlite`);
		const acknowledged = await writeUntilCut(disk, path, NORMAL);
		const { last, lost } = await lastSequence(path, acknowledged);
		if (lost) {
			console.log(`control with NORMAL on ${disk.name}: ${acknowledged} acknowledged, ${last} there after cut ${i + 1}`);
			return;
		}
	}
	assert.fail(`NORMAL lost nothing in ${CUTS} cuts: this test proves nothing`);
}

async function main() {
	const folder = await mkdtemp(join(tmpdir(), "vedetta-powercut-"));
	const disks = FILE_SYSTEMS.map((fileSystem) => new Disk(fileSystem, folder));
	try {
		for (const disk of disks) {
			await disk.make();
		}
		await cutNormal(disks);
		await cutFull(disks);
	} finally {
		for (const disk of disks) {
			await unmount(disk.mountPoint).catch(() => {});
		}
		await rm(folder, { recursive: true, force: true });
	}
}

async function missing() {
	if (process.geteuid() !== 0) {
		return "mounting a loop image needs root";
	}
	for (const tool of ["xfs_io", "mkfs.xfs", "mkfs.ext4", "unshare"]) {
		const found = await run("sh", ["-c", `command -v ${tool}`]).catch(() => null);
		if (found === null) {
			return `${tool} is not there (Debian: xfsprogs, e2fsprogs, util-linux)`;
		}
	}
	const room = await run("unshare", ["--mount", "--propagation", "private", "true"]).catch(() => null);
	if (room === null) {
		return "a namespace of our own for mounts is not to be had here";
	}
	const loop = await run("losetup", ["-f"]).catch(() => null);
	if (loop === null || !existsSync("/dev/loop-control")) {
		return "there are no loop devices here";
	}
	return undefined;
}

if (process.env.VEDETTA_IN_NAMESPACE === "1") {
	await main();
} else {
	const skip = await missing();
	test(`${CUTS} power cuts lose nothing that was acknowledged`, {
		skip,
		timeout: 60000 + CUTS * 4000,
	}, async (t) => {
		const child = await run("unshare",
			["--mount", "--propagation", "private", "--fork", "--kill-child", process.execPath, HERE],
			{ env: { ...process.env, VEDETTA_IN_NAMESPACE: "1", NODE_TEST_CONTEXT: "" }, signal: t.signal });
		for (const line of child.stdout.trim().split("\n")) {
			t.diagnostic(line);
		}
	});
}
