/**
 * The place of one operator's code: a JavaScript realm of its own within the daemon, with a microtask queue of its own,
 * so that a time limit holds for loops of both kinds.
 *
 * - Everything of the operator's - a line, what follows an `await`, a timer's callback, printing - runs in a *turn*:
 *   watched by the clock, and its microtasks are drained before the turn is over.
 * - A turn that is stopped is cut at any instruction, without `finally`. So nothing of the daemon's is changed within
 *   one: what code asks for - calls that change the lab, timers, output - is noted and done when the turn is over, and
 *   a turn that was stopped gets none of it.
 * - A microtask that is stopped leaves Node's stack of asynchronous contexts as it was. That is harmless as long as the
 *   daemon enables no async hooks; with one, Node ends the process (its issue 38503).
 * - A promise of this realm is never awaited outside: its continuation would wait in a queue that is not drained.
 *
 * Long, because a turn, its limit and what it noted are one invariant.
 */
import { types } from "node:util";
import vm from "node:vm";
import { NetlabError } from "../../errors.ts";
import { watchRejections } from "../../rejections.ts";

/** How long code may keep the whole daemon waiting at a stretch. */
export const TURN_MS = 500;
/** Requests that one turn may make; a loop that makes more is wrong. */
const MAX_WISHES = 1_000;
const MAX_TIMERS = 1_000;
/** How often continuations of promises of the daemon's own are looked for. */
const LOOK_MS = 50;

export interface RealmOptions {
  /** Something failed that no line waits for: a timer's callback, a promise that is not handled. */
  readonly onLateError: (error: unknown) => void;
  readonly turnMs?: number;
}

interface Deferred {
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Inner {
  /** Both run within a turn. */
  defer(): Deferred;
  follow(promise: unknown, done: (value: unknown) => void, failed: (error: unknown) => void): void;
  readonly promisePrototype: object;
}

/** Part of the realm itself: promises and functions that are made here belong to it. */
const INNER = `({
  defer() {
    let resolve, reject;
    const promise = new Promise((a, b) => { resolve = a; reject = b; });
    return { promise, resolve, reject };
  },
  follow(promise, done, failed) {
    Promise.resolve(promise).then((value) => { done(value); }, (error) => { failed(error); });
  },
  promisePrototype: Promise.prototype,
})`;
const enter = new vm.Script("__turn()");

export class Realm {
  readonly global: Record<PropertyKey, unknown>;
  readonly #context: vm.Context;
  readonly #inner: Inner;
  readonly #options: RealmOptions;
  readonly #timers = new Map<number, NodeJS.Timeout>();
  /** To be done when the turn is over. */
  #wishes: (() => void)[] = [];
  /** Answers that came, to be told within the next turn. */
  #answers: (() => void)[] = [];
  #isDelivering = false;
  #lastTimer = 0;
  /** Epoch of requests: those made before it changed are no longer wanted. */
  #epoch = 0;
  #looking: NodeJS.Timeout | undefined;
  /** The line that waits. */
  #waiting: ((error: unknown) => void) | undefined;
  #task: (() => unknown) | undefined;
  #isClosed = false;
  /** Our own errors: others must not even be looked at outside a turn. */
  readonly #stops = new WeakSet<object>();

