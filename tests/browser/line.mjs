// The network between a browser and the console: whole, silent (nothing comes back, and nobody says so), or refused.
import net from "node:net";

export class Line {
	#server;
	#pairs = new Set();
	#isSilent = false;
	#isRefused = false;

	/** To http://127.0.0.1:PORT. */
	static async open(address) {
		const line = new Line();
		const { hostname, port } = new URL(address);
		line.#server = net.createServer((socket) => {
			if (line.#isRefused) {
				socket.destroy();
				return;
			}
			const far = net.connect({ host: hostname, port: Number(port) });
			const pair = [socket, far];
			line.#pairs.add(pair);
			for (const [from, to] of [[socket, far], [far, socket]]) {
				from.on("data", (bytes) => to.write(bytes));
				from.on("end", () => to.end());
				from.on("close", () => {
					to.destroy();
					line.#pairs.delete(pair);
				});
				from.on("error", () => to.destroy());
				if (line.#isSilent && from === far) {
					from.pause();
				}
			}
		});
		await new Promise((resolve) => line.#server.listen(0, "127.0.0.1", resolve));
		line.address = `http://127.0.0.1:${line.#server.address().port}`;
		return line;
	}

	/** What is sent is heard and done; what comes back stays under way, for ever. */
	silence() {
		this.#isSilent = true;
		for (const [, far] of this.#pairs) {
			far.pause();
		}
	}

	/** What was silent is cut off, as by a router that forgot it; new ones come through. */
	mend() {
		this.#isSilent = this.#isRefused = false;
		this.#cut();
	}

	refuse() {
		this.#isRefused = true;
		this.#cut();
	}

	#cut() {
		for (const ends of this.#pairs) {
			ends.forEach((end) => end.destroy());
		}
		this.#pairs.clear();
	}

	close() {
		this.#cut();
		this.#server.close();
	}
}
