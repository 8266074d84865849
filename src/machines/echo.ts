/**
 * An echo server with commands: says everything back, hands out files, and runs the programs that it was allowed to.
 *
 *   answering ⇄ opening → sending → answering
 *       │  └──⇄ running
 *       └─────→ closed
 *
 *   S> Enter your command please
 *   C> hello                  S> hello                    (--strict-commands:  Command not found)
 *   C> download readme.txt    S> the file's bytes         (or  Problem in opening file)
 *   C> run ls                 S> what it printed          (--allow-run ls)
 *   C> close                  S> Closing...               and close
 *
 * Long, because a role is one file.
 */
import { isUtf8 } from "node:buffer";
import { assign, fromPromise, setup } from "xstate";
import * as z from "zod";
import { messageOf } from "../errors.ts";
import { type Cause, cause } from "../stories/causes.ts";
import { cutAtCharacter } from "../wire/cut-at-character.ts";
import {
  allowedIn,
  CLOSE,
  CLOSING,
  COMMAND_NOT_FOUND,
  EMPTY,
  GREETING,
  isClose,
  isNoFile,
  PROBLEM,
  parseCommand,
  whyNotRun,
} from "../wire/echo-command.ts";
import { echoForm } from "../wire/forms/echo.ts";
import type { PeerMessage } from "../wire/message.ts";
import { type Assumption, type Overheard, type Reply, textOfRead } from "./_assumed.ts";
import { byteSize, ownersWord } from "./_options.ts";
import { defineRole, type Session } from "./_role.ts";
import type { FileAnswer, OpenFile, Peer, PeerWorld, ProgramAnswer } from "./_world.ts";

/** [ECHO-1] */
const PROGRAM_LIMITS = { timeoutMs: 5_000, maxBytes: 65_536 };
/** [ECHO-3] A larger file is no reply to a command, unless `--max-reply` says so. */
const MAX_FILE_BYTES = 16 * 1_048_576;

const options = z.object({
  root: ownersWord(z.string().default("files")).describe(
    "the folder that it hands out files from and runs programs in",
  ),
  allowRun: ownersWord(z.array(z.string().trim().min(1, "a program's name is missing")).optional()).describe(
    "programs that peers may run, e.g. ls,ps",
  ),
  strictCommands: z
    .boolean()
    .default(false)
    .describe(`answer ${COMMAND_NOT_FOUND}, instead of saying the text back`),
  maxReply: byteSize()
    .refine((bytes) => bytes >= 2, "a reply has 2 bytes or more")
    .optional()
    .describe("cut replies to this size, e.g. 4096 for peers that read each with one recv"),
});
type Options = z.output<typeof options>;

interface Context extends PeerWorld<Options> {
  readonly file: OpenFile | undefined;
}

/** Events that an operator sends by hand have a type and nothing else. */
type Event =
  | { type: "peer.wantsFile"; name?: string }
  | { type: "peer.wantsProgram"; argv?: readonly string[] }
  | { type: "peer.quit" }
  | { type: "peer.ended" }
  | { type: "peer.closed" };

