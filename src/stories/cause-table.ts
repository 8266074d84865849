/**
 * Rows of `causes.ts`: code, rule, level, arguments, words. A code is stable: it is never given to another reason.
 *
 * Long, because it is a table, read by code.
 */
import type { ArgumentKind, CauseLevel } from "./causes.ts";

type Values<Args> = { readonly [Name in keyof Args]: Args[Name] extends "number" ? number : string };

function row<const Args extends Readonly<Record<string, ArgumentKind>>>(
  level: CauseLevel,
  args: Args,
  text: (args: Values<Args>) => string,
  rule?: string,
) {
  return { level, args, text, ...(rule === undefined ? {} : { rule }) };
}

const quoted = JSON.stringify;
const seconds = (ms: number) => `${ms / 1_000} s`;
const itLists = (listed: string) => (listed === "" ? "it lists nothing" : `it lists ${listed}`);
const shownByte = (byte: number) =>
  byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `0x${byte.toString(16).padStart(2, "0")}`;

/** Causes that any role may meet. */
const common = {
  /** A user's role speaks for itself. */
  role: row("note", { text: "peer" }, ({ text }) => text),
  /** An expected failure that has no code of its own here: its sentence. */
  failure: row("failed", { text: "peer" }, ({ text }) => text),
  crashed: row("crashed", { error: "peer" }, ({ error }) => error),
  "message-too-long": row(
    "refused",
    { limit: "number" },
    ({ limit }) => `a message over ${limit} bytes`,
    "FRAME-7",
  ),
  "idle-too-long": row(
    "refused",
    { idleMs: "number" },
    ({ idleMs }) => `nothing came or went for ${seconds(idleMs)}`,
    "FRAME-7",
  ),
  "too-many-connections": row(
    "refused",
    { limit: "number" },
    ({ limit }) => `more than ${limit} connections (--max-connections)`,
    "FRAME-7",
  ),
  "no-descriptors": row(
    "refused",
    { limit: "number" },
    ({ limit }) => `the daemon has no file descriptor left for it: it may open ${limit} (ulimit -n)`,
    "FRAME-7",
  ),
  "hub-rebuilt": row("note", { error: "text" }, ({ error }) => `its hub crashed and was rebuilt: ${error}`),
  "datagram-not-sent": row(
    "note",
    { error: "text" },
    ({ error }) => `the answer could not be sent: ${error}`,
  ),
} as const;

/** How a connection breaks. */
const broken = {
  "slow-reader": row(
    "failed",
    { bytes: "number" },
    ({ bytes }) => `the peer does not read: ${bytes} bytes are waiting for it`,
    "FRAME-7",
  ),
  "peer-reset": row(
    "failed",
    {},
    () => "reset by the peer (ECONNRESET): it closed with data unread, or was killed",
    "FRAME-8",
  ),
  "peer-not-reading": row("failed", {}, () => "the peer no longer reads (EPIPE)", "FRAME-8"),
  "peer-gone": row("failed", {}, () => "the peer went away in the middle of a file"),
  "connection-broken": row("failed", { error: "text" }, ({ error }) => error),
  "transfer-idle": row(
    "failed",
    { idleMs: "number" },
    ({ idleMs }) => `nothing came or went for ${seconds(idleMs)}, in the middle of a file`,
    "FRAME-7",
  ),
  "file-shrank": row("failed", { name: "peer" }, ({ name }) => `${name} became shorter while it was sent`),
  "transfer-cut": row(
    "failed",
    { got: "number", told: "number" },
    ({ got, told }) => `the server closed the connection after ${got} of ${told} bytes`,
    "FILE-0",
  ),
  "transfer-stalled": row(
    "failed",
    { silentMs: "number", got: "number", told: "number" },
    ({ silentMs, got, told }) =>
      `the server sent nothing for ${seconds(silentMs)}, after ${got} of ${told} bytes`,
    "FILE-0",
  ),
} as const;

