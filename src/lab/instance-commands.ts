/** Hands that an operator lays on instances, by id. Each answers the instance as it is when it has settled. */
import type { Instance } from "../actors/instance.ts";
import type { Supervisor } from "../actors/supervisor.ts";
import { NetlabError } from "../errors.ts";
import type { SayOptions } from "../machines/_role.ts";
import type { DatabaseQuestions } from "./database-questions.ts";
import type { InstanceMemory } from "./instance-memory.ts";
import { type LabInstance, labInstance } from "./lab-instance.ts";
import type { Given, SpawnDefaults } from "./spawn-defaults.ts";

export interface InstanceCommandsParts {
  readonly supervisor: Supervisor;
  readonly defaults: SpawnDefaults;
  readonly memory: InstanceMemory;
  readonly questions: DatabaseQuestions;
}

export class InstanceCommands {
  readonly #parts: InstanceCommandsParts;

  constructor(parts: InstanceCommandsParts) {
    this.#parts = parts;
  }

  async spawn(roleName: string, given: Given): Promise<LabInstance> {
    const { supervisor, defaults, memory, questions } = this.#parts;
    const role = supervisor.role(roleName).name;
    const registryPort = supervisor.instances.find(
      ({ role: { name }, spec }) => name === "bootstrap" && spec.options.label === undefined,
    )?.port;
    const instance = supervisor.add({
      role,
      given: defaults.withHost(role, defaults.withOffset(role, given, registryPort)),
    });
    try {
      await memory.remember(instance);
    } catch (error) {
      await supervisor.remove(instance);
      throw error;
    }
    instance.start();
    await instance.settled();
    // The port is durable before we answer: it is found there again also after a kill -9 in this very moment.
    await questions.settled();
    return labInstance(instance);
  }

  async start(id: string): Promise<LabInstance> {
    const instance = this.#instance(id);
    await this.#start(instance);
    return labInstance(instance);
  }

  async #start(instance: Instance): Promise<void> {
    await this.#parts.memory.want(instance, "running");
    instance.start();
    await instance.settled();
  }

  async stop(id: string): Promise<LabInstance> {
    const instance = this.#instance(id);
    await this.#parts.memory.want(instance, "stopped");
    await this.#parts.supervisor.stop(instance);
    return labInstance(instance);
  }

  async restart(id: string): Promise<LabInstance> {
    const instance = this.#instance(id);
    await this.#parts.supervisor.stop(instance);
    await this.#start(instance);
    return labInstance(instance);
  }

  async remove(id: string): Promise<LabInstance> {
    const instance = this.#instance(id);
    // Stored first: what the disk refuses has not happened.
    await this.#parts.memory.forget(instance);
    await this.#parts.supervisor.remove(instance);
    return labInstance(instance);
  }

  async say(id: string, text: string, options: SayOptions): Promise<string> {
    const { state, role, service } = this.#instance(id);
    if (state !== "running") throw new NetlabError("wrong-state/not-running", { id, state });
    const speak = service.hub?.say;
    if (speak) return speak(text, options);
    if (!role.machine.events.includes("operator.say"))
      throw new NetlabError("wrong-state/no-listener", { id });
    service.say?.(text);
    return `said by ${id}`;
  }

  #instance(id: string): Instance {
    const instance = this.#parts.supervisor.find(id);
    if (instance) return instance;
    throw new NetlabError("no-such-instance/unknown", { term: id, hint: "ls lists them" });
  }
}
