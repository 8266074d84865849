/**
 * `netlabd/client`: a running lab, from a program. It speaks the control protocol as `netlabctl` does, and answers with the
 * documents that `--json` prints, typed.
 *
 *   import { attach } from "netlabd/client";
 *   const lab = await attach();
 *   const sums = await lab.spawn("calculator", { port: 0 });
 *   …
 *   lab.close();
 *
 * What a command says no to is a `LabError`, with the code and the exit status that `netlabctl` would have had.
 *
 * Long, because the types are the documentation of the client, and stand where an editor looks for them.
 */
import { ControlClient, type Hello } from "./control/control-client.ts";
import type { ReplyHandlers } from "./control/control-request.ts";
import { exitCodes, NetlabError } from "./errors.ts";
import type {
  connectionDocument,
  entryDocument,
  instanceDocument,
  registrationDocument,
} from "./lab/documents.ts";
import type { PeerVerdicts } from "./lab/instance-verdicts.ts";
import type { explanationDocument } from "./repl/explanation.ts";
import { defaultSocketPath } from "./socket-path.ts";

export type InstanceDocument = ReturnType<typeof instanceDocument>;
/** With the verdicts on its peers. */
export type ListedInstance = InstanceDocument & PeerVerdicts;
export type ConnectionDocument = ReturnType<typeof connectionDocument>;
export type RegistrationDocument = ReturnType<typeof registrationDocument>;
export type ExplanationDocument = ReturnType<typeof explanationDocument>;
/** An entry of a story as `subscribe` tells it. */
export type EntryDocument = ReturnType<typeof entryDocument> & { readonly connection: string };

/** Options as a lab file has them: by key, `maxMessage: "64k"`; durations and sizes are texts or numbers as typed. */
export type Options = Readonly<Record<string, unknown>>;
/** Terms of a selector, all of which must fit: `"chat"`, `["chat", "state=joined"]`. */
export type Selector = string | readonly string[];

export interface AttachOptions {
  /** The daemon's control socket; default `$NETLABD_SOCKET`, else where netlabd has it by default. */
  readonly socket?: string | undefined;
  /** Aborted: what is under way is interrupted in the daemon, and the lab closed. */
  readonly signal?: AbortSignal | undefined;
}

export interface WaitOptions {
  /** Milliseconds, or a text such as `"2m"`; default 5 s. Then it fails with `timed-out`. */
  readonly timeout?: number | string | undefined;
  /** So many of them at least; default 1. */
  readonly count?: number | undefined;
}

export interface Outcome {
  /** Output of the command, piece by piece. */
  readonly out: readonly string[];
  readonly err: readonly string[];
  /** Documents, where `--json` was among the words. */
  readonly data: readonly unknown[];
}

/** A question that was not answered. `code` is a row of docs/errors.md, `exitCode` what netlabctl would end with. */
export class LabError extends Error {
  override readonly name = "LabError";
  readonly code: string;
  readonly exitCode: number;

  constructor(message: string, code: string, exitCode: number, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.exitCode = exitCode;
  }
}

/** Fails with a LabError: `no-daemon` where none answers. */
export async function attach({ socket, signal }: AttachOptions = {}): Promise<Lab> {
  try {
    if (signal?.aborted) throw new NetlabError("interrupted/before-the-lab");
    const control = await ControlClient.connect(socket ?? defaultSocketPath());
    const lab = new Lab(control, await control.hello());
    const close = () => lab.close();
    signal?.addEventListener("abort", close, { once: true });
    control.onClose(() => signal?.removeEventListener("abort", close));
    if (signal?.aborted) lab.close();
    return lab;
  } catch (error) {
    throw labError(error);
  }
}

/** A running daemon's lab. It keeps a process alive only while an answer is waited for. */
export class Lab {
  readonly version: string;
  /** The lab file's name, or `none`. */
  readonly name: string;
  readonly pid: number;
  readonly socket: string;
  readonly #control: ControlClient;
  #underWay = 0;

  /** @internal `attach` makes it. */
  constructor(control: ControlClient, hello: Hello) {
    this.#control = control;
    this.version = hello.version;
    this.name = hello.lab;
    this.pid = hello.pid;
    this.socket = hello.socket;
    control.holdProcess(false);
  }

  /** Starts a role; resolves when it runs. One that cannot start is a LabError. `port: "@chat"` is where chat listens. */
  async spawn(role: string, options: Options = {}): Promise<InstanceDocument> {
    const { data, failure } = await this.#ask(["spawn", role], options);
    const [instance] = data as InstanceDocument[];
    if (failure && instance)
      throw new LabError(`${instance.id} failed: ${instance.lastError}`, failure.code, failure.exitCode);
    if (failure) throw failure;
    return instance as InstanceDocument;
  }

  /** Roles that were started. */
  ls(selector: Selector = []): Promise<ListedInstance[]> {
    return this.#document(["ls", ...terms(selector)]);
  }

