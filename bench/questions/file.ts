/** A large file, to one client and to eight at once, beside nginx with and without sendfile. */
import { closeSync, ftruncateSync, openSync, statSync, writeSync } from "node:fs";
import path from "node:path";
import { figureOf, type Load } from "../contestants.ts";
import { oneRole, startNetlabd } from "../netlabd.ts";
import { startNginx } from "../nginx.ts";
import type { Contestant, Question } from "../question.ts";
import { type Folder, newFolder } from "../scene.ts";

const SIZE = 2 ** 30;
let folder: Folder | undefined;

/** One file for all, in the page cache by the warming run. */
function folderWithFile(): string {
  if (folder) return folder.path;
  const made = newFolder();
  process.once("exit", () => made.remove());
  const file = openSync(path.join(made.path, "file.bin"), "w");
  const block = Buffer.alloc(2 ** 20, "netlabd ");
  for (let written = 0; written < SIZE; written += block.length) writeSync(file, block);
  ftruncateSync(file, SIZE);
  closeSync(file);
  if (statSync(path.join(made.path, "file.bin")).size !== SIZE) throw new Error("the file is not whole");
  folder = made;
  return made.path;
}

const download = (clients: number, speaks: "netlabd" | "http"): Load =>
  figureOf("download", "megabytesPerSecond", { clients, speaks, sizeBytes: SIZE });

const ours = (clients: number): Contestant => ({
  name: "netlabd",
  start: async () => {
    const root = folderWithFile();
    const options = ["service: bin", "token: server1", `root: ${root}`];
    const server = await startNetlabd(oneRole("file-server", ...options));
    return {
      measure: () => download(clients, "netlabd")(server.ports[0] ?? 0, server.pid),
      stop: server.stop,
    };
  },
});

const nginx = (clients: number, name: string, settings: string): Contestant => ({
  name: `nginx, ${name}`,
  needs: "nginx",
  start: async () => {
    const server = await startNginx(folderWithFile(), settings);
    return { measure: () => download(clients, "http")(server.port, server.pid), stop: server.stop };
  },
});

const sendfile = (clients: number) =>
  nginx(clients, "sendfile on", "sendfile on; tcp_nopush on; sendfile_max_chunk 2m;");
const buffers = (clients: number) =>
  nginx(clients, "two 1 MiB buffers", "sendfile off; output_buffers 2 1m;");

const questions: Question[] = [
  {
    name: "file-sendfile",
    what: "1 GiB file, one client, from the acknowledgement on",
    unit: "MB/s",
    better: "more",
    goal: { is: "ratio", limit: 1.2 },
    ours: ours(1),
    others: [sendfile(1)],
  },
  {
    name: "file-buffers",
    what: "1 GiB file, one client, from the acknowledgement on",
    unit: "MB/s",
    better: "more",
    goal: { is: "ratio", limit: 1 },
    ours: ours(1),
    others: [buffers(1)],
  },
  {
    name: "file-eight",
    what: "1 GiB file, 8 clients at once, total",
    unit: "MB/s",
    better: "more",
    goal: { is: "ratio", limit: 1 },
    ours: ours(8),
    others: [sendfile(8), buffers(8)],
  },
];

export default questions;
