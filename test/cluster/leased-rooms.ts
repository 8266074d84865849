/** Daemons with a chat room and with leases, over the engine in memory: each can be stopped as by SIGSTOP, held up, cut off and killed. */
import type { MemorySide } from "../../src/cluster/memory-side.ts";
import chat from "../../src/machines/chat.ts";
import { HubNode } from "./hub-lab.ts";
import { type SimulatedLab, type SimulatedNode, turns } from "./simulated-nodes.ts";

export class LeasedRoom {
  readonly name: string;
  readonly room: HubNode;
  /** Of its hub; its lease has another. */
  readonly bus: MemorySide;
  readonly #lab: SimulatedLab;
  readonly #node: SimulatedNode;
  #state: "runs" | "stands still" | "dead" = "runs";
  #isHeldUp = false;

  private constructor(lab: SimulatedLab, name: string, node: SimulatedNode) {
    this.name = name;
    this.#lab = lab;
    this.#node = node;
    this.bus = lab.engine.attach();
    const { nodes, clock } = node;
    this.room = new HubNode({ name, bus: this.bus, nodes, clock, role: chat });
  }

  static async start(lab: SimulatedLab, name: string, pid: number): Promise<LeasedRoom> {
    return new LeasedRoom(lab, name, await lab.enter(name, { pid, isRunning: () => false }));
  }

  get runs(): boolean {
    return this.#state === "runs";
  }

  get isSure(): boolean {
    return this.#node.nodes.isSure;
  }

  /** By what the engine has: whether no other has fenced it, and whether it is that life of it still. */
  get isUnfenced(): boolean {
    const entry = this.#lab.engine.keysOf("nl_test").get(`node.${this.name}`);
    const record = entry?.value === undefined ? {} : JSON.parse(entry.value);
    const isItsLife = record.incarnation === this.#node.nodes.own.incarnation && record.by === undefined;
    return this.#state !== "dead" && isItsLife;
  }

  get wasExpelled(): boolean {
    return this.#node.changes.some(({ kind }) => kind === "expelled");
  }

  stop(): void {
    if (this.#state !== "runs") return;
    this.#state = "stands still";
    this.#node.stop();
    this.bus.hold();
  }

  /** `hubFirst`: hears of rooms before it hears of leases. */
  goOn(hubFirst: boolean): void {
    if (this.#state !== "stands still") return;
    this.#state = "runs";
    if (hubFirst && !this.#isHeldUp) this.bus.engineGoesOn();
    this.#node.goOn();
    if (!this.#isHeldUp) this.bus.engineGoesOn();
  }

  /** Holds up what the room says and hears, as a network that stands still; its lease goes on. */
  holdUp(): void {
    this.#isHeldUp = true;
    this.bus.holdEngine();
  }

  flow(): void {
    this.#isHeldUp = false;
    if (this.#state === "runs") this.bus.engineGoesOn();
  }

  cut(): void {
    this.bus.cut("inSilence");
    this.#node.side.cut("inSilence");
  }

  mend(): void {
    if (this.#state === "dead") return;
    this.bus.mend();
    this.#node.side.mend();
  }

  async kill(): Promise<void> {
    this.#state = "dead";
    this.bus.cut("inSilence");
    this.#node.kill();
    this.room.heard.clear();
    this.room.hubs.close();
    await turns();
  }
}