  /** Live connections, those that need a look first; `all`: ended ones too. */
  conns(
    selector: Selector = [],
    { all = false }: { readonly all?: boolean } = {},
  ): Promise<ConnectionDocument[]> {
    return this.#document(["conns", ...terms(selector)], { all });
  }

  /** A connection's story, live or ended, with a card for each mistake; default the last one. */
  explain(connection = "@last"): Promise<ExplanationDocument> {
    return this.#document(["explain", connection]);
  }

  /** Registered file servers, of one service or all. */
  registry(service?: string): Promise<RegistrationDocument[]> {
    return this.#document(["registry"], service === undefined ? {} : { service });
  }

  /**
   * Waits until a role, or a connection, is in this state or has this verdict; or until a text has gone over it. Answers
   * with what is so.
   */
  async waitFor(
    selector: string,
    state: string | { readonly text: string },
    { timeout = "5s", count }: WaitOptions = {},
  ): Promise<(InstanceDocument | ConnectionDocument)[]> {
    const words = typeof state === "string" ? [state] : [];
    const found = await this.#document<InstanceDocument | InstanceDocument[]>(
      ["wait-for", selector, ...words],
      {
        ...(typeof state === "string" ? {} : state),
        ...(count === undefined ? {} : { count }),
        timeout: typeof timeout === "number" ? `${timeout}ms` : timeout,
      },
    );
    return Array.isArray(found) ? found : [found];
  }

  async start(selector: Selector): Promise<void> {
    await this.run(["start", ...terms(selector)]);
  }

  async stop(selector: Selector): Promise<void> {
    await this.run(["stop", ...terms(selector)]);
  }

  async remove(selector: Selector): Promise<void> {
    await this.run(["remove", ...terms(selector)]);
  }

  /** Any command of the prompt, its words as a shell would have split them; files that it names are this process's. */
  async run(argv: readonly string[], options: Options = {}): Promise<Outcome> {
    const { failure, ...outcome } = await this.#perform(argv, options);
    if (failure) throw failure;
    return outcome;
  }

  /**
   * Calls back for each entry of these connections' stories, as it happens, until the answer is called. Under a flood
   * entries are left out rather than the roles slowed.
   */
  subscribe(selector: Selector, listener: (entry: EntryDocument) => void): () => void {
    const data = (document: unknown) => listener(document as EntryDocument);
    const options = { n: 1_000_000, for: "24d", rate: 100_000 };
    const request = this.#request(["tap", ...terms(selector), "--json"], options, { data });
    request.catch(() => undefined);
    return () => this.#control.interrupt(request.id);
  }

  /** Commands under way fail with `interrupted`. */
  close(): void {
    this.#control.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #document<Document>(argv: readonly string[], options: Options = {}): Promise<Document> {
    const { data, failure } = await this.#ask(argv, options);
    if (failure) throw failure;
    return data[0] as Document;
  }

  #ask([name = "", ...words]: readonly string[], options: Options) {
    // A word that looks like an option is one of the caller's words.
    return this.#perform([name, "--json", "--", ...words], options);
  }

  async #perform(argv: readonly string[], options: Options): Promise<Outcome & { failure?: LabError }> {
    const out: string[] = [];
    const err: string[] = [];
    const data: unknown[] = [];
    let code: string | undefined;
    try {
      const { exit } = await this.#request(argv, options, {
        out: (text) => void out.push(text),
        data: (document) => void data.push(document),
        err: (text, ofTable) => {
          err.push(text);
          code ??= ofTable;
        },
        read: async (path, as) =>
          (await import("./terminal/client-file.ts")).readNamedFile(path, { argv }, as),
        write: async (path, text) =>
          (await import("./terminal/client-file.ts")).writeNamedFile(path, text, { argv }),
      });
      if (exit === exitCodes.done) return { out, err, data };
      const message = err.join("\n") || `${argv.join(" ")} ended with ${exit}`;
      return { out, err, data, failure: new LabError(message, code ?? nameOf(exit), exit) };
    } catch (error) {
      throw labError(error);
    }
  }

  #request(argv: readonly string[], options: Options, handlers: ReplyHandlers) {
    this.#underWay += 1;
    this.#control.holdProcess(true);
    const request = this.#control.request("run", { argv, options }, handlers);
    const done = request.finally(() => {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#control.holdProcess(false);
    });
    return Object.assign(done, { id: request.id });
  }
}

const terms = (selector: Selector): readonly string[] =>
  typeof selector === "string" ? [selector] : selector;

function labError(error: unknown): unknown {
  if (!(error instanceof NetlabError)) return error;
  return new LabError(error.message, error.code, error.exitCode, { cause: error });
}

/** `timedOut` → `timed-out`: the word for an exit status whose sentence has no row of its own. */
function nameOf(exit: number): string {
  const known = Object.entries(exitCodes).find(([, status]) => status === exit);
  return (known?.[0] ?? "check-failed").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
