/** Words of a finding: one sentence, and one thing to do. Made here alone; codes and arguments are what programs compare. */
import { formatHostPort } from "../machines/_options.ts";
import { printable } from "../printable.ts";
import { programText } from "../stories/entry-text.ts";
import type { Facts, Finding, FindingCode, Transport } from "./finding.ts";

export interface Asked {
  readonly host: string;
  readonly port: number;
  readonly transport: Transport;
}

export interface Words {
  readonly sentence: string;
  /** "": nothing needs to be done. */
  readonly advice: string;
}

type Telling = { readonly [Code in FindingCode]: (about: Facts[Code], asked: Asked) => Words };

const words = (sentence: string, advice = ""): Words => ({ sentence, advice });
const quoted = (text: string) => `"${printable(text.replace(/[\r\n\0]+$/, ""))}"`;
/** The first line of it: a page or a header has many. */
function begun(text: string): string {
  const [first = "", ...rest] = text.split(/[\r\n\0]+/).filter((line) => line !== "");
  return rest.length === 0 ? quoted(text) : `${quoted(first)} and more`;
}
const place = (address: string) => (address.includes(":") ? `${address} (IPv6)` : `${address} (IPv4)`);
const many = (count: number, one: string, several = `${one}s`) => `${count} ${count === 1 ? one : several}`;

const TELLING: Telling = {
  closed: ({ port, transport }, { host }) =>
    words(
      `Nothing listens on ${transport === "tcp" ? "TCP" : "UDP"} port ${port} of ${host}.`,
      "Start the server and read what it prints: it may have ended, or chosen another port.",
    ),
  filtered: ({ waitedMs }, { host }) =>
    words(
      waitedMs === 0
        ? `${host} cannot be reached from here: no way leads there, or a firewall refuses it.`
        : `Nothing came back within ${waitedMs / 1_000} s: a firewall drops what is sent, or the machine is not there.`,
      "Try it on the server's own machine first; if it works there, the way between has to be opened.",
    ),
  "other-family": ({ asked, found }) =>
    words(
      `The server listens on ${place(found)} only, and not on ${place(asked)}.`,
      found.includes(":")
        ? "Connect to ::1, or have the server listen on 0.0.0.0 (AF_INET) too."
        : "Connect to 127.0.0.1, or have the server listen on :: (AF_INET6) too.",
    ),
  "other-address": ({ asked, found }) =>
    words(
      `The server listens on ${found} only: what goes to ${asked} does not reach it.`,
      `Connect to ${found}, or bind the server to 0.0.0.0, which is every address.`,
    ),
  "is-udp": ({ port }) =>
    words(
      `Port ${port} is open for UDP, not for TCP.`,
      "Use SOCK_DGRAM in the client (and doctor --udp), or SOCK_STREAM in the server.",
    ),
  "is-tcp": ({ port }) =>
    words(
      `Port ${port} is open for TCP, not for UDP.`,
      "Use SOCK_STREAM in the client (and doctor without --udp), or SOCK_DGRAM in the server.",
    ),
  "swapped-port": ({ port, found }) =>
    words(
      `Nothing listens on ${port}, but something does on ${found}, which is ${port} with its two bytes exchanged.`,
      "Write htons(port) where the server fills in its address.",
    ),
  "time-wait": ({ count }) =>
    words(
      `Nothing listens; ${many(count, "old connection")} of the port ${count === 1 ? "is" : "are"} still in TIME_WAIT, so bind() fails for up to a minute.`,
      "Set SO_REUSEADDR before bind(), or wait a minute, and start the server again.",
    ),
  "backlog-full": ({ waiting }) =>
    words(
      `${many(waiting, "connection")} wait for accept(), and the kernel takes no more.`,
      "Call accept() in a loop, and once more after each client.",
    ),
  "never-accepts": ({ serves }) =>
    serves
      ? words(
          "The server is busy with another client, and has not called accept() for this one.",
          "End the other client, or serve each client in a thread of its own.",
        )
      : words(
          "The kernel took the connection, but the program has not called accept() for it.",
          "Call accept() after listen(), in a loop.",
        ),
  "does-not-read": ({ unread }, { transport }) =>
    transport === "udp"
      ? // The kernel counts its own room for a datagram too: its figure is none of bytes.
        words("The program does not read: our datagram lies in its socket.", "Call recvfrom() in a loop.")
      : words(
          `The program does not read: ${many(unread, "byte")} of ours ${unread === 1 ? "lies" : "lie"} unread in its socket.`,
          "Call recv() on the socket that accept() returned, in a loop.",
        ),
  "hangs-up": ({ when, how }) =>
    words(
      `${when === "at-once" ? "The server closes the connection at once" : "The server closes the connection after the first words"}${how === "reset" ? ", by a reset" : ""}.`,
      when === "at-once"
        ? "Look whether it crashed, or closes the socket before it has read from it."
        : "Look whether it crashed on a line that it does not know. If it speaks TLS, doctor --probe tells.",
    ),
  echoes: () =>
    words("It says back what it is sent.", "An echo server does that; for another one it is a mistake."),
  http: ({ status }, { host, port }) =>
    words(
      `It speaks HTTP${status === null ? "" : `: ${quoted(status)}`}.`,
      `Use curl http://${formatHostPort({ host, port })}/ or a browser.`,
    ),
  tls: ({ protocol, names, until }, { host, port }) =>
    words(
      `It speaks ${protocol}${names.length > 0 ? `, as ${names.map((name) => printable(name)).join(", ")}` : ""}${until === null ? "" : `, until ${printable(until)}`}.`,
      `Use openssl s_client -connect ${formatHostPort({ host, port })}; plain bytes get no answer.`,
    ),
  "speaks-as": ({ role, words: said }) => words(`It answers as ${role} does: ${quoted(said)}.`),
  "wrong-words": ({ role, expected, got }, { host, port }) =>
    words(
      `${got === "" ? "It says nothing" : `It says ${begun(got)}`} where ${role} ${expected === "" ? "waits for its client" : `says ${quoted(expected)}`}.`,
      `If it is meant to be one, netlabctl check server ${role} ${formatHostPort({ host, port })} tells the rule; if not, look for the right port.`,
    ),
  "held-by": ({ pid, name, uid }, { port }) =>
    pid === null
      ? words(`Port ${port} is held by a program of user ${uid}.`)
      : words(`Port ${port} is held by ${printable(name ?? "")}, pid ${pid}.`),
  "waits-in": (program) =>
    words(`${programText({ ...program, isCertain: true, isAccepted: true, unreadBytes: 0 })}.`),
  stopped: ({ pid, name }) =>
    words(
      `${printable(name)} (pid ${pid}) is stopped: Ctrl-Z was pressed in its terminal, or a debugger holds it.`,
      `Type fg in its terminal, or kill -CONT ${pid}.`,
    ),
  healthy: ({ how }) => words(HEALTHY[how]),
};

const HEALTHY: Readonly<Record<Facts["healthy"]["how"], string>> = {
  greets: "The server accepts the connection and speaks first.",
  answers: "The server takes what is sent, and answers.",
  listens: "The server takes what is sent, and waits for more: its client speaks first.",
};

export const wordsOfFinding = ({ code, about }: Finding, asked: Asked): Words =>
  (TELLING[code] as (about: Facts[FindingCode], asked: Asked) => Words)(about, asked);
