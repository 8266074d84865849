/** Two daemons that log in to a nats-server as one on another machine wants it: over TLS, by key, by `.creds`, with few rights. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { certificate, hasOpenssl, operatorLogin, userKey } from "../cluster/nats-accounts.ts";
import { NatsServer, natsBinary } from "../cluster/nats-server.ts";
import { launch, TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { checkout, Scene } from "./scene.ts";

const LAB = "roles:\n  - { role: chat, port: 0 }\n  - { role: bootstrap, port: 0 }\n";

let ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.toReversed()) await end();
  ends = [];
});

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "netlab-login-"));
  ends.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

function newScene(): Scene {
  const scene = new Scene();
  ends.push(() => scene.end());
  return scene;
}

async function serve(config: string): Promise<NatsServer> {
  const nats = await NatsServer.start({ config });
  ends.push(() => nats.end());
  return nats;
}

interface Way {
  readonly scene: Scene;
  readonly url: string;
  /** Text of the file that logs in. */
  readonly login: string;
  readonly env?: NodeJS.ProcessEnv;
}

function options(name: string, { scene, url, login, env = {} }: Way) {
  const file = scene.file("login", login);
  chmodSync(file, 0o600);
  const bus = ["--cluster", url, "--node", name, "--cluster-credentials", file, "--lease-time", "5s"];
  const rights = ["--cluster-operators", "all"];
  return { name, args: ["--lab", scene.file("room.yaml", LAB), ...bus, ...rights], run: { env } };
}

/** Rooms, registry, operators, a hub that is given away, and a stop: each of them uses other rights. */
async function playsTogether(way: Way): Promise<TestDaemon[]> {
  const [one, two] = [
    await TestDaemon.start(way.scene, options("node1", way)),
    await TestDaemon.start(way.scene, options("node2", way)),
  ];
  await eventually(async () =>
    expect(await two.document("nodes")).toMatchObject([
      { node: "node1", state: "running" },
      { node: "node2", state: "here" },
    ]),
  );
  expect(await one.plain("register 192.0.2.7 1236 pdf secret")).toContain("registered");
  await eventually(async () =>
    expect(await two.document("registry")).toMatchObject([{ ip: "192.0.2.7", port: 1236 }]),
  );
  await eventually(async () => expect((await two.ctl("drain", "node1")).exit).toBe(0));
  await eventually(async () =>
    expect(await two.document("nodes")).toMatchObject([{ hubs: [] }, { hubs: [expect.any(String)] }]),
  );
  expect((await one.stop()).exit).toBe(0);
  await eventually(() => expect(two.program.stderr).toContain("node1 has left the lab"));
  return [one, two];
}

const complaints = (daemons: readonly TestDaemon[]) =>
  daemons.flatMap(({ program }) => program.stderr.match(/.*complains.*/g) ?? []);

describe.skipIf(!natsBinary || !hasOpenssl)(
  "daemons on a nats-server that is protected (skipped without nats-server and openssl)",
  () => {
    it("trust its certificate by the file of its authority alone, and log in by an nkey of an account", async () => {
      const { config, authority } = certificate(newFolder());
      const { publicKey, seed } = userKey();
      const nats = await serve(`${config}
accounts { LAB: { jetstream: enabled, users: [ { nkey: ${publicKey} } ] }, OTHER: { users: [ { user: a, password: b } ] } }`);
      const url = nats.url.replace("nats:", "tls:");
      const scene = newScene();
      const env = { NODE_EXTRA_CA_CERTS: authority };
      const way = { scene, url, login: `nkey: ${seed}\n`, env };
      const daemons = await playsTogether(way);
      expect(complaints(daemons)).toEqual([]);

      const byName = { ...way, url: url.replace("127.0.0.1", "localhost") };
      const misnamed = await launch(scene, options("node6", byName)).ended;
      expect(misnamed).toMatchObject({ exit: 5, stderr: expect.stringContaining("is for another name") });
      const untrusting = await launch(scene, { ...options("node3", { ...way, env: {} }) }).ended;
      expect(untrusting).toMatchObject({ exit: 5, stderr: expect.stringContaining("is not trusted") });
      const stranger = { ...way, login: `nkey: ${userKey().seed}\n` };
      const refused = await launch(scene, { ...options("node4", stranger) }).ended;
      expect(refused).toMatchObject({ exit: 5, stderr: expect.stringContaining("refuses this login") });
      const withoutStreams = { ...way, login: "user: a\npassword: b\n" };
      const refusedStreams = await launch(scene, { ...options("node5", withoutStreams) }).ended;
      expect(refusedStreams.exit).toBe(5);
    }, 120_000);

    it("log in by the text of a .creds file, over TLS", async () => {
      const { config, authority } = certificate(newFolder());
      const { config: operator, creds } = operatorLogin();
      const nats = await serve(`${config}\n${operator}`);
      const url = nats.url.replace("nats:", "tls:");
      const env = { NODE_EXTRA_CA_CERTS: authority };
      expect(complaints(await playsTogether({ scene: newScene(), url, login: creds, env }))).toEqual([]);
    }, 120_000);

    it("need no more rights of a shared account than the page on clusters names", async () => {
      const page = readFileSync(path.join(checkout, "docs/cluster.md"), "utf8");
      const [, permissions = ""] = /```conf\n([\s\S]*?)```/.exec(page) ?? [];
      expect(permissions).toContain("publish");
      const rights = permissions.replaceAll("LAB", "room");
      const nats = await serve(`accounts { SHARED: { jetstream: enabled, users: [
  { user: netlab, password: secret, ${rights} }
] } }`);
      const way = { scene: newScene(), url: nats.url, login: "user: netlab\npassword: secret\n" };
      expect(complaints(await playsTogether(way))).toEqual([]);
    }, 120_000);

    it("end their start with the right that they miss", async () => {
      const rights = 'permissions: { publish: [ "_INBOX.>", "$JS.API.INFO" ], subscribe: [ ">" ] }';
      const nats = await serve(`accounts { SHARED: { jetstream: enabled, users: [
  { user: netlab, password: secret, ${rights} }
] } }`);
      const way = { scene: newScene(), url: nats.url, login: "user: netlab\npassword: secret\n" };
      const refused = await launch(way.scene, options("node1", way)).ended;
      expect(refused).toMatchObject({
        exit: 5,
        stderr: expect.stringMatching(/refuses a right: .*KV_nl_room/),
      });
    }, 60_000);
  },
);