export const echoMachine = setup({
  types: { context: {} as Context, events: {} as Event, input: {} as PeerWorld<Options> },
  guards: {
    isEmpty: (_, answer: FileAnswer) => answer.ok && answer.file.sizeBytes === 0,
    isReply: ({ context }, answer: FileAnswer) => answer.ok && isReply(answer.file, context.options),
  },
  actions: {
    greet: ({ context }) => context.peer.send(GREETING),
    keepFile: assign((_, answer: FileAnswer) => ({ file: answer.ok ? answer.file : undefined })),
    sayNewline: ({ context }, answer: FileAnswer) => {
      if (answer.ok) closeFile(answer.file, context.peer);
      context.peer.send(EMPTY);
    },
    sayProblem: ({ context }, answer: FileAnswer) => {
      context.peer.remark(whyNotSent(answer));
      if (answer.ok) closeFile(answer.file, context.peer);
      reply(context, PROBLEM);
    },
    sayOutput: ({ context }, answer: ProgramAnswer) => sayOutput(context, answer),
    sayClosing: ({ context }) => reply(context, CLOSING),
  },
  actors: {
    openFile: fromPromise<FileAnswer, { context: Context; name: string }>(openFile),
    sendFile: fromPromise<void, Context>(({ input }) => sendFile(input)),
    runProgram: fromPromise<ProgramAnswer, { context: Context; argv: readonly string[] }>(
      ({ input: { context, argv }, signal }) =>
        context.programs.run(context.options.root, argv, { ...PROGRAM_LIMITS, signal }),
    ),
  },
}).createMachine({
  id: "echo",
  context: ({ input }) => ({ ...input, file: undefined }),
  entry: "greet",
  initial: "answering",
  on: { "peer.closed": ".closed" },
  states: {
    answering: {
      on: {
        "peer.wantsFile": "opening",
        "peer.wantsProgram": "running",
        "peer.quit": { target: "closed", actions: "sayClosing" },
        "peer.ended": "closed",
      },
    },
    opening: {
      invoke: {
        src: "openFile",
        input: ({ context, event }) => ({
          context,
          name: (event.type === "peer.wantsFile" && event.name) || "",
        }),
        onDone: [
          {
            guard: { type: "isEmpty", params: ({ event }) => event.output },
            target: "answering",
            actions: { type: "sayNewline", params: ({ event }) => event.output },
          },
          {
            guard: { type: "isReply", params: ({ event }) => event.output },
            target: "sending",
            actions: { type: "keepFile", params: ({ event }) => event.output },
          },
          { target: "answering", actions: { type: "sayProblem", params: ({ event }) => event.output } },
        ],
      },
    },
    sending: {
      invoke: {
        src: "sendFile",
        input: ({ context }) => context,
        onDone: "answering",
        onError: "closed",
      },
    },
    running: {
      invoke: {
        src: "runProgram",
        input: ({ context, event }) => ({
          context,
          argv: (event.type === "peer.wantsProgram" && event.argv) || [],
        }),
        onDone: {
          target: "answering",
          actions: { type: "sayOutput", params: ({ event }) => event.output },
        },
      },
    },
    closed: { type: "final" },
  },
});

export default defineRole({
  name: "echo",
  summary: "says everything back, hands out files, and runs the programs it may",
  side: "server",
  transport: "tcp",
  port: 5000,
  // The connection, and a file or the two outputs of a program.
  descriptors: 3,
  options,
  machine: echoMachine,
  phases: {
    answering: {
      reads: "text",
      rule: "ECHO-0",
      expects: "a command, or anything to say back",
      handle: answer,
      isWord: isClose,
    },
  },
  wire: echoForm,
  dialogue: {
    lines: [
      { server: GREETING },
      { client: "hello" },
      { server: "hello" },
      { client: "download missing.txt" },
      { server: PROBLEM },
      { client: CLOSE },
      { server: CLOSING },
    ],
    closes: true,
  },
  steps: {
    answering: "says each message back, until one is a command",
    opening: "looks for the file; what comes meanwhile waits",
    sending: "sends the file's bytes as the reply",
    running: "runs the program, and waits for all that it prints",
    closed: "hangs up",
  },
  assume,
  farewell: () => CLOSING,
  offers: ({ allowRun = [] }) =>
    allowRun.length > 0 ? `an echo, files, ${allowRun.join(" and ")}` : "an echo, and files",
  tryIt: ({ port }) => `netlabctl echo --port ${port}`,
});

/** Programs that it ran it may run; what it sent for a file was the file. */
function assume({ client, server }: Overheard): Assumption {
  const said = server.map(textOfRead);
  const runs = client.flatMap((bytes) => {
    const command = parseCommand(textOfRead(bytes));
    return command?.word === "run" ? [command.argv[0] ?? ""] : [];
  });
  const told = said.map((text) => allowedIn(text)).find((allowed) => allowed !== undefined);
  const allowRun = told ?? [...new Set(runs)];
  return {
    options: {
      strictCommands: said.includes(COMMAND_NOT_FOUND),
      ...(allowRun.length > 0 ? { allowRun } : {}),
    },
    world: { file: (_name, reply) => sizeIn(reply), program: (_argv, { bytes }) => bytes },
  };
}

