/**
 * TypeScript of one operator. A line's life: 1. rewritten (`rewrite.ts`), or refused as no code, or told to be unfinished
 * → 2. the names that it declares are made → 3. run as a turn of the operator's realm (`realm.ts`) → 4. where it awaits,
 * followed until its promise ends, Ctrl-C, or its time limit → 5. its value is kept as `_`, and shown.
 */
import { nearest } from "../../catalogue/instance-options.ts";
import { NetlabError } from "../../errors.ts";
import type { Completion } from "../line-completion.ts";
import { codeError, type Source, scriptName, syntaxError } from "./code-errors.ts";
import { declare, makeConst } from "./declarations.ts";
import { LabSurface } from "./lab-surface.ts";
import type { LiveLab } from "./live-lab.ts";
import { jsonValue, type Screen, showMessage, showValue } from "./print-value.ts";
import { completeProperty } from "./property-completion.ts";
import { Realm } from "./realm.ts";
import { plainFault, type Rewritten, rewrite } from "./rewrite.ts";

export interface EvaluationRequest extends Screen {
  readonly signal: AbortSignal;
  /** Undefined: as long as it takes. */
  readonly timeoutMs?: number | undefined;
  readonly isJson: boolean;
  /** Names of commands, where the line could have been meant to be one. */
  readonly commands?: readonly string[] | undefined;
  out(text: string): void;
  err(text: string): void;
  data(document: unknown): void;
}

export interface EvaluationOptions {
  /** A word that belongs to no line: what a timer prints, or throws. */
  readonly notify: (text: string, level: "info" | "error") => void;
  readonly turnMs?: number;
}

type Script = Extract<Rewritten, { kind: "script" }>;

/** Lines whose functions may still throw. */
const SOURCES_KEPT = 200;
const MAX_SAID = 2_000;
const NAME = /^[A-Za-z_$][\w$]*(?:-[\w$]+)*$/;
const COMMAND_LIKE = /^([A-Za-z][\w-]*?)\s+(?:--?|@)?$/;
const TYPESCRIPT_WORDS = new Set([
  "type",
  "interface",
  "enum",
  "declare",
  "namespace",
  "abstract",
  "module",
  "let",
  "async",
]);

export class Evaluation {
  readonly #realm: Realm;
  readonly #options: EvaluationOptions;
  readonly #sources = new Map<number, Source>();
  #number = 0;
  #said: string[] = [];
  /** The line that runs: who reads what it says. */
  #request: EvaluationRequest | undefined;

