/** Refusals and remarks of our servers. See `cause-table.ts`. */
import { quoted, row, seconds, shownByte } from "./cause-row.ts";

export const serverCauses = {
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
