/**
 * An operator, whatever carries the messages: a control socket, a page, or an array in a test. Parses what comes, runs
 * commands and sends answers in order; framing, bytes and slow readers are the transport's affair.
 *
 * Long, because every request of the protocol is answered here, and all share the table of runs.
 */
import { type ErrorCode, exitCodes, messageOf, NetlabError } from "../errors.ts";
import { livingNodes } from "../lab/cluster-view.ts";
import type { AuditRow, Lab } from "../lab/lab.ts";
import { commandTable, distinct } from "../repl/command-folder.ts";
import type { Evaluation, EvaluationOptions } from "../repl/evaluation/evaluation.ts";
import { evaluate, type Responder, type RunRequest } from "../repl/evaluator.ts";
import { type Level, reaches } from "../repl/levels.ts";
import { type Completion, codeSoFar, complete } from "../repl/line-completion.ts";
import { flagsOf } from "../repl/option-flags.ts";
import { schemaFor } from "../repl/parse-command.ts";
import { welcomeText } from "../repl/welcome.ts";
import type { Answer } from "./control-request.ts";
import { type OperatorRequest, requestShape } from "./operator-request.ts";

/** Commands of one client under way at once. */
const MAX_RUNS = 256;

export type OpenEvaluation = (options: EvaluationOptions) => Promise<Evaluation>;
export type Message = Readonly<Record<string, unknown>>;

export interface OperatorHost {
  readonly lab: Lab;
  /** Opens an operator's own place to evaluate code in; undefined: the daemon evaluates none. */
  readonly openEvaluation: OpenEvaluation | undefined;
}

/** A person or a program that asks. */
export interface Operator {
  readonly level: Level;
  /** For the audit, where the client does not say who it is. */
  readonly name: string;
  /** Node at which it is, of several; undefined: this one. What is asked from there is asked of this node alone. */
  readonly node?: string | undefined;
}

export interface OperatorTransport {
  send(message: Message): void;
  /** More waits for a slow reader than is good: live output leaves lines out. */
  readonly isBehind: boolean;
}

type Question = { ask: string } | { read: string; as?: "role" } | { write: string; text: string };

export class OperatorSession {
  readonly #host: OperatorHost;
  readonly #operator: Operator;
  readonly #transport: OperatorTransport;
  readonly #runs = new Set<AbortController>();
  readonly #runsById = new Map<number, AbortController>();
  /** Requests under way for a screen, whose size may change. */
  readonly #shown = new Map<number, OperatorRequest>();
  /** Questions of runs that wait for their client. */
  readonly #questions = new Map<number, (answer: Answer) => void>();
  /** Realm of this operator's code, from the first line of it on. */
  #evaluation: Promise<Evaluation> | undefined;
  #isClosed = false;

  constructor(host: OperatorHost, operator: Operator, transport: OperatorTransport) {
    this.#host = host;
    this.#operator = operator;
    this.#transport = transport;
  }

  /** The operator is gone: commands under way end, and code that it left running. */
  close(): void {
    this.#isClosed = true;
    for (const run of this.#runs) run.abort();
    // A failure to open it was told to the line that wanted it.
    this.#evaluation?.then(
      (evaluation) => evaluation.close(),
      () => undefined,
    );
  }

