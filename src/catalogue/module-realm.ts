/**
 * A module of a user's role in this thread, read for its definition alone. It runs in a realm of its own: what it does to Array or JSON it does to
 * its own, its timers, sockets and listeners come to nothing (`idle-globals.ts`), its promises go on only while it is read, and it is
 * read within a limit. What it answers are its objects; calls of their functions later have a limit of their own (`guarded-call.ts`).
 */
import { setTimeout as wait } from "node:timers/promises";
import { virtualMachine } from "../node-modules.ts";
import { watchRejections } from "../rejections.ts";
import { CallCut } from "./guarded-call.ts";
import { quietGlobals, quietModule } from "./idle-globals.ts";
import { moduleBody } from "./module-body.ts";

/** Limit of one turn of it, while all others wait. */
const TURN_MS = 200;
/** Limit of all of it, where it awaits something. */
const READ_MS = 1_000;
const NEXT_TURN_MS = 2;
const MAX_STARVED = 20;

type Exports = Readonly<Record<string, unknown>>;
type Body = (
  $import: (name: string) => unknown,
  $load: (name: string) => Promise<unknown>,
  $meta: object,
) => unknown;

/** `text`: the module, whose own name is `url`. Rejects with what it throws, or a `CallCut`. */
export async function readModule(
  text: string,
  url: string,
  isOurs: (name: string) => boolean,
): Promise<Exports> {
  const { code, imports, isAsync } = moduleBody(text);
  const modules = new Map<string, unknown>();
  for (const name of imports) modules.set(name, isOurs(name) ? await import(name) : quietModule(name));
  const realm = new Realm();
  // So that stacks tell the user's own files: source maps are read of what is evaluated under a name.
  const body = (await realm.run(() => realm.evaluate(`${code}\n//# sourceURL=${url}`))) as Body;
  const begin = () =>
    body(
      (name) => modules.get(name),
      async (name) => quietModule(name),
      { url },
    );
  return (isAsync ? realm.settle(begin) : realm.run(begin)) as Promise<Exports>;
}

class Realm {
  readonly #context: object;
  readonly evaluate: (code: string) => unknown;
  readonly #turn: { runInContext(context: object, options: object): unknown };

  constructor() {
    const { createContext, runInContext, Script } = virtualMachine();
    this.#context = createContext(quietGlobals(), { microtaskMode: "afterEvaluate" });
    this.evaluate = runInContext(
      "globalThis.global = globalThis; eval",
      this.#context,
    ) as typeof this.evaluate;
    this.#turn = new Script('globalThis[Symbol.for("netlabd.turn")]?.()');
    // Rejections that it leaves harm none here: its own process hears of them.
    watchRejections(runInContext("Promise.prototype", this.#context) as object, () => undefined);
  }

  /** In one turn, its promises' next steps included. */
  async run(act: () => unknown): Promise<unknown> {
    for (let starved = 0; ; starved += 1) {
      const before = process.cpuUsage();
      try {
        return this.#runOnce(act);
      } catch (error) {
        if ((error as { code?: unknown } | null)?.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
        const { user, system } = process.cpuUsage(before);
        if (user + system > TURN_MS * 500 || starved === MAX_STARVED)
          throw new CallCut(`reading it takes longer than ${TURN_MS / 1_000} s`);
      }
      await wait(NEXT_TURN_MS);
    }
  }

  #runOnce(act: () => unknown): unknown {
    let answer: unknown;
    const task = () => {
      answer = act();
    };
    Object.assign(this.#context, { [Symbol.for("netlabd.turn")]: task });
    this.#turn.runInContext(this.#context, { timeout: TURN_MS, displayErrors: false });
    return answer;
  }

  /** Waits for a promise of this realm, in as many turns as it takes. */
  async settle(act: () => unknown): Promise<unknown> {
    let outcome: { readonly value?: unknown; readonly error?: unknown } | undefined;
    await this.run(() => {
      (act() as Promise<unknown>).then(
        (value) => {
          outcome = { value };
        },
        (error: unknown) => {
          outcome = { error };
        },
      );
    });
    for (const until = performance.now() + READ_MS; !outcome && performance.now() < until; ) {
      await wait(NEXT_TURN_MS);
      await this.run(() => undefined);
    }
    if (!outcome) throw new CallCut("it awaits something that does not come while it is read");
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  }
}
