/**
 * What becomes of one tile and when, on each leg of its way: the message that tells it as a socket of this process gets it, then as the browser
 * does, and the frame that shows it. All by the clock of the machine, in milliseconds since 1970.
 */
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { type Condition, conditionOf } from "../../src/page/condition.ts";
import type { ServerMessage, WallState } from "../../src/web/protocol.ts";

/** A tile as a page showed it. */
export interface Shown {
  readonly condition: string;
  /** When the browser had the message. */
  readonly cameAt: number;
  /** When the frame with it was out. */
  readonly paintedAt: number;
}

/** Script of a page that tells `tileShown` of each condition that the tile at this place takes. It asks for no frames of its own. */
export const tellingOf = (place: number): string => `{
  let cameAt = 0;
  const Plain = WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", () => { cameAt = Date.now(); });
    }
  };
  const told = ({ target }) => {
    if (target !== document.querySelector(".wall")?.children[${place - 1}]) return;
    const shown = { condition: target.dataset.condition, cameAt };
    requestAnimationFrame(() => setTimeout(() => tileShown({ ...shown, paintedAt: Date.now() })));
  };
  new MutationObserver((changes) => changes.forEach(told)).observe(document, {
    subtree: true,
    attributes: true,
    attributeFilter: ["data-condition"],
  });
}`;

const AGAIN_MS = 300;

/** A page without a browser: when the daemon has told what of the tile. */
export class WallReader {
  readonly told: { readonly condition: Condition; readonly at: number }[] = [];
  readonly #origin: string;
  readonly #session: string;
  readonly #tile: string;
  #socket: WebSocket | undefined;
  #isOver = false;

  static async open(link: string, tile: string): Promise<WallReader> {
    const { origin, hash } = new URL(link);
    const key = hash.slice("#k=".length);
    const login = await fetch(`${origin}/login`, {
      method: "POST",
      headers: { origin },
      body: JSON.stringify({ key }),
    });
    const { session } = (await login.json()) as { session: string };
    return new WallReader(origin, session, tile);
  }

  private constructor(origin: string, session: string, tile: string) {
    this.#origin = origin;
    this.#session = session;
    this.#tile = tile;
    this.#connect();
  }

  #connect(): void {
    const socket = new WebSocket(`${this.#origin.replace("http", "ws")}/live`, {
      headers: { origin: this.#origin },
    });
    this.#socket = socket;
    socket.on("open", () => {
      socket.send(JSON.stringify({ session: this.#session }));
      socket.send(JSON.stringify({ see: ["wall"] }));
    });
    socket.on("message", (data) => this.#take(JSON.parse(String(data)) as ServerMessage, Date.now()));
    socket.on("error", () => undefined);
    socket.on("close", () => void this.#again());
  }

  /** The daemon is killed in the middle, and is another one then. */
  async #again(): Promise<void> {
    await delay(AGAIN_MS);
    if (!this.#isOver) this.#connect();
  }

  #take(message: ServerMessage, at: number): void {
    if (!("topic" in message)) return;
    const tile = (message.state as WallState).tiles.find(({ id }) => id === this.#tile);
    if (tile) this.told.push({ condition: conditionOf(tile), at });
  }

  close(): void {
    this.#isOver = true;
    this.#socket?.terminate();
  }
}
