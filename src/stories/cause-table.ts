/**
 * Rows of `causes.ts`: code, rule, level, arguments, words. A code is stable: it is never given to another reason.
 */
import { at, quoted, row, seconds, wholeSeconds } from "./cause-row.ts";
import { clientCauses } from "./client-causes.ts";
import { serverCauses } from "./server-causes.ts";

/** Causes that any role may meet. */
const common = {
  /** A user's role speaks for itself. */
  role: row("note", { text: "peer" }, ({ text }) => text),
  /** An expected failure that has no code of its own here: its sentence. */
  failure: row("failed", { text: "peer" }, ({ text }) => text),
  /** Place of it in a user's own role, where it is in one. */
  crashed: row("crashed", { error: "peer", place: "text" }, ({ error }) => error),
  /** Ends of the process in which a user's role played. */
  "role-stuck": row(
    "crashed",
    { ms: "number", place: "text" },
    ({ ms, place }) => `the role gave no sign of life for ${seconds(ms)}${at(place)}`,
  ),
  "role-memory": row(
    "crashed",
    { megabytes: "number", limit: "number", place: "text" },
    ({ megabytes, limit, place }) =>
      `the role took ${megabytes} MB of memory, and may take ${limit} (--memory)${at(place)}`,
  ),
  "role-exited": row(
    "crashed",
    { code: "number", place: "text" },
    ({ code, place }) => `the role called process.exit(${code})${at(place)}`,
  ),
  "role-ended": row("crashed", { how: "text" }, ({ how }) => `the role's process ended: ${how}`),
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
  "class-closed": row("refused", { opens: "text" }, ({ opens }) =>
    opens === ""
      ? "the lab is over: its opening hours have ended"
      : `the lab is closed; it opens at ${opens}`,
  ),
  "class-frozen": row("refused", {}, () => "the instructor has frozen the class: no new connections"),
  "student-connections": row(
    "refused",
    { student: "text", limit: "number" },
    ({ student, limit }) => `${student} has more than ${limit} connections open (limits:)`,
  ),
  "address-connections": row(
    "refused",
    { address: "text", limit: "number" },
    ({ address, limit }) => `${address} has more than ${limit} connections open (address-limits:)`,
  ),
  "too-quick": row(
    "refused",
    { who: "text", count: "number", perMs: "number", banMs: "number" },
    ({ who, count, perMs, banMs }) =>
      `${who} connected more than ${count} times in ${seconds(perMs)}, and is refused for ${wholeSeconds(banMs)}`,
  ),
  banned: row(
    "refused",
    { who: "text", leftMs: "number" },
    ({ who, leftMs }) => `${who} connected too often, and is refused for ${wholeSeconds(leftMs)} more`,
  ),
  "hub-rebuilt": row("note", { error: "text" }, ({ error }) => `its hub crashed and was rebuilt: ${error}`),
  "hub-moved": row(
    "note",
    { node: "text", epoch: "number" },
    ({ node, epoch }) => `its hub was made again on ${node} (epoch ${epoch}): what was said last may be lost`,
  ),
  "cut-off": row(
    "failed",
    {},
    () =>
      "this node was cut off from the lab for longer than its lease, or the NATS server lost the lease, so the connection was closed",
  ),
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

/** Reasons that a proxy tells of a connection because of the other one of its pair. */
const passedOn = {
  "server-unreachable": row(
    "note",
    { host: "text", port: "number", why: "text" },
    ({ host, port, why }) =>
      `the proxy could not connect to the server at ${host}:${port}: ${why}; so the client was reset`,
  ),
  "other-side-reset": row(
    "note",
    { side: "text" },
    ({ side }) => `the ${side} reset its connection, so the proxy reset this one too`,
  ),
  "by-operator": row("note", {}, () => "an operator ended both sides"),
  "datagram-refused": row(
    "note",
    { error: "text" },
    ({ error }) => `no program takes datagrams there: ${error}`,
  ),
  "proxy-loop": row("refused", {}, () => "what it says would come back to this proxy again and again"),
} as const;

/** Remarks of an onlooker, who was at neither end. */
const seen = {
  "seen-lost": row(
    "note",
    { size: "number", from: "text" },
    ({ size, from }) =>
      `${size} ${size === 1 ? "byte" : "bytes"} of the ${from} are missing here: what follows is told, and not judged`,
  ),
  "seen-cut": row(
    "note",
    { size: "number", kept: "number" },
    ({ size, kept }) =>
      `only ${kept} of ${size} bytes were kept of this: what follows is told, and not judged`,
  ),
  "seen-from-middle": row("note", {}, () => "the beginning was not seen: this is told, and not judged"),
  "answered-otherwise": row(
    "note",
    { said: "peer", ours: "peer" },
    ({ said, ours }) => `the server answered ${quoted(said)}, ours would have said ${quoted(ours)}`,
  ),
  "spoke-unasked": row(
    "note",
    { said: "peer" },
    ({ said }) => `the server said ${quoted(said)}, ours would have said nothing here`,
  ),
  "not-answered": row(
    "note",
    { ours: "peer" },
    ({ ours }) => `the server answered nothing, ours would have said ${quoted(ours)}`,
  ),
} as const;

export const causeTable = {
  ...common,
  ...broken,
  ...passedOn,
  ...seen,
  ...serverCauses,
  ...clientCauses,
} as const;
