/**
 * A run of a client role: its machine, its datagrams and its connection, told as one story. Works inside the daemon
 * as an instance, and stand-alone under `netlabctl`.
 *
 * Long, because a run has datagrams, a connection and a user at once, and one end for all of them.
 */

import type { Role } from "../machines/_role.ts";
import { initialStateName, stateName } from "../machines/_state-names.ts";
import type { HostPort, Network, Peer } from "../machines/_world.ts";
import { crashCause } from "../os/error-causes.ts";
import type { Answer } from "../stories/answer.ts";
import { type Cause, cause } from "../stories/causes.ts";
import { editionOf, secretsOf } from "../stories/editions.ts";
import type { OperatorAction } from "../stories/entry.ts";
import type { Story } from "../stories/story.ts";
import { worldOf } from "./companion.ts";
import { Connection } from "./connection.ts";
import type { ConnectionControl } from "./connection-control.ts";
import { ConnectionFiles } from "./connection-files.ts";
import { limitsOf } from "./connection-host.ts";
import { ask, connect, localAddressTowards, send } from "./network.ts";
import type { Sought } from "./port-survey.ts";
import { recordedInputs } from "./recorded-inputs.ts";
import { isActive, type MachineWatcher, type RoleActor, runMachine, sendWhileActive } from "./run-machine.ts";
import type { InstanceService, ServiceContext } from "./service.ts";
import { turns } from "./turns.ts";

/** Our own end, before there is a connection. */
const NOWHERE = { address: "", port: 0 };

export class ClientRun implements InstanceService, MachineWatcher {
  readonly hosts: readonly string[] = [];
  readonly port = 0;
  readonly #context: ServiceContext;
  /** Of this run: the next has its own. */
  #files: ConnectionFiles;
  readonly #role: Role;
  #actor: RoleActor | undefined;
  #connection: Connection | undefined;
  #story: Story | undefined;
  #isFinished = false;
  #output: unknown;
  #hasOutput = false;
  #onOver: (() => void) | undefined;

  constructor(context: ServiceContext) {
    this.#context = context;
    this.#files = new ConnectionFiles(context.environment.files);
    this.#role = context.role();
  }

  get peers(): number {
    return this.#connection ? 1 : 0;
  }

  get machineState(): string | undefined {
    return this.#actor && stateName(this.#actor.getSnapshot().value);
  }

  control(id: string): ConnectionControl | undefined {
    return this.#connection?.id === id ? this.#connection.control : undefined;
  }

  get story(): Story | undefined {
    return this.#story;
  }

