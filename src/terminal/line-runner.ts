/**
 * Lines of one session, however they are typed: at the prompt, one-shot, in a script or a sheet.
 *
 * A line's life: 1. taken apart into statements, where it begins with a command → 2. each runs in the daemon, or here
 * where the command is the client's own → 3. its output goes through its filters to the console or a file, and is kept
 * for `expect` → 4. the first that fails ends the line with its status.
 *
 * Long, because each step of a line's life ends it, so the steps stand together.
 */

import type { ControlClient } from "../control/control-client.ts";
import type { ReplyHandlers } from "../control/control-request.ts";
import { exitCodes, problemDocument } from "../errors.ts";
import { harmlessJson } from "../printable.ts";
import { wantsJson, wordsSoFar } from "../repl/line-words.ts";
import { UNCUT_COLUMNS } from "../repl/wrapped.ts";
import { readNamedFile, type Typed, writeNamedFile } from "./client-file.ts";
import type { Console } from "./console.ts";
import { OutputPipeline } from "./output-pipeline.ts";
import { columnsOf, screenFields, screenSize } from "./output-stream.ts";
import { watchSilence } from "./silence.ts";
import { isIdle, isLeaving, mayBePlumbed, type Statement, statementsOf, type Traits } from "./typed-line.ts";

/** Output of the last command, errors too; kept to a limit, from its end. */
export interface LastOutput {
  readonly text: string;
  readonly exit: number;
}

/** Their code is loaded when one is wanted; a test holds the list true. */
export const CLIENT_COMMANDS = ["capture", "check", "expect", "play", "watch"];
const KEPT_CHARACTERS = 1_048_576;

/** Answer to a question of the client's own, with the documents of `--json`. */
export interface Answered extends LastOutput {
  readonly documents: readonly unknown[];
}

export class LineRunner {
  readonly client: ControlClient;
  /** `quit` was one of the statements. */
  isLeaving = false;
  /** Lines of code that wait for what finishes them. */
  #unfinished: string | undefined;
  #last: LastOutput | undefined;
  #traits: Promise<ReadonlyMap<string, Traits>> | undefined;

  constructor(client: ControlClient) {
    this.client = client;
  }

  get last(): LastOutput | undefined {
    return this.#last;
  }

  /** The next line goes on with the code before it, whatever it looks like. */
  get isUnfinished(): boolean {
    return this.#unfinished !== undefined;
  }

  dropUnfinished(): void {
    this.#unfinished = undefined;
  }

  /** Resolves to the exit status. Rejects with a NetlabError, and as the console fails. */
  async runLine(line: string, console: Console): Promise<number> {
    const before = this.#unfinished;
    this.#unfinished = undefined;
    if (before !== undefined) return this.#runStatement(plain(`${before}\n${line}`), console);
    const statements = mayBePlumbed(line) ? statementsOf(line, await this.#traitsOf()) : [plain(line.trim())];
    let exit: number = exitCodes.done;
    for (const statement of statements) {
      if (isIdle(statement.command)) continue;
      if (isLeaving(statement.command)) {
        this.isLeaving = true;
        return exit;
      }
      exit = await this.#runStatement(statement, console);
      if (exit !== exitCodes.done) return exit;
    }
    return exit;
  }

  /** Words that a shell has split already: signs among them are texts. */
  async runArgv(argv: readonly string[], printsData: boolean, console: Console): Promise<number> {
    const command = await clientCommand(argv[0]);
    if (command) return command.run(this, argv.slice(1), undefined, console);
    return this.#inDaemon({ argv }, printsData, plain(""), console);
  }

  /** A question of the client's own: nothing is shown, nothing is kept. */
  async ask(argv: readonly string[], signal?: AbortSignal): Promise<Answered> {
    const said: string[] = [];
    const documents: unknown[] = [];
    const say = (text: string) => void said.push(text);
    const data = (document: unknown) => void documents.push(document);
    const request = this.client.request("run", { argv }, { out: say, err: say, data });
    const interrupt = () => this.client.interrupt(request.id);
    signal?.addEventListener("abort", interrupt, { once: true });
    const { exit } = await request.finally(() => signal?.removeEventListener("abort", interrupt));
    return { text: said.join("\n"), exit, documents };
  }

  async #runStatement(statement: Statement, console: Console): Promise<number> {
    const { command, isToFail } = statement;
    const exit = await this.#runCommand(statement, console);
    if (!isToFail) return exit;
    if (exit !== exitCodes.done && exit !== exitCodes.interrupted) return exitCodes.done;
    if (exit === exitCodes.done) await console.err(`! ${command}: it should have failed, but did not`);
    return exit === exitCodes.done ? exitCodes.checkFailed : exit;
  }

