/**
 * A file server: a client that knows the token may fetch files, one after another.
 *
 *   awaitingToken → awaitingFilename → opening → announcing → awaitingAck → sending ┐
 *                        ↑  ↑_____________| not found                               |
 *                        └──┴──── awaitingLateAck ←─────────────────────────────────┘
 *
 *   C> server1        S> valid                      (or  Invalid  and close)
 *   C> server.pdf     S> found   gap   size int32 little-endian      (or  not found)
 *   C> Got\0          S> the file's bytes
 *
 * Long, because a role is one file.
 */
import { assign, fromPromise, setup } from "xstate";
import * as z from "zod";
import { messageOf } from "../errors.ts";
import { type Cause, cause } from "../stories/causes.ts";
import { byteSwapped } from "../wire/byte-swapped.ts";
import { encodeSize, FOUND, INVALID, MAX_FILE_BYTES, NOT_FOUND, VALID } from "../wire/file-transfer.ts";
import { fileServerForm } from "../wire/forms/file-server.ts";
import { isSameToken } from "../wire/same-token.ts";
import { type Assumption, firstWord, type Overheard, type Reply, textOfRead } from "./_assumed.ts";
import { formatHostPort, hostPort, ownersWord, secret } from "./_options.ts";
import { registrarMachine } from "./_registrar.ts";
import { defineRole, type Session } from "./_role.ts";
import type { FileAnswer, Files, OpenFile, Peer, PeerWorld } from "./_world.ts";

/** Port of the registry that a client asks when it is told nothing else. */
const REGISTRY_PORT = 1234;

const options = z.object({
  service: z.string().min(1).max(64).describe("the kind of file it serves: the extension, e.g. pdf"),
  token: secret().describe("the word a client must say first; random makes one"),
  root: ownersWord(z.string().default("files")).describe("the folder it serves from"),
  bootstrap: hostPort().optional().describe("the registry to register at, host:port"),
  advertise: z.string().optional().describe("the IP address to tell the registry"),
  alsoSwapped: z
    .boolean()
    .default(false)
    .describe("listen on the byte-swapped port too, for programs without htons"),
});
type Options = z.output<typeof options>;

interface Context extends PeerWorld<Options> {
  readonly file: OpenFile | undefined;
  readonly isAcknowledged: boolean;
}

type Event =
  | { type: "peer.message"; text: string }
  | { type: "peer.spoke" }
  | { type: "peer.ended" }
  | { type: "peer.closed" };

export const fileServerMachine = setup({
  types: { context: {} as Context, events: {} as Event, input: {} as PeerWorld<Options> },
  guards: {
    isToken: ({ context, event }) =>
      event.type === "peer.message" && isSameToken(event.text, context.options.token),
    isFound: (_, answer: FileAnswer) => answer.ok && answer.file.sizeBytes <= MAX_FILE_BYTES,
    isAcknowledged: ({ context }) => context.isAcknowledged,
  },
  actions: {
    sayValid: ({ context }) => context.peer.send(VALID),
    sayInvalid: ({ context }) => context.peer.refuse(INVALID, cause("wrong-token", {})),
    keepFile: assign((_, answer: FileAnswer) => ({
      file: answer.ok ? answer.file : undefined,
      isAcknowledged: false,
    })),
    sayFound: ({ context }) => context.peer.send(FOUND),
    sayNotFound: ({ context }, answer: FileAnswer) => {
      context.peer.remark(whyNot(answer));
      if (answer.ok) closeFile(answer.file, context.peer);
      context.peer.send(NOT_FOUND);
    },
    sendSize: ({ context }) => context.peer.sendBytes(encodeSize(context.file?.sizeBytes ?? 0)),
    noteAck: assign({ isAcknowledged: true }),
    dropFile: ({ context: { file, peer } }) => file && closeFile(file, peer),
  },
  actors: {
    openFile: fromPromise<FileAnswer, { files: Files; root: string; name: string; service: string }>(
      openFile,
    ),
    sendFile: fromPromise<void, { peer: Peer; file: OpenFile | undefined }>(({ input: { peer, file } }) =>
      file ? peer.sendFile(file) : Promise.resolve(),
    ),
  },
  delays: {
    /** [FRAME-6] `found` and the size are two reads for the peer. */
    gapTime: 50,
    /** The transfer starts without an acknowledgement after this. */
    ackLimit: 2_000,
  },
}).createMachine({
  id: "file-server",
  context: ({ input }) => ({ ...input, file: undefined, isAcknowledged: false }),
  initial: "awaitingToken",
  on: { "peer.closed": ".closed" },
  states: {
    awaitingToken: {
      on: {
        "peer.message": [
          { guard: "isToken", target: "awaitingFilename", actions: "sayValid" },
          { target: "closed", actions: "sayInvalid" },
        ],
        "peer.ended": "closed",
      },
    },
    awaitingFilename: {
      on: { "peer.message": "opening", "peer.ended": "closed" },
    },
    opening: {
      invoke: {
        src: "openFile",
        input: ({ context, event }) => ({
          files: context.files,
          root: context.options.root,
          name: event.type === "peer.message" ? event.text : "",
          service: context.options.service,
        }),
        onDone: [
          {
            guard: { type: "isFound", params: ({ event }) => event.output },
            target: "announcing",
            actions: { type: "keepFile", params: ({ event }) => event.output },
          },
          {
            target: "awaitingFilename",
            actions: { type: "sayNotFound", params: ({ event }) => event.output },
          },
        ],
      },
    },
    announcing: {
      entry: "sayFound",
      on: { "peer.spoke": "awaitingAck" },
      after: { gapTime: "awaitingAck" },
    },
    awaitingAck: {
      entry: "sendSize",
      on: { "peer.message": { target: "sending", actions: "noteAck" }, "peer.ended": "sending" },
      after: { ackLimit: "sending" },
    },
    sending: {
      invoke: {
        src: "sendFile",
        input: ({ context }) => ({ peer: context.peer, file: context.file }),
        onDone: [{ guard: "isAcknowledged", target: "awaitingFilename" }, { target: "awaitingLateAck" }],
        onError: "closed",
      },
    },
    awaitingLateAck: {
      on: { "peer.message": "awaitingFilename", "peer.ended": "closed" },
    },
    closed: { type: "final", entry: "dropFile" },
  },
});

