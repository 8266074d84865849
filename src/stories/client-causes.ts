/** Bad ends of a client's run. See `cause-table.ts`. */
import { itLists, quoted, row, seconds } from "./cause-row.ts";

export const clientCauses = {
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
  "sent-back": row(
    "failed",
    { sent: "text", said: "peer", user: "text" },
    ({ sent, said, user }) =>
      `the server sent ${quoted(said)} back for ${quoted(sent)}; a relay sends it to ${quoted(user)} alone`,
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
  stopped: row("note", {}, () => "stopped"),
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