  constructor(lab: LiveLab, options: EvaluationOptions) {
    this.#options = options;
    this.#realm = new Realm({
      onLateError: (error) => {
        const { message } = this.#told(error);
        if (this.#request) this.#request.err(message);
        else options.notify(message, "error");
      },
      ...(options.turnMs === undefined ? {} : { turnMs: options.turnMs }),
    });
    const surface = new LabSurface(lab, (call) => this.#realm.ask(call) as never);
    const say = (...values: unknown[]) => this.#say(values);
    this.#realm.define({
      lab: surface,
      _: undefined,
      console: { log: say, info: say, warn: say, error: say, debug: say },
      Buffer,
      URL,
      TextEncoder,
      TextDecoder,
    });
  }

  /** Answers "unfinished" where more lines may make it whole. Throws a NetlabError. */
  async evaluate(source: string, request: EvaluationRequest): Promise<"done" | "unfinished"> {
    if (request.commands) this.#refuseMistypedCommand(source, request.commands);
    const rewritten = await rewrite(source);
    if (rewritten.kind === "unfinished") return "unfinished";
    if (rewritten.kind === "wrong")
      throw syntaxError(source, rewritten.message, rewritten.line, rewritten.column);
    this.#request = request;
    try {
      const { value } = await this.#run(source, rewritten, request);
      if (rewritten.hasValue) this.#show(value, request);
      return "done";
    } catch (error) {
      throw this.#mistyped(source, this.#told(error), request.commands);
    } finally {
      this.#flush();
      this.#request = undefined;
    }
  }

  complete(line: string, cursor: number): Completion {
    return completeProperty(this.#realm, line.slice(0, cursor));
  }

  close(): void {
    this.#realm.close();
  }

  // -- running ---------------------------------------------------------------------------------------------------------

  /** In a box: what is returned from here would be awaited if it had a `then`, and outside any turn. */
  async #run(
    source: string,
    { code, declared, isAsync, lineOf }: Script,
    request: EvaluationRequest,
  ): Promise<{ value: unknown }> {
    this.#number += 1;
    this.#sources.set(this.#number, { text: source, lineOf });
    this.#sources.delete(this.#number - SOURCES_KEPT);
    const { global } = this.#realm;
    this.#realm.turn(() => {
      for (const { name } of declared) declare(global, name);
    });
    const answer = this.#realm.run(code, scriptName(this.#number));
    const answered = isAsync ? await this.#awaited(answer, request) : { value: answer };
    this.#realm.turn(() => {
      for (const { name, isConst } of declared) if (isConst) makeConst(global, name);
    });
    return answered;
  }

  #awaited(promise: unknown, { signal, timeoutMs }: EvaluationRequest): Promise<{ value: unknown }> {
    const ended = Promise.withResolvers<{ value: unknown }>();
    const stop = this.#realm.follow(promise, (value) => ended.resolve({ value }), ended.reject);
    const giveUp = (error: NetlabError) => {
      this.#realm.cancel();
      ended.reject(error);
    };
    const interrupted = () => giveUp(new NetlabError("interrupted/value"));
    const late = () => giveUp(new NetlabError("timed-out/value", { ms: Number(timeoutMs) }));
    const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
    signal.addEventListener("abort", interrupted, { once: true });
    if (signal.aborted) interrupted();
    return ended.promise.finally(() => {
      stop();
      clearTimeout(timer);
      signal.removeEventListener("abort", interrupted);
    });
  }

  #show(value: unknown, request: EvaluationRequest): void {
    this.#realm.define({ _: value });
    const answer = this.#realm.turn(() => (request.isJson ? jsonValue(value) : showValue(value, request)));
    this.#flush();
    if (request.isJson) request.data(answer);
    else request.out(answer as string);
  }

  // -- what it says ----------------------------------------------------------------------------------------------------

  /** Within a turn. */
  #say(values: readonly unknown[]): void {
    if (this.#said.length === 0) this.#realm.wish(() => this.#flush());
    if (this.#said.length === MAX_SAID) this.#said.push(`… more than ${MAX_SAID} lines at once are left out`);
    if (this.#said.length > MAX_SAID) return;
    this.#said.push(showMessage(values, this.#request ?? { columns: 80, hasColors: false }));
  }

  #flush(): void {
    const said = this.#said;
    this.#said = [];
    if (said.length === 0) return;
    if (this.#request?.isJson) this.#request.err(said.join("\n"));
    else if (this.#request) this.#request.out(said.join("\n"));
    else this.#options.notify(said.join("\n"), "info");
  }

  #told(error: unknown): NetlabError {
    try {
      return this.#realm.turn(() => codeError(error, this.#number, this.#sources));
    } catch (odd) {
      return new NetlabError("code-failed/unshowable", {}, { cause: odd });
    }
  }

  // -- what was meant to be a command ----------------------------------------------------------------------------------

  /** A word that is neither command nor name, alone or where code could not go on behind it. */
  #refuseMistypedCommand(source: string, commands: readonly string[]): void {
    const line = source.trim();
    if (line.includes("\n")) return;
    if (NAME.test(line)) {
      const isKnown = line.split("-").every((name) => this.#knows(name));
      if (!isKnown) throw noCommand(line, this.#known(commands));
      return;
    }
    const fault = plainFault(line);
    const word = fault === undefined ? undefined : COMMAND_LIKE.exec(line.slice(0, fault))?.[1];
    if (word && !TYPESCRIPT_WORDS.has(word) && !this.#knows(word))
      throw noCommand(word, this.#known(commands));
  }

  /** `lss -a` is a difference of two names; that the first is unknown says what it was meant to be. */
  #mistyped(source: string, error: NetlabError, commands: readonly string[] | undefined): NetlabError {
    const name = /^ReferenceError: ([\w$]+) is not defined/.exec(error.message)?.[1];
    if (name === undefined) return error;
    if (commands && source.trim().split(/\s/)[0] === name) return noCommand(name, this.#known(commands));
    const near = nearest(
      name,
      this.#names().filter((one) => one.length > 1),
    );
    return NetlabError.worded(error.code, `${error.message}${near ? `; did you mean ${near}?` : ""}`, {
      cause: error,
    });
  }

  #knows(name: string): boolean {
    return isKeyword(name) || this.#realm.turn(() => name in this.#realm.global);
  }

  #names(): string[] {
    return Object.getOwnPropertyNames(this.#realm.global);
  }

  #known(commands: readonly string[]): string[] {
    return [...commands, ...this.#names()].filter((name) => /^[a-z]/.test(name));
  }
}

function noCommand(name: string, known: readonly string[]): NetlabError {
  const near = nearest(name, known);
  return new NetlabError("no-such-command/none", {
    name,
    hint: near ? `did you mean ${near}?` : "help lists them",
  });
}

/** A word that begins code, or is a value of its own. */
function isKeyword(name: string): boolean {
  const words =
    "this true false null undefined new class function if for while do try throw switch typeof void delete await const var super yield import export return";
  return words.split(" ").includes(name);
}
