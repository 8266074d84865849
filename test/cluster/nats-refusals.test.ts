/** A NATS server that cannot be used is told with what to do; one that asks for a login or for TLS gets them. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openNatsBus } from "../../src/cluster/nats-bus.ts";
import { type NatsCredentials, readCredentials } from "../../src/cluster/nats-credentials.ts";
import { natsServers } from "../../src/cluster/nats-servers.ts";
import { freePort } from "../e2e/free-ports.ts";
import { NatsServer, type NatsServerOptions, natsBinary, SKIPPED } from "./nats-server.ts";

const open = async (url: string, credentials?: NatsCredentials) => {
  const bus = await openNatsBus({ servers: natsServers([url]), name: "netlabd test", credentials });
  onTestFinished(() => bus.close());
  return bus;
};
const started = async (options: NatsServerOptions = {}) => {
  const server = await NatsServer.start(options);
  onTestFinished(() => server.end());
  return server;
};

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

/** A file in a folder of the test's own. */
function fileOf(text: string, mode = 0o600): string {
  const folder = mkdtempSync(path.join(tmpdir(), "netlab-login-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "login");
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

describe("addresses of NATS servers", () => {
  it("have a usual port, and are near or far", () => {
    expect(
      natsServers(["nats://127.0.0.1", "nats://localhost:4333", "nats://[::1]:4", "nats://192.0.2.7/"]),
    ).toEqual({
      places: ["127.0.0.1:4222", "localhost:4333", "[::1]:4", "192.0.2.7:4222"],
      wantsTls: false,
      afar: ["192.0.2.7:4222"],
    });
    expect(natsServers(["tls://nats.example"])).toMatchObject({
      wantsTls: true,
      afar: ["nats.example:4222"],
    });
  });

  it.each([
    "127.0.0.1:4222",
    "http://a",
    "nats://",
    "nats://a/b",
    "nats://a?x",
    "nats://a:99999",
    "nats://u:secret@a",
  ])("%s is none", (url) => {
    const attempt = () => natsServers([url]);
    expect(attempt).toThrow(/^--cluster .*expected nats:\/\/HOST/);
    expect(attempt).not.toThrow(/secret/);
  });
});

describe("a file with a login for NATS", () => {
  const seed = "SUAGC3DJMVYWYZLSMVZHK3DFOJSWK3TFON2GC3THMVYHE33QMVZHG33VNY";

  it("has user and password, a token, an nkey or the text of a .creds file", () => {
    expect(readCredentials(fileOf("user: al\npassword: 1234\n"))).toEqual({
      kind: "user",
      user: "al",
      password: "1234",
    });
    expect(readCredentials(fileOf("token: t0p"))).toEqual({ kind: "token", token: "t0p" });
    expect(readCredentials(fileOf(`nkey: ${seed}\n`))).toEqual({ kind: "nkey", seed });
    expect(readCredentials(fileOf(`${seed}\n`))).toEqual({ kind: "nkey", seed });
    const creds = "-----BEGIN NATS USER JWT-----\nabc\n------END NATS USER JWT------\n";
    expect(readCredentials(fileOf(creds))).toEqual({ kind: "creds", text: creds });
  });

  it.each(["", "al", "user: al", "user: al\npassword: x\ntoken: y", "nkey: abc", "[", "token: [1]"])(
    "of the text %j is none",
    (text) => {
      expect(() => readCredentials(fileOf(text))).toThrow("holds no login for NATS");
    },
  );

  it("that others can read is refused with what to do, one that is not there too", () => {
    const file = fileOf("token: t0p", 0o640);
    expect(() => readCredentials(file)).toThrow(
      `others can read ${file}, which holds a secret: chmod 600 ${file}`,
    );
    expect(() => readCredentials("/nowhere/login")).toThrow("cannot read /nowhere/login: ");
  });
});

describe("where no server is", () => {
  it("the error says where, and how to start one", async () => {
    const port = await freePort();
    await expect(open(`nats://127.0.0.1:${port}`)).rejects.toThrow(
      `no NATS server answers at 127.0.0.1:${port} (ECONNREFUSED): start one with nats-server -js, or name another with --cluster`,
    );
  });

  it.each([
    [
      "is too old",
      { version: "2.8.4", jetstream: true },
      "is version 2.8.4, and a cluster needs 2.9.0 or later",
    ],
    [
      "is newer, without JetStream",
      { version: "2.10.27" },
      "runs without JetStream: start it with nats-server -js",
    ],
  ])("a server that %s is refused by what it says of itself", async (_, said, words) => {
    const info = { server_id: "x", proto: 1, headers: true, max_payload: 1_024, ...said };
    const server = createServer((socket) => {
      socket.write(`INFO ${JSON.stringify(info)}\r\n`);
      socket.on("data", (data) => data.includes("PING") && socket.write("PONG\r\n"));
      socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    await expect(open(`nats://127.0.0.1:${(server.address() as AddressInfo).port}`)).rejects.toThrow(words);
  });
});

describe.skipIf(!natsBinary)(`a NATS server ${SKIPPED}`, () => {
  it("without JetStream is refused with how to start it", async () => {
    const server = await started({ withoutJetStream: true });
    await expect(open(server.url)).rejects.toThrow("runs without JetStream: start it with nats-server -js");
  });

  // Without a time-out of its own, a server gives up a login during which its machine stands still for two seconds.
  it.each([
    [
      "user and password",
      'authorization { user: al, password: "p 1", timeout: 60 }',
      'user: al\npassword: "p 1"',
    ],
    ["a token", "authorization { token: t0p, timeout: 60 }", "token: t0p"],
  ])("that wants %s refuses others, and takes who has them", async (_, config, login) => {
    const server = await started({ config });
    await expect(open(server.url)).rejects.toThrow(/refuses this login: .* with --cluster-credentials$/);
    await expect(open(server.url, { kind: "token", token: "wrong" })).rejects.toMatchObject({
      code: "no-bus",
    });
    const bus = await open(server.url, readCredentials(fileOf(login)));
    expect(bus.isConnected).toBe(true);
  });

  it("that wants a key takes who has its seed", async () => {
    const { nkeys } = await import("@nats-io/transport-node");
    const key = nkeys.createUser();
    const server = await started({
      config: `authorization { timeout: 60, users: [ { nkey: ${key.getPublicKey()} } ] }`,
    });
    await expect(open(server.url)).rejects.toThrow("refuses this login");
    const seed = Buffer.from(key.getSeed()).toString();
    const bus = await open(server.url, readCredentials(fileOf(`nkey: ${seed}`)));
    expect(bus.isConnected).toBe(true);
  });

  it("on loopback exposes nothing without TLS", async () => {
    const server = await started();
    expect((await open(server.url)).unencryptedTo).toEqual([]);
  });

  it("without TLS is refused where TLS is wanted", async () => {
    const server = await started();
    await expect(open(server.url.replace("nats:", "tls:"))).rejects.toThrow("has no TLS: name it as nats://");
  });

  it.skipIf(!hasOpenssl)("with an unknown certificate is refused (skipped without openssl)", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "netlab-tls-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [cert, key] = [path.join(folder, "cert.pem"), path.join(folder, "key.pem")];
    const asked = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const named = ["-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
    expect(spawnSync("openssl", [...asked, ...named, "-out", cert, "-keyout", key]).status).toBe(0);
    const secure = await started({ config: `tls { cert_file: "${cert}", key_file: "${key}", timeout: 60 }` });
    for (const url of [secure.url, secure.url.replace("nats:", "tls:")])
      await expect(open(url)).rejects.toThrow(/is not trusted \([A-Z_]+\): name the file of its authority/);
  });
});
