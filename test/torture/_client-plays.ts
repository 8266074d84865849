/** What each client role meets: its own kind of server, and servers that are not as they should be. */

import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";

/** `server`: the role it talks to; otherwise what a server of the ordeal's own does. */
export interface ClientPlay {
  readonly options: Readonly<Record<string, unknown>>;
  readonly against: "server" | "nobody" | OddServer;
  /** What its user types; then the input is over. */
  readonly lines?: readonly string[];
  /** The operator stops it in the middle instead. */
  readonly isStopped?: boolean;
}

export type OddServer = (socket: Socket) => void;

const silent: OddServer = () => undefined;
const hangsUp: OddServer = (socket) => socket.end();
const resets: OddServer = (socket) => socket.resetAndDestroy();
const says =
  (...words: string[]): OddServer =>
  (socket) => {
    socket.write(words[0] ?? "");
    let next = 1;
    socket.on("data", () => {
      const word = words[Math.min(next, words.length - 1)] ?? "";
      next += 1;
      socket.write(word);
    });
  };

/** Long enough for loopback, short enough for hundreds of runs. */
const QUICK = { quiet: "20ms", timeout: "150ms" };

const talks = (options: Record<string, unknown>, lines: readonly string[], ...bad: readonly string[]) => [
  { options: { ...QUICK, ...options }, against: "server" as const, lines },
  {
    options: { ...QUICK, ...options },
    against: "server" as const,
    lines: [lines[0] ?? "x"],
    isStopped: true,
  },
  ...[silent, hangsUp, resets, says(...bad), says("junk\n", "more\n")].map((against) => ({
    options: { ...QUICK, ...options },
    against,
    lines,
  })),
  { options: { ...QUICK, ...options }, against: "nobody" as const, lines },
];

const fetches = (options: Record<string, unknown>, against: ClientPlay["against"]): ClientPlay => ({
  options: { service: "txt", file: "small.txt", force: true, quiet: "20ms", timeout: "300ms", ...options },
  against,
});

/** The file client's options name its server: `server` is put in by whoever runs it. */
export const clientPlays: Readonly<Record<string, readonly ClientPlay[]>> = {
  "calculator-client": talks({ as: "al" }, ["1 + 1", "junk", "q"], "Incorrect"),
  "chat-client": talks(
    { as: "Al", login: "al" },
    ["hey", "hm"],
    "Please, Enter Your ig name",
    "Name taken: al\n",
  ),
  "echo-client": talks(
    { force: true },
    ["hello", "download small.txt", "download empty.txt", "close"],
    "hm",
    "hm",
  ),
  "knock-knock-client": talks({ who: "Ada" }, [], "Try: Knock knock..", "Who's there?"),
  "relay-client": talks({ as: "al" }, ["x|nobody", "close"], "Server | Name taken"),
  "reverse-client": talks({}, ["taco", "exit"], "REJECT"),
  "address-book-client": [
    { options: { email: ["a@b", "c@d"], timeout: "150ms" }, against: "server" },
    ...["Rjunk", "X", "R\u0001abc"].map((word) => ({
      options: { email: "a@b", timeout: "150ms" },
      against: says("", word),
    })),
    ...[silent, hangsUp, resets, "nobody" as const].map((against) => ({
      options: { email: "a@b", timeout: "150ms" },
      against,
    })),
    { options: { email: "a@b", timeout: "5s" }, against: silent, isStopped: true },
  ],
  "file-client": [
    fetches({ token: "server1" }, "server"),
    fetches({ token: "wrong" }, "server"),
    fetches({ token: "server1", file: "nope.txt" }, "server"),
    fetches({ token: "server1" }, says("", "junk")),
    fetches({ token: "server1" }, says("", "valid", "junk")),
    ...[silent, hangsUp, resets, "nobody" as const].map((against) => fetches({ token: "server1" }, against)),
    { ...fetches({ token: "server1", timeout: "5s" }, silent), isStopped: true },
  ],
  "ack-client": [
    { options: { text: "hello", timeout: "100ms" }, against: "server" },
    { options: { text: "hello", timeout: "100ms" }, against: "nobody" },
  ],
  "clock-client": [
    { options: { count: 1 }, against: "server" },
    { options: { count: 1 }, against: "nobody" },
  ],
};

/** The server role that a client is made for. */
export const serverOf = (client: string) => client.replace(/-client$/, "").replace(/^file$/, "file-server");

/** A server that does this to whoever connects, on a port of its own. */
export async function oddServer(what: OddServer): Promise<{ port: number; end: () => void }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("end", () => socket.end());
    socket.resume();
    what(socket);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const end = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, end };
}