function sizeIn({ bytes, sizeBytes }: Reply): number | "none" | undefined {
  if (isNoFile(textOfRead(bytes))) return "none";
  return sizeBytes === 0 || sizeBytes > MAX_FILE_BYTES ? undefined : sizeBytes;
}

/** The steady state: one reply a message, and a step of the machine only for what takes its time [ECHO-0]. */
export function answer({ text }: PeerMessage, { context }: Session<Context>): Event | undefined {
  if (isClose(text)) return { type: "peer.quit" };
  const command = parseCommand(text);
  if (command?.word === "download") return { type: "peer.wantsFile", name: command.name };
  if (command?.word === "run") return answerRun(command.argv, context);
  reply(context, context.options.strictCommands ? COMMAND_NOT_FOUND : text);
  return undefined;
}

/** [ECHO-1] Off, not allowed, or out of the root: a sentence that says so. */
function answerRun(argv: readonly string[], context: Context): Event | undefined {
  const refusal = whyNotRun(argv, context.options.allowRun ?? []);
  if (refusal === undefined) return { type: "peer.wantsProgram", argv };
  context.peer.remark(cause("program-not-run", { why: refusal }));
  reply(context, refusal);
  return undefined;
}

/** Replies with a message; with `--max-reply` no longer than one `recv` of the peer's, the ending that it may get included. */
function reply({ peer, options: { maxReply } }: Context, text: string): void {
  if (maxReply === undefined || text.length * 3 < maxReply) return peer.send(text);
  const bytes = Buffer.from(text);
  if (bytes.length >= maxReply) peer.remark(cause("reply-cut", { size: bytes.length, limit: maxReply }));
  peer.send(cutAtCharacter(bytes, maxReply - 1).toString());
}

/** Text is ended as the peer ends its own; bytes that are no text are sent as they are. */
function sayOutput(context: Context, { output, remark }: ProgramAnswer): void {
  const { peer, options } = context;
  if (remark !== undefined) peer.remark(remark);
  if (output.length === 0) return reply(context, EMPTY);
  const isCut = output.length === PROGRAM_LIMITS.maxBytes && !isUtf8(output);
  // The limit may lie within a character.
  const text = isCut ? cutAtCharacter(output, output.length - 1) : output;
  if (isUtf8(text)) reply(context, text.toString());
  else peer.sendBytes(output.subarray(0, options.maxReply));
}

/** A file that was opened for a peer that has gone meanwhile has no owner: it is closed here. */
async function openFile({
  input: { context, name },
  signal,
}: {
  input: { context: Context; name: string };
  signal: AbortSignal;
}): Promise<FileAnswer> {
  const found = await context.files.open(context.options.root, name, undefined);
  if (found.ok && signal.aborted) await found.file.close();
  return found;
}

/** At the speed the peer reads: a large file is no queue that it could be dropped for. */
async function sendFile({ file, peer, options: { maxReply } }: Context): Promise<void> {
  if (!file) return;
  if (maxReply === undefined || file.sizeBytes <= maxReply) return peer.sendFile(file);
  peer.remark(cause("file-cut", { name: file.name, size: file.sizeBytes, limit: maxReply }));
  return peer.sendFile(beginningOf(file, maxReply));
}

function beginningOf(file: OpenFile, sizeBytes: number): OpenFile {
  return {
    name: file.name,
    sizeBytes,
    read: (into, position) => file.read(into, position),
    close: () => file.close(),
  };
}

/** Closes without waiting: a disk that went away is a remark, never an unhandled rejection. */
function closeFile(file: OpenFile, peer: Peer): void {
  file
    .close()
    .catch((error) => peer.remark(cause("file-not-closed", { name: file.name, error: messageOf(error) })));
}

const isReply = ({ sizeBytes }: OpenFile, { maxReply }: Options) =>
  maxReply !== undefined || sizeBytes <= MAX_FILE_BYTES;

function whyNotSent(answer: FileAnswer): Cause {
  if (!answer.ok)
    return cause("file-not-sent", { why: answer.why, listed: (answer.listed ?? []).join("\n") });
  const { name, sizeBytes: size } = answer.file;
  return cause("file-over-limit", { name, size, limit: MAX_FILE_BYTES });
}
