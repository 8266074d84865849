/**
 * A room of line members, one of whom says very much at once: lines delivered a second, and how many came. Counting them would cost more
 * than the server's work: a member has heard all when the last line has come as the end of a read, and not fewer bytes than were said.
 */
import type { Socket } from "node:net";
import { answer, open, openMany, options } from "./_sockets.ts";

/** `ports`: of one room that several daemons share; members are spread over them, and the first of them has the one who says it. */
const {
  port,
  ports,
  members,
  lines,
  mustBeWhole = false,
} = options<{
  port: number;
  ports?: readonly number[];
  members: number;
  lines: number;
  /** Fails where one of them has not heard all. */
  mustBeWhole?: boolean;
}>();
const QUIET_MS = 500;
/** ncat's backlog is ten, and whoever does not fit waits for a second: so none knocks before those in front were greeted. */
const FEW_AT_ONCE = 8;
const GIVEN_UP_MS = 20_000;
const text = Buffer.from(
  Array.from({ length: lines }, (_, line) => `line ${100_000 + line} of many\n`).join(""),
);
/** Whatever stands before the words of a line. */
const END = text.subarray(-`line ${100_000} of many\n`.length);

class Member {
  bytes = 0;
  hasAll = false;
  readonly #greeting = Promise.withResolvers<void>();
  /** Each of the rooms says something to who comes in. */
  readonly greeted = this.#greeting.promise;
  readonly #end = Buffer.alloc(END.length);

  hear(chunk: Buffer): void {
    if (this.bytes === 0) this.#greeting.resolve();
    this.bytes += chunk.length;
    if (chunk.length < this.#end.length) this.#end.copyWithin(0, chunk.length);
    chunk.copy(this.#end, Math.max(0, END.length - chunk.length), Math.max(0, chunk.length - END.length));
    this.hasAll ||= this.bytes >= text.length && this.#end.equals(END);
  }
}

/** Names of the run before may not be free yet; all are of one length, as they are part of each line. */
const run = String(process.pid).padStart(7, "0");
let lastAt = performance.now();
const room: Member[] = [];
const sockets = await openMany(members, enter, FEW_AT_ONCE);
await quiet();
for (const member of room) member.bytes = 0;
const started = performance.now();
sockets[0]?.write(text);
// Some rooms do not repeat a line to whoever said it.
const others = room.slice(1);
while (!others.every(({ hasAll }) => hasAll) && performance.now() - lastAt < GIVEN_UP_MS) await sleep();
await quiet();
const delivered = lines * room.filter(({ hasAll }) => hasAll).length;
if (mustBeWhole && delivered < lines * members)
  throw new Error(`${delivered} of ${lines * members} lines were delivered`);
answer({ perSecond: delivered / ((lastAt - started) / 1_000), delivered });

async function enter(index: number): Promise<Socket> {
  const member = new Member();
  room[index] = member;
  const socket = await open(ports?.[index % ports.length] ?? port, (chunk) => {
    member.hear(chunk);
    lastAt = performance.now();
  });
  await member.greeted;
  const name = index === 0 ? run : `${run}-${index}`;
  socket.write(`:${name}:m${name}\n`);
  return socket;
}

async function quiet(): Promise<void> {
  lastAt = performance.now();
  while (performance.now() - lastAt < QUIET_MS) await sleep();
}

function sleep(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