/** Refusals and remarks of our servers. */
const servers = {
  "wrong-token": row("refused", {}, () => "the token is wrong", "FILE-1"),
  "file-not-found": row("note", { why: "text", listed: "peer" }, ({ why }) => `not found: ${why}`, "FILE-3"),
  "file-too-large": row(
    "note",
    { name: "peer", size: "number" },
    ({ name, size }) => `not found: ${name} has ${size} bytes, too many for a size of 32 bits`,
    "FILE-4",
  ),
  "file-not-closed": row(
    "note",
    { name: "peer", error: "text" },
    ({ name, error }) => `${name} was not closed: ${error}`,
  ),
  "file-not-sent": row(
    "note",
    { why: "text", listed: "peer" },
    ({ why }) => `Problem in opening file: ${why}`,
    "ECHO-2",
  ),
  "file-over-limit": row(
    "note",
    { name: "peer", size: "number", limit: "number" },
    ({ name, size, limit }) =>
      `Problem in opening file: ${name} has ${size} bytes, more than ${limit} without --max-reply`,
    "ECHO-2",
  ),
  "file-cut": row(
    "note",
    { name: "peer", size: "number", limit: "number" },
    ({ name, size, limit }) => `cut ${name}: ${size} bytes (--max-reply ${limit})`,
  ),
  "reply-cut": row(
    "note",
    { size: "number", limit: "number" },
    ({ size, limit }) => `cut a reply of ${size} bytes (--max-reply ${limit})`,
  ),
  "program-not-run": row("note", { why: "peer" }, ({ why }) => `not run: ${why}`, "ECHO-1"),
  "program-gone": row("note", {}, () => "ended: its peer has gone", "ECHO-1"),
  "program-cut": row("note", { limit: "number" }, ({ limit }) => `cut at ${limit} bytes`, "ECHO-1"),
  "program-timed-out": row(
    "note",
    { afterMs: "number" },
    ({ afterMs }) => `ended after ${seconds(afterMs)}`,
    "ECHO-1",
  ),
  "program-trouble": row("note", { error: "text" }, ({ error }) => error, "ECHO-1"),
  "record-type": row(
    "refused",
    { byte: "number" },
    ({ byte }) => `the type is ${shownByte(byte)}, not Q`,
    "BOOK-4",
  ),
  "record-cut": row("refused", {}, () => "the query ends before its text", "BOOK-4"),
  "record-length-negative": row(
    "refused",
    { length: "number" },
    ({ length }) => `the length is negative: ${length}`,
    "BOOK-4",
  ),
  "record-length-impossible": row("refused", {}, () => "the length is impossible", "BOOK-4"),
  "record-length-too-long": row(
    "refused",
    { told: "number", came: "number" },
    ({ told, came }) => `the length is impossible: it says ${told} bytes, but ${came} came`,
    "BOOK-4",
  ),
  "unknown-address": row(
    "note",
    { email: "peer" },
    ({ email }) => `the address book has no name for ${quoted(email)}`,
    "BOOK-3",
  ),
  "name-cut": row(
    "note",
    { form: "text" },
    ({ form }) => `the name is too long for a length of ${form}, so it was cut`,
    "BOOK-1",
  ),
  "discovery-too-often": row(
    "note",
    {},
    () => "more DISCOVERY requests a second than are answered",
    "BOOT-6",
  ),
  "request-refused": row("note", { why: "text" }, ({ why }) => why, "BOOT-6"),
  "no-clock-request": row("note", { said: "peer" }, ({ said }) => `${quoted(said)} is not a clock request`),
  "login-without-name": row("note", {}, () => "its login has no name, so it was asked again", "CHAT-1"),
  "name-taken": row("note", { name: "peer", holder: "text" }, ({ name }) => `name taken: ${name}`, "CHAT-1"),
  "room-crashed": row("note", {}, () => "the room crashed while it joined, so it was asked again"),
  "no-username": row("note", {}, () => "that is not a name", "RELAY-1"),
  "username-taken": row("note", { holder: "text" }, () => "name taken", "RELAY-1"),
  "receiver-not-online": row(
    "note",
    { user: "peer", online: "peer" },
    ({ user }) => `${quoted(user)} is not connected`,
    "RELAY-2",
  ),
  "switchboard-crashed": row("note", {}, () => "the switchboard crashed while it was asked"),
} as const;

