/**
 * A client of an echo server with commands: says what its user types, and saves what `download` brings.
 *
 *   S> Enter your command please     C> hello     S> hello
 *   C> download readme.txt           S> the file's bytes      (saved as client_readme.txt)
 *   C> close                         S> Closing...
 */
import * as z from "zod";
import { NetlabError } from "../errors.ts";
import { cause } from "../stories/causes.ts";
import { CLOSE, COMMAND_NOT_FOUND, isClose, isNoFile, parseCommand } from "../wire/echo-command.ts";
import { duration } from "./_options.ts";
import { defineRole } from "./_role.ts";
import { talkClient } from "./_talk-client.ts";
import { type Due, talkOptions } from "./_talk-words.ts";
import type { PartialFile, World } from "./_world.ts";

const options = z.object({
  ...talkOptions,
  // A server's program may run for 5 s, and something must be left for its reply.
  timeout: duration().default(10_000).describe("how long to wait for a connection, and for each reply"),
  force: z.boolean().default(false).describe("replace files that are there already"),
});
type Options = z.output<typeof options>;

const { machine, phases } = talkClient<Options>({
  id: "echo-client",
  rule: "ECHO-0",
  greets: true,
  opening: () => [],
  farewell: CLOSE,
  due: (sent) => (isClose(sent) ? undefined : replyDue(sent)),
  prepare: (line, { force }) => {
    const command = parseCommand(line);
    if (command?.word !== "download") return { send: line };
    const { name } = command;
    return { send: line, keep: (reply, world) => save({ line, name, reply, force }, world) };
  },
});

export default defineRole({
  name: "echo-client",
  summary: "talks to an echo server with commands, and saves what it downloads",
  side: "client",
  transport: "tcp",
  port: 5000,
  options,
  machine,
  phases,
  steps: {
    connecting: "opens a TCP connection",
    awaitingGreeting: "waits until the server asks for a command",
    listening: "has nothing to say, and listens",
    awaitingReply: "said a message, and waits until the reply to it is whole",
    awaitingBytes: "asked for a file, and waits for its first byte",
    receiving:
      "collects the file's bytes until the server is quiet, because this protocol does not tell the size",
    keeping: "saves the file as client_NAME",
    leaving: "says close, and waits until the server closes",
    failed: "gives up",
  },
  offers: () => "talks to an echo server",
});

/** A program may print anything; what is no command comes back, or is refused by a strict server. */
function replyDue(sent: string): Due {
  const due = sent.trimEnd();
  if (parseCommand(sent)) return () => "answer";
  return (said) =>
    [due, COMMAND_NOT_FOUND].includes(said.trimEnd())
      ? "answer"
      : cause("wrong-answer", { sent, said, due }, "ECHO-0");
}

interface Download {
  /** As it was typed. */
  readonly line: string;
  readonly name: string;
  readonly reply: Buffer;
  readonly force: boolean;
}

/** Answers where it was saved. Rejects with a NetlabError where there was no file, or one is in the way. */
async function save({ line, name, reply, force }: Download, { files, screen }: World): Promise<string> {
  const text = reply.toString().replace(/[\0\r\n]+$/, "");
  // A server without commands says the line itself back.
  if (isNoFile(text) || text === line.trimEnd()) {
    screen.show(text);
    throw NetlabError.of("no-such-file", cause("nothing-to-save", { name }));
  }
  const target = `client_${baseName(name)}`;
  const part = await files.create(target, { overwrite: force }).catch((error) => {
    throw inTheWay(error, target);
  });
  try {
    await write(part, reply);
  } catch (error) {
    await part.discard();
    throw inTheWay(error, target);
  }
  return `saved ${part.path}, ${reply.length} byte${reply.length === 1 ? "" : "s"}`;
}

async function write(part: PartialFile, bytes: Buffer): Promise<void> {
  await part.write(bytes);
  await part.finish();
}

/** In this client's words: there is no `--output` here. */
function inTheWay(error: unknown, target: string): unknown {
  if (!(error instanceof NetlabError) || error.code !== "file-exists") return error;
  return new NetlabError("name-taken/file-in-the-way", { file: target }, { cause: error });
}

/** Neither a server nor a path chooses where a file lands: only the name's last part counts. */
const baseName = (name: string) => name.split(/[\\/]/).at(-1) || "download";