  async #runCommand(statement: Statement, console: Console): Promise<number> {
    const { command } = statement;
    const own = await clientCommand(/^\S*/.exec(command)?.[0]);
    if (!own) return this.#inDaemon({ line: command }, wantsJson(command), statement, console);
    const words = wordsSoFar(command).filter(({ start }) => start < command.length);
    return own.run(
      this,
      words.slice(1).map(({ text }) => text),
      command,
      console,
    );
  }

  async #inDaemon(
    typed: Typed,
    printsData: boolean,
    statement: Statement,
    console: Console,
  ): Promise<number> {
    const pipeline = await OutputPipeline.open(statement, (text) => console.out(text));
    const said = new TailBuffer();
    const isWhole = statement.filters.length > 0 || statement.file !== undefined || typed.line === undefined;
    const fields = {
      ...typed,
      ...(isWhole ? {} : { mayContinue: true }),
      ...this.#screenOf(console, statement),
    };
    const full = Promise.withResolvers<"full">();
    const isLive = () => !pipeline.isFull;
    const out = async (text: string) => {
      said.add(text);
      if (isLive()) await pipeline.take(text);
      if (pipeline.isFull) full.resolve("full");
    };
    const handlers: ReplyHandlers = {
      out,
      err: (words, code) => {
        const text = printsData ? harmlessJson(problemDocument(words, code)) : words;
        said.add(text);
        return console.err(text);
      },
      frame: statement.filters.length > 0 || statement.file ? out : (text) => console.frame(text),
      data: (document) => (printsData ? out(harmlessJson(document)) : undefined),
      more: () => {
        this.#unfinished = typed.line;
      },
      ask: (question) => console.ask(question),
      read: (path, as) => readNamedFile(path, typed, as),
      write: (path, text) => writeNamedFile(path, text, typed),
    };
    try {
      const exit = await pipeline.end(await this.#request(fields, handlers, console, full.promise));
      this.#last = { text: said.text, exit };
      return exit;
    } finally {
      await pipeline.close();
    }
  }

  /** Ends with the exit status; a filter that wants no more ends the command, which is then done. */
  async #request(
    fields: Readonly<Record<string, unknown>>,
    handlers: ReplyHandlers,
    { signal, givenUp, screen, isWide }: Console,
    full: Promise<"full">,
  ): Promise<number> {
    const request = this.client.request("run", fields, handlers);
    const stopWatching = watchSilence(this.client, (sentence) => void handlers.err?.(sentence));
    const interrupt = () => this.client.interrupt(request.id);
    const resize = () => isWide || this.client.post("resize", { target: request.id, ...screenSize(screen) });
    signal.addEventListener("abort", interrupt, { once: true });
    if (signal.aborted) interrupt();
    screen.on("resize", resize);
    try {
      const result = await Promise.race([request, full, givenUp.then(() => "given up" as const)]);
      if (result === "given up") return exitCodes.interrupted;
      if (result !== "full") return result.exit;
      interrupt();
      // Output from here on has no reader; only the end is waited for.
      await Promise.race([request, givenUp]);
      return exitCodes.done;
    } finally {
      stopWatching();
      signal.removeEventListener("abort", interrupt);
      screen.off("resize", resize);
    }
  }

  #screenOf({ screen, hasColors, isWide }: Console, { filters, file }: Statement) {
    // Lines for a file or a filter are whole, and draw over nothing.
    const isShown = filters.length === 0 && !file;
    const fields = isShown ? screenFields(screen, hasColors) : { columns: columnsOf({}), colors: false };
    return isWide ? { ...fields, columns: UNCUT_COLUMNS } : fields;
  }

  /** Asked once a session, and only when a line may need it. */
  async #traitsOf(): Promise<(name: string) => Traits | undefined> {
    this.#traits ??= describedBy(this.client);
    const traits = await this.#traits;
    return (name) => traits.get(name);
  }
}

async function clientCommand(name = "") {
  if (!CLIENT_COMMANDS.includes(name)) return undefined;
  return (await import("./client-commands.ts")).clientCommands.get(name);
}

const plain = (command: string): Statement => ({ command, filters: [], file: undefined, isToFail: false });

class TailBuffer {
  #texts: string[] = [];
  #size = 0;

  add(text: string): void {
    this.#texts.push(text);
    this.#size += text.length;
    if (this.#size <= 2 * KEPT_CHARACTERS) return;
    this.#texts = [this.text.slice(-KEPT_CHARACTERS)];
    this.#size = KEPT_CHARACTERS;
  }

  get text(): string {
    return this.#texts.join("\n");
  }
}

interface Described {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly takesRestOfLine?: boolean;
}

async function describedBy(client: ControlClient): Promise<ReadonlyMap<string, Traits>> {
  let commands: readonly Described[] = [];
  const data = (document: unknown) => {
    if (Array.isArray(document)) commands = document;
  };
  await client.request("describe", {}, { data });
  return new Map(
    commands.flatMap(({ name, aliases = [], takesRestOfLine = false }) =>
      [name, ...aliases].map((one) => [one, { takesRestOfLine }] as const),
    ),
  );
}