  constructor(options: RealmOptions) {
    this.#options = options;
    // An ordinary global object: with one that is "contextified" each global goes through an interceptor.
    this.#context = vm.createContext(vm.constants.DONT_CONTEXTIFY, { microtaskMode: "afterEvaluate" });
    this.global = this.#context as Record<PropertyKey, unknown>;
    this.#inner = new vm.Script(INNER).runInContext(this.#context) as Inner;
    Object.defineProperty(this.global, "__turn", { value: () => this.#task?.() });
    watchRejections(this.#inner.promisePrototype, (error) => this.#options.onLateError(error));
    this.#addTimers();
  }

  /** Within a turn. Throws what `task` throws, and `timed-out` where the turn was stopped. */
  turn<Answer>(task: () => Answer): Answer {
    this.#task = task;
    return this.#watched(() => enter.runInContext(this.#context, this.#limit) as Answer);
  }

  /** A script as a turn. */
  run(code: string, filename: string): unknown {
    const script = new vm.Script(code, { filename });
    return this.#watched(() => script.runInContext(this.#context, this.#limit));
  }

  get #limit(): vm.RunningScriptOptions {
    return { timeout: this.#options.turnMs ?? TURN_MS, displayErrors: false };
  }

  #watched<Answer>(run: () => Answer): Answer {
    try {
      return run();
    } catch (error) {
      if (!isStop(error)) throw error;
      this.cancel();
      const stop = new NetlabError("timed-out/turn", { ms: this.#options.turnMs ?? TURN_MS });
      this.#stops.add(stop);
      throw stop;
    } finally {
      this.#task = undefined;
      const wishes = this.#wishes;
      this.#wishes = [];
      for (const wish of wishes) wish();
    }
  }

  /** To be done outside, when the turn is over. Only within a turn. */
  wish(act: () => void): void {
    if (this.#wishes.length >= MAX_WISHES)
      throw new RangeError(`more than ${MAX_WISHES} calls at once: await them`);
    this.#wishes.push(act);
  }

  /** A call that is made when the turn is over; the answer is a promise of this realm. Only within a turn. */
  ask(call: () => Promise<unknown>): Promise<unknown> {
    const { promise, resolve, reject } = this.#inner.defer();
    const epoch = this.#epoch;
    const settle = (answer: () => void) => {
      if (epoch === this.#epoch) this.#deliver(answer);
    };
    this.wish(() => {
      if (epoch !== this.#epoch) return;
      call().then(
        (value) => settle(() => resolve(value)),
        (error) => settle(() => reject(error)),
      );
    });
    return promise;
  }

  /** The end of a promise of this realm, told outside any turn. */
  follow(promise: unknown, done: (value: unknown) => void, failed: (error: unknown) => void): () => void {
    const epoch = this.#epoch;
    const stop = this.#look(failed);
    const ended = (report: () => void) => () => {
      stop();
      if (epoch === this.#epoch) report();
    };
    this.turn(() =>
      this.#inner.follow(
        promise,
        (value) => this.#wishes.push(ended(() => done(value))),
        (error) => this.#wishes.push(ended(() => failed(error))),
      ),
    );
    return stop;
  }

  /** Timers end, and what was asked for is answered no more: code that waits for it waits for ever. */
  cancel(): void {
    this.#epoch += 1;
    this.#wishes = [];
    this.#answers = [];
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  close(): void {
    this.#isClosed = true;
    this.cancel();
    clearInterval(this.#looking);
  }

  /** A turn of the loop between any two turns of code: sockets are served, whatever it awaits. */
  #deliver(answer: () => void): void {
    this.#answers.push(answer);
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    setImmediate(() => {
      this.#isDelivering = false;
      const answers = this.#answers;
      this.#answers = [];
      this.#late(() => {
        for (const answer of answers) answer();
      });
    });
  }

  /** A turn that no line waits for. */
  #late(task: () => unknown): void {
    if (this.#isClosed) return;
    try {
      this.turn(task);
    } catch (error) {
      // A loop ends whatever line waits; anything else is the callback's own affair.
      if (this.#waiting && this.#stops.has(error as object)) this.#waiting(error);
      else this.#options.onLateError(error);
    }
  }

  /** While a line waits: continuations may have come from promises that are not ours to hear of. */
  #look(failed: (error: unknown) => void): () => void {
    const looking = setInterval(() => this.#late(() => undefined), LOOK_MS);
    this.#looking = looking;
    this.#waiting = failed;
    return () => {
      clearInterval(looking);
      if (this.#waiting === failed) this.#waiting = undefined;
    };
  }

  #addTimers(): void {
    const add = (callback: unknown, ms: unknown, args: readonly unknown[], isRepeated: boolean) => {
      if (typeof callback !== "function") throw new TypeError("a timer calls a function");
      if (this.#timers.size >= MAX_TIMERS) throw new RangeError(`more than ${MAX_TIMERS} timers`);
      const delayMs = Number(ms ?? 0);
      this.#lastTimer += 1;
      const id = this.#lastTimer;
      const call = () => {
        if (!isRepeated) this.#timers.delete(id);
        this.#late(() => callback(...args));
      };
      this.wish(() => {
        const start = isRepeated ? setInterval : setTimeout;
        this.#timers.set(id, start(call, delayMs).unref());
      });
      return id;
    };
    const clear = (id: unknown) =>
      this.wish(() => {
        clearTimeout(this.#timers.get(id as number));
        this.#timers.delete(id as number);
      });
    this.define({
      setTimeout: (callback: unknown, ms: unknown, ...args: unknown[]) => add(callback, ms, args, false),
      setInterval: (callback: unknown, ms: unknown, ...args: unknown[]) => add(callback, ms, args, true),
      setImmediate: (callback: unknown, ...args: unknown[]) => add(callback, 0, args, false),
      clearTimeout: clear,
      clearInterval: clear,
      clearImmediate: clear,
    });
  }

  /** Names of the global object that a line may declare anew. */
  define(values: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(values)) {
      Object.defineProperty(this.global, name, {
        value,
        writable: true,
        configurable: true,
        enumerable: false,
      });
    }
  }
}

/** A thrown proxy, or an error with a getter, would run code of its own here. */
function isStop(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  return Object.getOwnPropertyDescriptor(error, "code")?.value === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