  /** Takes a message of the protocol, as data; what is none is answered with why. */
  receive(message: unknown): void {
    const parsed = requestShape.safeParse(message);
    if (!parsed.success) {
      const wrong = parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`.trim());
      // A request with a number waits for its end.
      const { id } = (message ?? {}) as { id?: unknown };
      const end = typeof id === "number" ? { id, exit: exitCodes.usage } : {};
      this.#send({ ...end, err: `not a request: ${wrong.join("; ")}` });
      return;
    }
    const { id } = parsed.data;
    this.#answer(parsed.data).then(
      (exit) => exit !== undefined && this.#send({ id, exit }),
      (error) => {
        this.#send({ id, err: messageOf(error) });
        this.#send({ id, exit: exitCodes.checkFailed });
      },
    );
  }

  /** Runs a line of an operator who speaks no protocol: its answer goes where it is told. Resolves to its exit status. */
  async runFor(request: RunRequest, responder: Omit<Responder, "evaluation">): Promise<number> {
    const run = new AbortController();
    // A command that goes on until Ctrl-C has no operator left to type it.
    if (this.#isClosed) run.abort();
    return this.#evaluate(request, { ...responder, evaluation: this.#openEvaluation }, run);
  }

  async #answer(request: OperatorRequest): Promise<number | undefined> {
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
        this.#runsById.get(request.target ?? -1)?.abort();
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

  // -- running -------------------------------------------------------------------------------------------------------

  async #run(request: OperatorRequest): Promise<number> {
    const { id } = request;
    if (this.#runs.size >= MAX_RUNS) {
      this.#send({ id, err: `${MAX_RUNS} commands are under way on this connection: wait for one to end` });
      return exitCodes.refused;
    }
    const run = new AbortController();
    this.#runsById.set(id, run);
    this.#shown.set(id, request);
    try {
      return await this.#evaluate(request, this.#responder(request, run.signal), run);
    } finally {
      if (this.#runsById.get(id) === run) this.#runsById.delete(id);
      this.#shown.delete(id);
    }
  }

  async #evaluate(
    request: RunRequest & { readonly user?: string | undefined },
    responder: Responder,
    run: AbortController,
  ): Promise<number> {
    this.#runs.add(run);
    try {
      const { lab } = this.#host;
      const { level, name, node } = this.#operator;
      let audited: string | undefined;
      const onAudited = (line: string) => {
        audited = line;
      };
      const isFromNode = node !== undefined;
      const exit = await evaluate({
        lab,
        level,
        request,
        responder,
        signal: run.signal,
        onAudited,
        isFromNode,
      });
      if (audited !== undefined) this.#audit({ operator: request.user ?? name, line: audited, exit });
      return exit;
    } finally {
      this.#runs.delete(run);
    }
  }

  /** Never holds up an answer: that a row cannot be written is a fault of the daemon's, and told there. */
  #audit(done: Pick<AuditRow, "operator" | "line" | "exit">): void {
    const { lab } = this.#host;
    const { level, node = null } = this.#operator;
    const row = { at: Math.round(lab.clock.now()), level, node, ...done };
    lab.audit.add(row).catch((error: unknown) => lab.reportFault(error, `not in the audit: ${done.line}`));
  }

  #responder({ id, tables }: OperatorRequest, signal: AbortSignal): Responder {
    const transport = this.#transport;
    const answerTo = (question: Question) => this.#question(id, question, signal);
    const refusal = (code: ErrorCode, why: string) =>
      NetlabError.worded(signal.aborted ? "interrupted" : code, why);
    return {
      out: (out) => this.#send({ id, out }),
      err: (err, code) => this.#send({ id, err, ...(code === undefined ? {} : { code }) }),
      data: (data) => this.#send({ id, data }),
      frame: (frame) => this.#send({ id, frame }),
      more: () => this.#send({ id, more: true }),
      ...(tables ? { table: (table) => this.#send({ id, table }) } : {}),
      evaluation: this.#openEvaluation,
      ask: async (ask) => {
        const answer = await answerTo({ ask });
        return "text" in answer ? answer.text : "";
      },
      readFile: async (read, as) => {
        const answer = await answerTo({ read, ...(as === "role" ? { as } : {}) });
        if ("text" in answer) return answer.text;
        throw refusal(answer.code ?? "file-not-read", answer.error);
      },
      writeFile: async (write, text) => {
        const answer = await answerTo({ write, text });
        if (!("text" in answer)) throw refusal("file-not-written", answer.error);
      },
      get isBehind() {
        return transport.isBehind;
      },
    };
  }

  /** Waits for the client's answer, and no longer than the run is wanted. */
  #question(id: number, question: Question, signal: AbortSignal): Promise<Answer> {
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

  /** Undefined where the daemon evaluates none, or none of this operator's. */
  get #openEvaluation(): (() => Promise<Evaluation>) | undefined {
    const openEvaluation = reaches(this.#operator.level, "own") ? this.#host.openEvaluation : undefined;
    const notify: EvaluationOptions["notify"] = (notice, level) => this.#send({ notice, level });
    return openEvaluation && (() => (this.#evaluation ??= openEvaluation({ notify })));
  }

  // -- what can be asked without a run -------------------------------------------------------------------------------

  /** Candidates for a line; for code, its names and properties. */
  async #complete({ line = "", cursor = line.length }: OperatorRequest): Promise<Completion> {
    const { level } = this.#operator;
    const commands = new Map([...(await commandTable())].filter(([, one]) => reaches(level, one.level)));
    const known = complete(this.#host.lab, commands, line, cursor);
    const code = this.#openEvaluation && codeSoFar(commands, line, cursor);
    if (!code) return known;
    const { from, candidates } = (await this.#openEvaluation()).complete(code.text, cursor - code.start);
    const isSame = from + code.start === known.from;
    return {
      from: from + code.start,
      candidates: isSame ? [...known.candidates, ...candidates] : candidates,
    };
  }

  #hello({ columns = 80, colors }: OperatorRequest) {
    const { lab } = this.#host;
    const { version, pid, socketPath: socket } = lab;
    const { level } = this.#operator;
    const welcome = `${welcomeText(lab, { columns, hasColors: colors === true, level })}\n\n`;
    const nodes = lab.cluster && { node: lab.cluster.own, nodes: livingNodes(lab.cluster) };
    return { name: "netlabd", version, protocol: 1, pid, lab: lab.name, socket, level, ...nodes, welcome };
  }

  /** The command table as data, for other clients and for completion files. */
  async #describe() {
    const { lab } = this.#host;
    return distinct(await commandTable()).map((command) => ({
      name: command.name,
      aliases: command.aliases ?? [],
      group: command.group,
      level: command.level,
      summary: command.summary,
      args: command.args ?? [],
      takesRestOfLine: command.takesRestOfLine === true,
      options: flagsOf(schemaFor(command, [], lab)).map(({ long, kind, summary }) => ({
        long,
        kind,
        summary,
      })),
      example: command.example,
    }));
  }

  #send(message: Message): void {
    this.#transport.send(message);
  }
}