export default defineRole({
  name: "file-server",
  summary: "hands out files of one kind to clients that know its token",
  side: "server",
  transport: "tcp",
  port: 1236,
  // The connection and its file.
  descriptors: 2,
  options,
  machine: fileServerMachine,
  phases: {
    awaitingToken: { reads: "text", rule: "FILE-1", expects: "the token", unglue: tokenAndFilename },
    awaitingFilename: { reads: "text", rule: "FILE-3", expects: "a filename" },
    awaitingAck: { reads: "raw", rule: "FILE-0", expects: "an acknowledgement", underWay: true },
    awaitingLateAck: { reads: "raw", rule: "FILE-0", expects: "the late acknowledgement" },
  },
  wire: fileServerForm,
  dialogue: {
    given: { service: "pdf", token: "server1" },
    lines: [
      { client: "server1" },
      { server: VALID },
      { client: "missing.pdf" },
      { server: NOT_FOUND },
      { client: "other.pdf" },
      { server: NOT_FOUND },
    ],
  },
  assume,
  companion: registrarMachine,
  extraPorts: (port, { alsoSwapped }) =>
    alsoSwapped && byteSwapped(port) !== port ? [byteSwapped(port)] : [],
  offers: ({ service }) => `${service} files`,
  tryIt: (_at, { service, bootstrap }) => {
    const registry =
      bootstrap && bootstrap.port !== REGISTRY_PORT ? ` --bootstrap ${formatHostPort(bootstrap)}` : "";
    return `netlabctl fetch ${service} server.${service}${registry}`;
  },
});

/** The token is what the client said first, unless it was refused; a file is as large as the server says. */
function assume({ opening, client, server }: Overheard): Assumption {
  const said = firstWord(opening);
  const isRefused = textOfRead(server[0]) === INVALID;
  const names = client.slice(1).map((bytes) => firstWord(bytes));
  const service = names.map((name) => EXTENSION.exec(name)?.[1]).find((extension) => extension !== undefined);
  return {
    options: { service: service ?? "file", token: isRefused || said === "" ? UNKNOWN_TOKEN : said },
    secrets: isRefused || said === "" ? [] : [said],
    world: { file: (_name, reply) => toldSize(reply) },
    // A token and a filename in one piece: where the one ends cannot be told.
    isUnclear: !isRefused && service === undefined && EXTENSION.test(said),
  };
}

/** No token that anybody says, or begins to say. */
const UNKNOWN_TOKEN = "\u2020".repeat(8);
const EXTENSION = /\.(\w{1,16})$/;

/** Behind \`found\`, in the same read or in the next. */
function toldSize({ reads }: Reply): number | "none" | "later" | undefined {
  // A server that says Found means it.
  const word = textOfRead(reads[0]).toLowerCase();
  // Of a client that asks before it is let in.
  if (word === VALID) return "later";
  if (word.startsWith(NOT_FOUND)) return "none";
  if (!word.startsWith(FOUND)) return undefined;
  const rest = Buffer.concat(reads).subarray(FOUND.length);
  const glued = (reads[0]?.length ?? 0) - FOUND.length;
  // An ending of the word's own is no part of the size.
  const from = glued <= 2 ? glued : 0;
  if (rest.length < from + SIZE_BYTES) return undefined;
  const size = rest.readInt32LE(from);
  return size < 0 ? undefined : size;
}

const SIZE_BYTES = 4;

/** [FILE-2] `server1server.pdf` is a token and a filename where the rest ends in the service's extension. */
export function tokenAndFilename(text: string, { context }: Session<Context>): string[] | undefined {
  const { token, service } = context.options;
  const filename = text.slice(token.length);
  if (!filename.endsWith(`.${service}`)) return undefined;
  return isSameToken(text.slice(0, token.length), token) ? [token, filename] : undefined;
}

/** A file that was opened for a peer that has gone meanwhile has no owner: it is closed here. */
async function openFile({
  input: { files, root, name, service },
  signal,
}: {
  input: { files: Files; root: string; name: string; service: string };
  signal: AbortSignal;
}): Promise<FileAnswer> {
  const answer = await files.open(root, name, service);
  if (answer.ok && signal.aborted) await answer.file.close();
  return answer;
}

/** Closes without waiting: a disk that went away is a remark, never an unhandled rejection. */
function closeFile(file: OpenFile, peer: Peer): void {
  file
    .close()
    .catch((error) => peer.remark(cause("file-not-closed", { name: file.name, error: messageOf(error) })));
}

function whyNot(answer: FileAnswer): Cause {
  return answer.ok
    ? cause("file-too-large", { name: answer.file.name, size: answer.file.sizeBytes })
    : cause("file-not-found", { why: answer.why, listed: (answer.listed ?? []).join("\n") });
}