  async open(): Promise<void> {
    const { environment, id: instance, label, common } = this.#context;
    this.#isFinished = false;
    this.#hasOutput = false;
    this.#files = new ConnectionFiles(environment.files);
    const { numbered } = environment;
    if (numbered) await new Promise<void>((then) => numbered("connection", then));
    const id = environment.ids.connection(instance);
    const subject = {
      id,
      instance,
      role: this.#role.name,
      edition: editionOf(this.#role),
      label,
      transport: this.#role.transport,
      local: NOWHERE,
      remote: { address: common.host, port: common.port },
    };
    const secrets = secretsOf(this.#role, this.#context.options);
    const story = environment.recorder.open(subject, initialStateName(this.#role.machine), secrets);
    this.#story = story;
    const world = worldOf(this.#context, { hosts: [], port: 0 }, this.#network(story));
    this.#actor = runMachine(this.#role.machine, {
      input: {
        ...world,
        ...recordedInputs(world, { story }),
        files: this.#files,
      },
      id,
      clock: environment.clock,
      watcher: this,
    });
    story.state = stateName(this.#actor.getSnapshot().value);
    this.#actor.start();
  }

  #network(story: Story): Network {
    const { clock } = this.#context.environment;
    return {
      ask: async (question) => {
        story.subject.remote = { address: question.to.host, port: question.to.port };
        const answers = ask(question, clock, {
          sent: (bytes, ends) => story.recordDatagram("out", bytes, ends),
          came: (bytes, ends) => {
            // A client says later what a registry told it now.
            const learnt = this.#role.secrets?.find(bytes.toString()) ?? [];
            if (learnt.length > 0) story.secrets = [...story.secrets, ...learnt];
            story.recordDatagram("in", bytes, ends);
          },
        });
        return this.#surveyed(answers, { transport: "udp", ...question.to }, (all) => all.length === 0);
      },
      send: async (to, text) => {
        const ends = await send(to, text);
        story.recordDatagram("out", Buffer.from(text), ends);
      },
      localAddressTowards,
      connect: (to, localPort) => this.#connect(to, localPort, story),
    };
  }

  async #connect(to: HostPort, localPort: number | undefined, story: Story): Promise<Peer> {
    const { environment, common } = this.#context;
    story.subject.remote = { address: to.host, port: to.port };
    const actor = this.#actor;
    const connecting = connect(to, environment.clock, localPort);
    const link = await this.#surveyed(connecting, { transport: "tcp", ...to }).catch((error: unknown) => {
      if (isActive(actor)) throw error;
      return undefined;
    });
    if (!link || !isActive(actor)) {
      // The run is over meanwhile: nothing would ever close the link, and no answer is waited for.
      link?.destroy();
      return new Promise(() => undefined);
    }
    story.recordConnection({ local: link.local, remote: { address: link.remote.address, port: to.port } });
    this.#connection = new Connection(environment.onLink?.(link, story.subject.id) ?? link, story, {
      phases: this.#role.phases,
      clock: environment.clock,
      limits: limitsOf(common),
      turns,
      telemetry: environment.telemetry,
      onCrash: this.#context.onCrash,
      over: (over) => {
        // A client may be at its next connection while an earlier one still ends.
        if (this.#connection === over) this.#connection = undefined;
        this.#finishWhenOver();
        this.#onOver?.();
      },
    });
    this.#connection.attachMachine(actor);
    return this.#connection;
  }

  /** Without an answer, the port's other holder is told first: the machine ends with the error. */
  async #surveyed<Result>(
    tried: Promise<Result>,
    sought: Sought,
    isNothing: (result: Result) => boolean = () => false,
  ): Promise<Result> {
    try {
      const result = await tried;
      if (isNothing(result)) await this.#survey(sought);
      return result;
    } catch (error) {
      await this.#survey(sought);
      throw error;
    }
  }

  async #survey(sought: Sought): Promise<void> {
    const { surveyPort } = this.#context.environment;
    for (const seen of (await surveyPort?.(sought).catch(() => [])) ?? []) this.#story?.remark(seen);
  }

  before(): void {
    this.#story?.beginStep();
  }

  after(from: string, to: string | undefined, event: string, answer?: Answer): void {
    if (this.#connection) return this.#connection.after(from, to, event, answer);
    const moved = to !== undefined && to !== from;
    this.#story?.endStep(moved ? { from, to, event, ...(answer ? { answer } : {}) } : undefined);
    if (moved && this.#story) this.#story.state = to;
  }

  failed(error: unknown): void {
    if (this.#connection) return this.#connection.crash(error);
    this.#story?.crash(crashCause(error));
    this.#context.onCrash(error);
  }

  done(output: unknown): void {
    this.#output = output;
    this.#hasOutput = true;
    this.#noteFailure(output);
    this.#connection?.close();
    this.#finishWhenOver();
  }

  #noteFailure(output: unknown): void {
    const failure = output as { ok?: boolean; code?: string; message?: string; cause?: Cause } | undefined;
    // A stop by the operator is no fault of the peer: the story tells who did it.
    if (failure?.ok !== false || failure.cause?.code === "stopped") return;
    this.#story?.fail(
      failure.code === "token-refused" ? "refused" : "failed",
      // A user's role has its own words.
      failure.cause ?? cause("failure", { text: failure.message ?? "failed" }),
    );
  }

  /** A run is over when its machine has ended and its connection is gone. */
  #finishWhenOver(): void {
    if (!this.#hasOutput || this.#connection || this.#isFinished) return;
    this.#isFinished = true;
    this.#endStory();
    this.#context.onFinished(this.#output);
  }

  #endStory(): void {
    if (!this.#story) return;
    this.#story.waitsFor = undefined;
    this.#context.environment.recorder.end(this.#story);
  }

  /** Takes what the user types, or an operator in the user's stead. */
  say(text: string): void {
    this.#note({ action: "say", text });
    sendWhileActive(this.#actor, { type: "operator.say", text });
  }

  /** The user will say no more: end of input. */
  endOfInput(): void {
    this.#note({ action: "endOfInput" });
    sendWhileActive(this.#actor, { type: "operator.ended" });
  }

  async drain(limitMs: number): Promise<void> {
    if (this.#isFinished) return;
    const { clock } = this.#context.environment;
    await new Promise<void>((resolve) => {
      const timer = clock.setTimeout(resolve, Math.min(limitMs, 500));
      this.#actor?.subscribe({
        error: () => undefined,
        complete: () => {
          clock.clearTimeout(timer);
          resolve();
        },
      });
      this.#note({ action: "stop" });
      sendWhileActive(this.#actor, { type: "operator.stop" });
    });
  }

  /** Records in the story what the user did, so that a replay can do it again. */
  #note(action: OperatorAction): void {
    this.#story?.operate(action);
  }

  async #endConnection(): Promise<void> {
    const connection = this.#connection;
    if (!connection) return;
    await new Promise<void>((over) => {
      this.#onOver = over;
      connection.control.kill({ action: "end" });
    });
    this.#onOver = undefined;
  }

  async close(): Promise<void> {
    this.#actor?.stop();
    await this.#endConnection();
    // A machine that threw closes nothing any more, and what it was writing is not whole.
    if (this.#story?.fault === "crashed") await this.#files.closeAll();
    this.#endStory();
  }
}