/** How a client's run ends badly. */
const clients = {
  unreachable: row(
    "failed",
    { host: "text", port: "number", errno: "text", why: "text" },
    ({ host, port, why }) => `cannot reach ${host.includes(":") ? `[${host}]` : host}:${port}: ${why}`,
  ),
  "unreachable-listed": row(
    "failed",
    { host: "text", port: "number", errno: "text", why: "text" },
    ({ host, port, why }) =>
      `cannot reach ${host.includes(":") ? `[${host}]` : host}:${port}: ${why}; where the registry's address cannot be reached from here, name another with --connect-host`,
  ),
  "no-token-known": row(
    "failed",
    { server: "text", service: "text", registry: "text", listed: "peer" },
    ({ server, service, registry, listed }) =>
      `no token is known for ${server} (--token gives one): the registry at ${registry} lists no server for ${quoted(service)}; ${itLists(listed)}`,
    "BOOT-1",
  ),
  "no-such-service": row(
    "failed",
    { service: "text", registry: "text", listed: "peer" },
    ({ service, registry, listed }) =>
      `the registry at ${registry} lists no server for ${quoted(service)}; ${itLists(listed)}`,
    "BOOT-1",
  ),
  "registry-silent": row(
    "failed",
    { registry: "text", withinMs: "number" },
    ({ registry, withinMs }) => `no answer from the registry at ${registry} within ${seconds(withinMs)}`,
  ),
  "listing-odd": row("failed", { why: "peer" }, ({ why }) => why, "BOOT-4"),
  "token-refused": row(
    "refused",
    {},
    () => "the server refuses the token (Invalid); without --token, the one that the registry lists is used",
    "FILE-1",
  ),
  "listed-token-refused": row(
    "refused",
    {},
    () => "the server refuses the token that the registry lists (Invalid)",
    "FILE-1",
  ),
  "no-such-file": row(
    "failed",
    { name: "text" },
    ({ name }) => `the server has no file ${quoted(name)} (not found)`,
    "FILE-3",
  ),
  "nothing-to-save": row(
    "failed",
    { name: "text" },
    ({ name }) => `the server has no file ${quoted(name)}: nothing is saved`,
  ),
  "not-saved": row("failed", {}, () => "not every reply was saved"),
  "odd-answer": row(
    "failed",
    { host: "text", port: "number", said: "peer" },
    ({ host, port, said }) =>
      `the server ${host}:${port} answers ${quoted(said)}, which this protocol does not allow here`,
  ),
  "odd-size": row(
    "failed",
    { host: "text", port: "number", size: "number" },
    ({ host, port, size }) =>
      `the server ${host}:${port} answers with the size ${size}, which this protocol does not allow here`,
    "FILE-0",
  ),
  "no-answer": row(
    "failed",
    { withinMs: "number" },
    ({ withinMs }) => `no answer within ${seconds(withinMs)}`,
  ),
  "no-whole-answer": row(
    "failed",
    { withinMs: "number" },
    ({ withinMs }) => `no whole answer within ${seconds(withinMs)}`,
  ),
  "no-greeting": row(
    "failed",
    { withinMs: "number" },
    ({ withinMs }) =>
      `no greeting within ${seconds(withinMs)}; perhaps the server expects the client to speak first`,
  ),
  "wrong-answer": row(
    "failed",
    { sent: "text", said: "peer", due: "text" },
    ({ sent, said, due }) =>
      `the server answers ${quoted(said)} to ${quoted(sent)}; the right answer is ${quoted(due)}`,
  ),
  "no-reply": row("failed", {}, () => "not every message had a reply"),
  "reply-too-large": row(
    "failed",
    { limit: "number" },
    ({ limit }) => `a reply of more than ${limit} bytes is not saved`,
  ),
  "server-closed": row("failed", {}, () => "the server closed the connection"),
  "server-closed-early": row("failed", {}, () => "the server closed the connection before it answered"),
  "answer-length-wrong": row(
    "failed",
    { told: "number", came: "number" },
    ({ told, came }) => `the server announces a length of ${told} and sends ${came} bytes`,
    "BOOK-1",
  ),
  "answer-no-record": row(
    "failed",
    { said: "peer", form: "text" },
    ({ said, form }) => `the server answers ${quoted(said)}, which is not an answer with a header of ${form}`,
    "BOOK-1",
  ),
  "address-not-listed": row(
    "failed",
    { email: "text", said: "peer" },
    ({ email, said }) => `the book has no address ${quoted(email)} (${said})`,
    "BOOK-3",
  ),
  "answer-is-error": row("failed", { said: "peer" }, ({ said }) => `the server answers ${quoted(said)}`),
  "datagram-lost": row(
    "failed",
    { withinMs: "number" },
    ({ withinMs }) =>
      `no answer within ${seconds(withinMs)}: the datagram was lost, or no program answers there`,
  ),
  "list-without-end": row(
    "failed",
    { registry: "text", withinMs: "number" },
    ({ registry, withinMs }) =>
      `the registry at ${registry} did not end its list with end within ${seconds(withinMs)}`,
    "BOOT-4",
  ),
  "saved-without-end": row(
    "failed",
    { path: "text", size: "number", registry: "text" },
    ({ path, size, registry }) =>
      `saved ${path}, ${size} bytes; but the registry at ${registry} did not end its list with end`,
    "BOOT-4",
  ),
  "size-exceeded": row(
    "failed",
    { told: "number", more: "number", name: "text" },
    ({ told, more, name }) =>
      `the server announced ${told} bytes, but at least ${more} more followed: ${quoted(name)} is not saved`,
    "FILE-0",
  ),
  "answer-other-header": row(
    "failed",
    { start: "text", form: "text", other: "text" },
    ({ start, form, other }) =>
      `the server answers ${start} …, which is not a name after a header of ${form}${other === "" ? "" : `; read as ${other} it would be one (--header ${other})`}`,
    "BOOK-1",
  ),
  "answer-length-short": row(
    "failed",
    { by: "number", text: "peer" },
    ({ by, text }) => `the server's length is short by ${by}: it must count bytes, not characters (${text}…)`,
    "BOOK-1",
  ),
  "odd-clock-answer": row(
    "failed",
    { said: "peer", request: "text", form: "text" },
    ({ said, request, form }) =>
      `the server answers ${quoted(said)} to ${request}, which is not of the form ${form}`,
    "CLOCK-0",
  ),
  "request-lost": row(
    "failed",
    { request: "text", withinMs: "number" },
    ({ request, withinMs }) => `no answer to ${request} within ${seconds(withinMs)}`,
  ),
  "name-in-use": row(
    "failed",
    { option: "text" },
    ({ option }) => `that name is taken in the room: choose another with ${option}`,
  ),
  "username-in-use": row(
    "failed",
    { name: "text" },
    ({ name }) => `the name ${name} is taken: choose another with --as`,
  ),
  "server-full": row("refused", { said: "peer" }, ({ said }) => `the server is full (${said})`),
  stopped: row("failed", {}, () => "stopped"),
  "port-seen": row(
    "note",
    { transport: "text", address: "text", port: "number", unread: "number" },
    ({ transport, address, port, unread }) =>
      `on this machine a ${transport.toUpperCase()} program has ${address.includes(":") ? `[${address}]` : address}:${port}${unread > 0 ? ", and has not read what was sent to it" : ""}`,
  ),
  "port-free": row(
    "note",
    { transport: "text", port: "number" },
    ({ transport, port }) => `no ${transport.toUpperCase()} program of this machine has port ${port}`,
  ),
} as const;

export const causeTable = { ...common, ...broken, ...servers, ...clients } as const;
