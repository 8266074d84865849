/** A nats-server of a test's own: on loopback, on a port that no other test has, in a folder of its own, ended by its number. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort, freePorts } from "../e2e/free-ports.ts";

function binary(): string | undefined {
  const named = process.env.NETLABD_NATS_BIN;
  if (named) return named;
  if (existsSync("/usr/sbin/nats-server")) return "/usr/sbin/nats-server";
  return spawnSync("nats-server", ["--version"]).status === 0 ? "nats-server" : undefined;
}

/** Undefined where none is installed; where tests must not be skipped, that is a failure. */
export const natsBinary = binary();
if (!natsBinary && process.env.CI === "true") throw new Error("no nats-server: apt-get install nats-server");

/** Behind the name of a test that wants it. */
export const SKIPPED = "(skipped without nats-server)";

export interface NatsServerOptions {
  readonly withoutJetStream?: boolean;
  /** Lines of a configuration file. */
  readonly config?: string;
}

export class NatsServer {
  readonly port: number;
  readonly folder = mkdtempSync(path.join(tmpdir(), "netlab-nats-"));
  readonly #options: NatsServerOptions;
  #child: ChildProcess | undefined;
  readonly #kill = () => this.#child?.kill("SIGKILL");

  static async start(options: NatsServerOptions = {}): Promise<NatsServer> {
    const server = new NatsServer(await freePort(), options);
    process.on("exit", server.#kill);
    await server.start();
    return server;
  }

  /** Servers `s0`, `s1`, … of one NATS cluster. */
  static async cluster(count: number): Promise<NatsServer[]> {
    const routes = await freePorts(count);
    const all = routes.map((port) => `"nats://127.0.0.1:${port}"`).join(", ");
    return Promise.all(
      routes.map((port, at) =>
        NatsServer.start({
          config: `server_name: s${at}\ncluster { name: netlab, listen: "127.0.0.1:${port}", routes: [${all}] }`,
        }),
      ),
    );
  }

  private constructor(port: number, options: NatsServerOptions) {
    this.port = port;
    this.#options = options;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Of its process, to stop it. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async start(): Promise<void> {
    const { withoutJetStream, config } = this.#options;
    const args = ["-a", "127.0.0.1", "-p", `${this.port}`];
    if (!withoutJetStream) args.push("-js", "-sd", path.join(this.folder, "store"));
    if (config !== undefined) {
      const file = path.join(this.folder, "nats.conf");
      writeFileSync(file, config);
      args.push("-c", file);
    }
    const child = spawn(natsBinary ?? "", args, { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    let said = "";
    await new Promise<void>((resolve, reject) => {
      child.once("exit", () => reject(new Error(`nats-server ended: ${said}`)));
      child.once("error", reject);
      child.stderr?.on("data", (data) => {
        said += data;
        if (said.includes("Server is ready")) resolve();
      });
    });
  }

  /** As `kill -9` ends it; its folder stays. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  async end(): Promise<void> {
    await this.kill();
    process.off("exit", this.#kill);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
