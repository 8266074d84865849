/** A lab for one test: real sockets on loopback, folders that go with the test, a clock of the test's choice. */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, vi } from "vitest";
import { systemClock } from "../../src/actors/clock.ts";
import { type ConnectionControl, viewOf } from "../../src/actors/connection-control.ts";
import { DescriptorBudget } from "../../src/actors/descriptor-budget.ts";
import { localFiles } from "../../src/actors/files.ts";
import type { Instance } from "../../src/actors/instance.ts";
import { LocalHubs } from "../../src/actors/local-hubs.ts";
import type { Environment } from "../../src/actors/service.ts";
import { Supervisor } from "../../src/actors/supervisor.ts";
import type { TelemetryEvent } from "../../src/actors/telemetry.ts";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import { Ids } from "../../src/ids.ts";
import type { Role } from "../../src/machines/_role.ts";
import bootstrap from "../../src/machines/bootstrap.ts";
import fileClient from "../../src/machines/file-client.ts";
import fileServer from "../../src/machines/file-server.ts";
import type { LiveView } from "../../src/stories/live-view.ts";
import { Recorder } from "../../src/stories/recorder.ts";
import type { Story } from "../../src/stories/story.ts";
import { FakeRegistry } from "../fakes.ts";
import { Conversation } from "./conversation.ts";

/** Some containers have no IPv6, not even on loopback. */
export const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

/** Waits until the expectation holds, for as long as a slow machine may take; then fails with what it expected. */
export function eventually(expectation: () => void, timeoutMs = 30_000): Promise<void> {
  return vi.waitFor(expectation, { timeout: timeoutMs, interval: 5 });
}

/** Everything that is due in this turn of the event loop, and what it caused, has happened. */
export async function turns(count = 3): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise<void>((next) => setImmediate(next));
}

/** A folder that goes with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "netlabd-actors-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export class TestLab {
  readonly folder: string;
  readonly environment: Environment;
  readonly supervisor: Supervisor;
  readonly events: TelemetryEvent[] = [];
  /** Every state that an instance went through: `udp-1 running`. */
  readonly states: string[] = [];

  constructor(folder: string, roles: readonly Role[], parts: Partial<Environment>) {
    const clock = parts.clock ?? systemClock;
    this.folder = folder;
    this.environment = {
      clock,
      random: () => 0.5,
      files: localFiles((root) => path.resolve(folder, root), path.join(folder, "downloads")),
      registry: new FakeRegistry(clock),
      addressBook: { find: () => undefined },
      programs: { run: async () => ({ output: Buffer.alloc(0) }) },
      recorder: new Recorder(clock),
      telemetry: (event) => this.events.push(event),
      descriptors: new DescriptorBudget({ limit: Number.POSITIVE_INFINITY, inUse: 0 }),
      hubs: new LocalHubs(),
      // Every machine sleeps whenever it may: nothing that is said of it is different then.
      sleepFrom: 0,
      ids: new Ids(),
      ...parts,
    };
    const table = new Map(roles.map((role) => [role.name, role]));
    this.supervisor = new Supervisor(table, this.environment, {
      onState: ({ id }, _from, to) => this.states.push(`${id} ${to}`),
      onRemoved: () => undefined,
    });
  }

  get recorder(): Recorder {
    return this.environment.recorder;
  }

  /** On any free port of IPv4 loopback, where nothing else is asked for; running, or why not. */
  async spawn(role: string, given: Record<string, unknown> = {}): Promise<Instance> {
    const listens = this.supervisor.role(role).side !== "client";
    const anywhere = listens ? { host: "127.0.0.1", port: 0 } : {};
    const instance = this.supervisor.add({ role, given: { ...anywhere, ...given } });
    instance.start();
    await instance.settled();
    return instance;
  }

  /** A running file server for `pdf` files under `files`, whose token is `server1`. */
  async serveFiles(given: Record<string, unknown> = {}): Promise<Instance> {
    const instance = await this.spawn("file-server", { service: "pdf", token: "server1", ...given });
    expect(instance.state, instance.lastError).toBe("running");
    return instance;
  }

  /** A file that the file server may hand out; answers its bytes. */
  async addFile(name: string, content: string | Uint8Array | number = 110_592): Promise<Buffer> {
    const bytes = typeof content === "number" ? randomBytes(content) : Buffer.from(content);
    await writeFile(path.join(this.folder, "files", name), bytes);
    return bytes;
  }

  /** What an operator sees of a peer's live connection, by its own port; undefined: it is over. */
  controlOf(peer: { readonly port: number }): ConnectionControl | undefined {
    return this.supervisor.control(this.storyOf(peer).subject.id);
  }

  /** What a person is told of it now. */
  liveView(peer: { readonly port: number }): LiveView | undefined {
    const control = this.controlOf(peer);
    return control && viewOf(control, this.environment.clock.now());
  }

  /** The story of a peer, by its own port. */
  storyOf(peer: { readonly port: number }): Story {
    const story = this.recorder.all().find(({ subject }) => subject.remote.port === peer.port);
    if (!story) throw new Error(`no story of the peer on port ${peer.port}`);
    return story;
  }

  async close(): Promise<void> {
    for (const instance of this.supervisor.instances) {
      // The second word ends a drain at once, whatever the clock says.
      instance.stop(0);
      instance.stop(0);
      await instance.reaches((state) => state === "stopped" || state === "failed");
      instance.dispose();
    }
  }
}

/** The roles that netlabd comes with here, and those of the test. Each is checked as a scanned one is. */
export async function openLab(
  roles: readonly Role[] = [],
  parts: Partial<Environment> = {},
  inFolder?: string,
): Promise<TestLab> {
  for (const role of roles) expect(faultsOf(role), role.name).toEqual([]);
  const folder = inFolder ?? (await temporaryFolder());
  await mkdir(path.join(folder, "files"));
  await mkdir(path.join(folder, "downloads"));
  const lab = new TestLab(folder, [bootstrap, fileServer, fileClient, ...roles], parts);
  onTestFinished(() => lab.close());
  return lab;
}

/** A connection of the test's own to an instance; it goes with the test. */
export async function converse(to: Instance | number, options?: { host?: string; isDeaf?: boolean }) {
  const peer = await Conversation.open(typeof to === "number" ? to : to.port, options);
  onTestFinished(() => void peer.socket.destroy());
  return peer;
}

/** The size as it is told: int32 little-endian. */
export function sizeOf(bytes: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32LE(bytes.length);
  return size;
}
