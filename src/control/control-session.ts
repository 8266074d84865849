/** One operator on the control socket: parses what comes, runs commands, sends answers in order. */
import type { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { z } from "zod";
import { exitCodes, messageOf, NetlabError } from "../errors.ts";
import type { Evaluation, Lab } from "../lab/lab.ts";
import { harmlessJson } from "../printable.ts";
import { commandTable, distinct } from "../repl/command-folder.ts";
import { type Completion, codeSoFar, complete } from "../repl/completion.ts";
import { evaluate, type Outlet } from "../repl/evaluator.ts";
import { flagsOf } from "../repl/option-flags.ts";
import { schemaFor } from "../repl/parse-command.ts";
import { welcomeText } from "../repl/welcome.ts";
import { type Answer, MAX_REQUEST } from "./control-request.ts";

/** Bytes that wait for a slow reader before live output leaves lines out. */
const BEHIND_BYTES = 262_144;
/** A reader that reads nothing at all is cut off here. */
const LOST_BYTES = 64 * 1_048_576;
/** How long the daemon's last words may take to be read. */
const LAST_WORDS_MS = 500;
/** Commands of one client under way at once; and plain lines that wait before no more are read. */
const MAX_RUNS = 256;
const MAX_WAITING_LINES = 1_000;

const requestShape = z.looseObject({
  id: z.number(),
  op: z.enum(["hello", "describe", "run", "eval", "complete", "interrupt", "answer", "resize"]),
  line: z.string().optional(),
  argv: z.array(z.string()).optional(),
  options: z.record(z.string(), z.unknown()).optional(),
  cursor: z.number().int().min(0).optional(),
  columns: z.number().int().min(1).max(10_000).optional(),
  rows: z.number().int().min(1).max(10_000).optional(),
  colors: z.boolean().optional(),
  target: z.number().optional(),
  json: z.boolean().optional(),
  mayContinue: z.boolean().optional(),
  text: z.string().optional(),
  error: z.string().optional(),
  /** Of the error: whose fault it was that a file could not be had. */
  code: z.enum(["file-not-read", "bad-role"]).optional().catch(undefined),
});
type Request = z.output<typeof requestShape>;

export class ControlSession {
  readonly #socket: Socket;
  readonly #lab: Lab;
  readonly #runs = new Map<number, AbortController>();
  /** What is under way for a screen, whose size may change. */
  readonly #shown = new Map<number, Request>();
  /** What a run waits for from its client. */
  readonly #questions = new Map<number, (answer: Answer) => void>();
  /** Where this operator's code runs, from the first line of it on. */
  #evaluation: Promise<Evaluation> | undefined;
  #pending = "";
  #isPlain: boolean | undefined;
  #plainLines: Promise<void> = Promise.resolve();
  #waitingLines = 0;
  #runsUnderWay = 0;
  #isClosing = false;

  constructor(socket: Socket, lab: Lab, onClose: () => void) {
    this.#socket = socket;
    this.#lab = lab;
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => this.#read(text));
    socket.on("error", () => socket.destroy());
    socket.on("end", () => this.#readEnd());
    socket.on("close", () => {
      for (const run of this.#runs.values()) run.abort();
      // Where it could not be opened, the line that wanted it has told.
      this.#evaluation?.then(
        (evaluation) => evaluation.close(),
        () => undefined,
      );
      onClose();
    });
  }

  /** Something that nobody asked for: a notice, the daemon's end. */
  push(message: Record<string, unknown>): void {
    if (this.#isPlain === false) this.#send(message);
  }

  close(): void {
    this.#isClosing = true;
    this.#socket.end();
    this.#socket.destroySoon();
    // A reader that has stopped (Ctrl-Z) must not keep the daemon.
    setTimeout(() => this.#socket.destroy(), LAST_WORDS_MS).unref();
  }

  #read(text: string): void {
    if (this.#isClosing) return;
    this.#pending += text;
    this.#isPlain ??= !this.#pending.startsWith("{");
    for (let end = this.#pending.indexOf("\n"); end >= 0; end = this.#pending.indexOf("\n")) {
      const line = this.#pending.slice(0, end).replace(/\r$/, "");
      this.#pending = this.#pending.slice(end + 1);
      if (this.#isPlain) this.#queuePlain(line);
      else this.#request(line);
    }
    // A line that does not end is not collected for ever.
    if (this.#pending.length > MAX_REQUEST) {
      this.#pending = "";
      this.#breakOff(`a line over ${MAX_REQUEST} bytes`);
    }
  }

  /** What comes from now on is read and dropped: unread, it would become a reset that overtakes the last word. */
  #breakOff(why: string): void {
    this.#isClosing = true;
    this.#send({ err: why });
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), LAST_WORDS_MS).unref();
  }

  /** One after another; whoever sends faster than they run, or does not read, is not read meanwhile. */
  #queuePlain(line: string): void {
    this.#waitingLines += 1;
    if (this.#waitingLines > MAX_WAITING_LINES) this.#socket.pause();
    this.#plainLines = this.#plainLines.then(async () => {
      if (!this.#isClosing) await this.#runPlain(line);
      await this.#othersTurn();
      this.#waitingLines -= 1;
      if (this.#waitingLines < MAX_WAITING_LINES) this.#socket.resume();
    });
  }

  /** A thousand lines that are answered at once must not be a thousand times as long for everybody else. */
  async #othersTurn(): Promise<void> {
    const socket = this.#socket;
    await nextTurn();
    if (!socket.writableNeedDrain || socket.destroyed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.once("drain", resolve).once("close", resolve);
    await promise;
    socket.off("drain", resolve).off("close", resolve);
  }

  /** A plain reader waits for what it asked for, also where its last line has no end; a JSON client has gone. */
  #readEnd(): void {
    if (this.#isPlain && this.#pending !== "") this.#read("\n");
    void this.#plainLines.finally(() => this.#socket.end());
  }

  #request(line: string): void {
    const request = parseJson(line);
    const parsed = requestShape.safeParse(request);
    if (!parsed.success) {
      const wrong = parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`.trim());
      // Whoever gave it a number waits for its end.
      const { id } = (request ?? {}) as { id?: unknown };
      const end = typeof id === "number" ? { id, exit: exitCodes.usage } : {};
      this.#send({ ...end, err: `not a request: ${wrong.join("; ")}` });
      return;
    }
    this.#answer(parsed.data).then(
      (exit) => exit !== undefined && this.#send({ id: parsed.data.id, exit }),
      (error) => {
        this.#send({ id: parsed.data.id, err: messageOf(error) });
        this.#send({ id: parsed.data.id, exit: exitCodes.checkFailed });
      },
    );
  }

  async #answer(request: Request): Promise<number | undefined> {
    switch (request.op) {
      case "hello":
        this.#send({ id: request.id, data: this.#hello(request) });
        return exitCodes.done;
      case "describe":
        this.#send({ id: request.id, data: await this.#describe() });
        return exitCodes.done;
      case "complete":
        this.#send({ id: request.id, data: await this.#complete(request) });
        return exitCodes.done;
      case "interrupt":
        this.#runs.get(request.target ?? -1)?.abort();
        return exitCodes.done;
      case "resize": {
        const shown = this.#shown.get(request.target ?? -1);
        if (shown) Object.assign(shown, { columns: request.columns, rows: request.rows });
        return exitCodes.done;
      }
      case "answer":
        this.#questions.get(request.id)?.(
          request.error === undefined
            ? { text: request.text ?? "" }
            : { error: request.error, ...(request.code ? { code: request.code } : {}) },
        );
        return undefined;
      case "run":
        return this.#run(request);
      case "eval": {
        const { line = "", json } = request;
        return this.#run({ ...request, argv: ["eval", ...(json ? ["--json"] : []), "--", line] });
      }
    }
  }

  /** Where the line is code, its names and properties. */
  async #complete({ line = "", cursor = line.length }: Request): Promise<Completion> {
    const commands = await commandTable();
    const known = complete(this.#lab, commands, line, cursor);
    const code = this.#openEvaluation && codeSoFar(commands, line, cursor);
    if (!code) return known;
    const { from, candidates } = (await this.#openEvaluation()).complete(code.text, cursor - code.start);
    const isSame = from + code.start === known.from;
    return {
      from: from + code.start,
      candidates: isSame ? [...known.candidates, ...candidates] : candidates,
    };
  }

  /** Undefined where the daemon evaluates none. */
  get #openEvaluation(): (() => Promise<Evaluation>) | undefined {
    const open = this.#lab.openEvaluation;
    return (
      open && (() => (this.#evaluation ??= open({ notify: (notice, level) => this.push({ notice, level }) })))
    );
  }

  async #run(request: Request): Promise<number> {
    const { id } = request;
    if (this.#runsUnderWay >= MAX_RUNS) {
      this.#send({ id, err: `${MAX_RUNS} commands are under way on this connection: wait for one to end` });
      return exitCodes.refused;
    }
    const run = new AbortController();
    this.#runs.set(id, run);
    this.#shown.set(id, request);
    this.#runsUnderWay += 1;
    const session = this;
    const outlet: Outlet = {
      out: (out) => this.#send({ id, out }),
      err: (err, code) => this.#send({ id, err, ...(code === undefined ? {} : { code }) }),
      data: (data) => this.#send({ id, data }),
      frame: (frame) => this.#send({ id, frame }),
      more: () => this.#send({ id, more: true }),
      evaluation: this.#openEvaluation,
      ask: async (ask) => {
        const answer = await this.#question(id, { ask }, run.signal);
        return "text" in answer ? answer.text : "";
      },
      readFile: async (read, as) => {
        const answer = await this.#question(id, { read, ...(as === "role" ? { as } : {}) }, run.signal);
        if ("text" in answer) return answer.text;
        const code = answer.code ?? "file-not-read";
        throw new NetlabError(run.signal.aborted ? "interrupted" : code, answer.error);
      },
      writeFile: async (write, text) => {
        const answer = await this.#question(id, { write, text }, run.signal);
        if ("text" in answer) return;
        throw new NetlabError(run.signal.aborted ? "interrupted" : "file-not-written", answer.error);
      },
      get isBehind() {
        return session.#socket.writableLength > BEHIND_BYTES;
      },
    };
    try {
      return await evaluate(this.#lab, request, outlet, run.signal);
    } finally {
      this.#runsUnderWay -= 1;
      if (this.#runs.get(id) === run) this.#runs.delete(id);
      this.#shown.delete(id);
    }
  }

  /** Waits for the client's answer, and no longer than the run is wanted. */
  #question(
    id: number,
    question: { ask: string } | { read: string; as?: "role" } | { write: string; text: string },
    signal: AbortSignal,
  ): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const giveUp = () => resolve({ error: "interrupted" });
    this.#questions.set(id, resolve);
    signal.addEventListener("abort", giveUp, { once: true });
    if (signal.aborted) giveUp();
    this.#send({ id, ...question });
    return promise.finally(() => {
      this.#questions.delete(id);
      signal.removeEventListener("abort", giveUp);
    });
  }

  /** A person with `nc`: text in, text out, one command after another. */
  async #runPlain(line: string): Promise<void> {
    const write = (text: string) => this.#write(text.endsWith("\n") ? text : `${text}\n`);
    const session = this;
    const outlet: Outlet = {
      out: write,
      err: write,
      data: (document) => write(harmlessJson(document)),
      evaluation: this.#openEvaluation,
      ask: async () => "",
      get isBehind() {
        return session.#socket.writableLength > BEHIND_BYTES;
      },
    };
    const run = new AbortController();
    // What goes on until Ctrl-C has nobody left who could type it.
    if (this.#socket.destroyed) run.abort();
    this.#runs.set(-1, run);
    await evaluate(this.#lab, { line }, outlet, run.signal);
    this.#runs.delete(-1);
  }

  #hello(request: Request) {
    const { version, pid, name: lab, socketPath: socket } = this.#lab;
    const welcome = welcomeText(this.#lab, {
      columns: request.columns ?? 80,
      hasColors: request.colors === true,
    });
    return { name: "netlabd", version, protocol: 1, pid, lab, socket, welcome: `${welcome}\n\n` };
  }

  /** The command table as data, for other clients and for completion files. */
  async #describe() {
    const commands = distinct(await commandTable());
    return commands.map((command) => ({
      name: command.name,
      aliases: command.aliases ?? [],
      group: command.group,
      summary: command.summary,
      args: command.args ?? [],
      takesRestOfLine: command.takesRestOfLine === true,
      options: flagsOf(schemaFor(command, [], this.#lab)).map(({ long, kind, summary }) => ({
        long,
        kind,
        summary,
      })),
      example: command.example,
    }));
  }

  #send(message: Record<string, unknown>): void {
    this.#write(`${harmlessJson(message)}\n`);
  }

  #write(text: string): void {
    if (!this.#socket.writable) return;
    this.#socket.write(text);
    if (this.#socket.writableLength > LOST_BYTES) this.#socket.destroy();
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
