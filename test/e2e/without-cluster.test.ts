/** A daemon that is a lab of its own loads nothing of what several daemons need, whatever it is asked. */
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { NatsServer, natsBinary, SKIPPED } from "../cluster/nats-server.ts";
import { TestDaemon } from "./daemon.ts";
import { dist, Scene } from "./scene.ts";

let scene: Scene;
beforeAll(() => {
  scene = new Scene();
});
afterAll(() => scene.end());

const lab = `
roles:
  - { role: bootstrap, port: 0 }
  - { role: chat, port: 0 }
  - { role: address-book, port: 0 }
`;

/** Files that it loads, one a line, as they are loaded. */
function listing(list: string): string {
  const hook = path.join(scene.folder, "hook.cjs");
  writeFileSync(
    hook,
    `const { appendFileSync } = require("node:fs");
     require("node:module").registerHooks({
       load: (url, context, next) => (appendFileSync(${JSON.stringify(list)}, url + "\\n"), next(url, context)),
     });`,
  );
  return hook;
}

/** Text of all that was loaded, and the places. */
function loaded(list: string) {
  const urls = readFileSync(list, "utf8").split("\n");
  const files = urls.filter((url) => url.startsWith("file:")).map((url) => fileURLToPath(url));
  const ours = files.filter((file) => file.startsWith(dist + path.sep));
  return { files, text: ours.map((file) => readFileSync(file, "utf8")).join("\n") };
}

const CLUSTER = ["NodeLeases", "OwnLease", "NatsConnectionBus", "natsKeys", "ClusterHubs"];
const definitionOf = (name: string) => new RegExp(`\\b(?:class|function) ${name}\\b|\\b${name} ?= ?class\\b`);

it("loads neither the client of NATS nor leases, hubs or logs of nodes", async () => {
  const list = path.join(scene.folder, "loaded");
  const daemon = await TestDaemon.start(scene, { lab, run: { node: ["--require", listing(list)] } });
  const chat = daemon.ready.instances.find(({ type }) => type === "chat");
  const socket = connect(chat?.port ?? 0, "127.0.0.1");
  await new Promise((resolve) => socket.once("data", resolve));
  socket.write("al\n");
  for (const line of ["ls", "conns", "members chat-1", "registry", "say chat-1 hello", "explain @last"])
    await daemon.plain(line);
  socket.destroy();
  await daemon.stop();

  const { files, text } = loaded(list);
  expect(text).toMatch(definitionOf("HubRun"));
  expect(files.filter((file) => file.includes("@nats-io"))).toEqual([]);
  for (const name of CLUSTER) expect(text).not.toMatch(definitionOf(name));
});

it.skipIf(!natsBinary)(`with --cluster loads all of that ${SKIPPED}`, async () => {
  const server = await NatsServer.start();
  const list = path.join(scene.folder, "loaded-in-cluster");
  const args = ["--cluster", server.url, "--node", "n1"];
  const run = { node: ["--require", listing(list)] };
  const daemon = await TestDaemon.start(scene, { lab, args, run, name: "n1" });
  await daemon.stop();
  await server.end();

  const { files, text } = loaded(list);
  expect(files.some((file) => file.includes("@nats-io"))).toBe(true);
  for (const name of CLUSTER) expect(text).toMatch(definitionOf(name));
});
