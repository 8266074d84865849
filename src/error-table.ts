/**
 * Table of the errors that a person or a peer can meet, by code: the sentence that the operator reads, or its sentences by
 * variant; what the peer is told (null: nothing); the exit status of a command that ends with it. `{name}` is an argument,
 * `{name:quoted}` one that a person typed or a peer said, `{ms:seconds}` a time; a list is joined with commas.
 *
 * A code is written into scripts and documents, a variant is ours: sentences may be told apart further at any time.
 *
 * Long, because it is a table, read by code.
 */
import { assignmentSentences } from "./assignment-sentences.ts";
import { busSentences } from "./bus-sentences.ts";
import { captureSentences } from "./capture-sentences.ts";
import { classSentences, noClass } from "./class-sentences.ts";
import { nodeAwaySentences, noSuchNodeSentences } from "./cluster-sentences.ts";
import { labFileSentences } from "./lab-file-sentences.ts";
import { needsLevelSentences } from "./level-sentences.ts";
import {
  badCodeSentences,
  badSqlSentences,
  codeFailedSentences,
  readOnlySentences,
} from "./query-sentences.ts";
import { socketSentences } from "./socket-sentences.ts";
import { usageSentences } from "./usage-sentences.ts";
import { UNKNOWN_ADDRESS } from "./wire/address-record.ts";
import { INVALID, NOT_FOUND } from "./wire/file-transfer.ts";

interface ErrorKind {
  readonly says: string | Readonly<Record<string, string>>;
  readonly peer: string | null;
  readonly exit: number;
}

export const exitCodes = {
  done: 0,
  checkFailed: 1,
  usage: 2,
  noDaemon: 3,
  noSuchThing: 4,
  refused: 5,
  peerError: 6,
  timedOut: 124,
  interrupted: 130,
} as const;

const { checkFailed, usage, noDaemon, noSuchThing, refused, peerError, timedOut, interrupted } = exitCodes;

export const errorTable = {
  usage: { says: usageSentences, peer: null, exit: usage },
  "bad-option": {
    says: {
      "of-role": "{role}: {why}",
      "too-long-for-header": "{email:quoted} is too long for a length of {header}: use another --header",
    },
    peer: null,
    exit: usage,
  },
  "bad-lab-file": {
    says: labFileSentences,
    peer: null,
    exit: usage,
  },
  "bad-class": { says: classSentences, peer: null, exit: usage },
  "no-such-student": { says: noClass, peer: null, exit: noSuchThing },
  "students-leave": {
    says: "nothing was changed: students would leave the class; reload --yes goes on",
    peer: null,
    exit: refused,
  },
  "bad-capture": { says: captureSentences, peer: null, exit: usage },
  "bad-role": {
    says: {
      faults: "{file}: {why}",
      "name-in-folder": "{file}: there is already a role {name:quoted}",
      "of-two-files": "{name} is defined in {file} too",
      "name-of-ours": "{name} is the name of one of netlabd's own roles: choose another",
    },
    peer: null,
    exit: checkFailed,
  },
  "no-daemon": {
    says: {
      "went-away": "the daemon at {path} went away",
      none: "no daemon answers at {path}: start one with netlabd, or name its socket with --socket",
      "not-connected": "cannot connect to the socket {path} ({why})",
    },
    peer: null,
    exit: noDaemon,
  },
  "no-such-command": {
    says: {
      none: "no command {name:quoted}; {hint}",
    },
    peer: null,
    exit: usage,
  },
  "no-such-role": {
    says: {
      unknown: "no role {name:quoted}",
      "not-loaded": "no role {name} was loaded{hint}",
      none: "no role {name:quoted}; {hint}",
      "not-known": "the role of {id} is not known: name it with --role",
      gone: "the role of {id} is gone: name one with --role",
      listed: "no role {name:quoted}: roles lists them",
    },
    peer: null,
    exit: noSuchThing,
  },
  "no-such-instance": {
    says: {
      "none-runs": "no {role} runs: spawn {role}",
      unknown: "no role {term:quoted} here; {hint}",
      labelled: "no role is for {label}: ls lists the roles, spawn --label makes one",
      nothing: "no role is called {term}: ls lists the roles",
      "to-draw": "nothing is called {term:quoted}; {hint}",
    },
    peer: null,
    exit: noSuchThing,
  },
  "no-such-connection": {
    says: {
      "of-term": "no connection {term:quoted}: conns --all lists them",
      "with-field": "no connection {term}: conns --all lists them",
      "in-capture":
        "no conversation {term:quoted} in {file}: netlabctl conns --capture {file} --all lists them",
      "no-live-tcp": "no live TCP connection is {term}: conns lists them",
      "no-live": "no live connection is {term}: conns lists them",
    },
    peer: null,
    exit: noSuchThing,
  },
  "no-such-node": { says: noSuchNodeSentences, peer: null, exit: noSuchThing },
  "node-away": { says: nodeAwaySentences, peer: null, exit: peerError },
  "node-refuses": {
    says: "{node} takes no commands from other nodes: it was started with --cluster-operators none",
    peer: null,
    exit: refused,
  },
  "no-such-service": {
    says: {
      "not-registered": "no file server is registered at {ip}:{port}; registry lists those that are",
      "no-own-registry": "no bootstrap is {term:quoted}'s own; registry without a name lists the lab's",
    },
    peer: null,
    exit: noSuchThing,
  },
  "no-such-address": {
    says: {
      "in-book": "the book has no entry for {email}",
    },
    peer: UNKNOWN_ADDRESS,
    exit: noSuchThing,
  },
  "no-such-file": {
    says: { week: "the journal has nothing of the week {week}; it has {weeks}" },
    peer: NOT_FOUND,
    exit: noSuchThing,
  },
  "bad-backup": {
    says: "{file} cannot be restored: {why}; nothing was changed",
    peer: null,
    exit: checkFailed,
  },
  "file-exists": {
    says: "{file} already exists: name another with --output, or replace it with --force",
    peer: null,
    exit: refused,
  },
  "file-not-read": {
    says: {
      "no-script": "cannot run {file}: there is no such file (ENOENT)",
      because: "cannot read {file}: {why}",
      plain: "cannot read {file}: a plain connection sends no files, use netlabctl",
    },
    peer: null,
    exit: noSuchThing,
  },
  "file-not-written": {
    says: {
      "part-exists":
        "{file} exists: another transfer writes it, or one was killed; remove it or name another with --output",
      because: "cannot write {file}: {why}",
      output: "cannot write the output: {why}",
      plain: "cannot write {file}: a plain connection writes no files, use netlabctl",
    },
    peer: null,
    exit: checkFailed,
  },
  "name-taken": {
    says: {
      "file-in-the-way": "{file} exists already and is not overwritten without --force",
      instance: "there is already an instance {id}",
      "of-instance": "the name {name} is taken by {owner}",
      "of-role": "{name} is the name of a role: choose another name",
      "of-node": "another daemon of this lab is called {name}: choose another name with --node",
    },
    peer: null,
    exit: refused,
  },
  "wrong-state": {
    says: {
      "many-questions": "{count} questions are under way: wait for one to end",
      "role-of-ours": "{name} is one of netlabd's own roles and cannot be unloaded",
      "role-played": "{name} is played by {players}: remove {terms} first",
      "other-kind": "{name} is {kind} now: remove and spawn it",
      "role-of-lab": "{name} comes from the lab file: remove it there, then use reload",
      "stopped-before": "it was stopped before it listened",
      "daemon-stopping": "the daemon is stopping",
      "event-not-taken": "{id} in {state} does not take {event}; {taken}",
      ended: "{id} has ended: explain {term} tells how",
      "of-datagrams": "{id} is a sender of datagrams, not a connection",
      "other-transport": "{id} came over {transport}, and {role} speaks {spoken}: choose another --role",
      "turned-away": "{id} was refused before a role read anything from it, so nothing can be played again",
      "not-played": "{id} could not be played again: {why}",
      journaled:
        "an older version of netlabd recorded {id}, without what the world answered: it cannot be played again, explain {id} tells it",
      "journaled-words":
        "an older version of netlabd recorded {id} as words: explain {id} tells it, nothing draws it",
      "story-version":
        "the journal has {id} as a story of version {version}, and this netlabd reads version {known}: sql shows its rows",
      "no-server": "@{name}: no server of that name is running, so it has no port",
      "in-roster":
        "{student} is in the roster: take the line out of it and reload first, or the next reading brings it back",
      "no-names": "the clients of {id} have no names: conns {id} lists its connections",
      "not-running": "{id} is {state}: start {id} first",
      "proxy-replay":
        "{id} is a proxy's connection, and a proxy has no part in what is said: explain {id} tells it; choose a --role to play it to",
      "nothing-to-play":
        "{id} was refused: no program took the connection, so there is nothing to play or to draw; netlabctl explain {id} --capture {file} tells it",
      "proxy-loop": "--to {to} leads back to this proxy{through}: name the address of your server",
      "web-open": "the page is open at {address}: close it first, with web --off",
      "web-off": "the page is off: open it with web",
      "no-listener": "{id} cannot pass a text on to its clients: use send <connection> to talk to one",
    },
    peer: null,
    exit: refused,
  },
  "token-refused": {
    says: {},
    peer: INVALID,
    exit: refused,
  },
  "too-long": { says: {}, peer: "Message too long", exit: peerError },
  "too-many-clients": {
    says: {},
    peer: "Too many clients",
    exit: refused,
  },
  "idle-too-long": { says: {}, peer: "Idle too long", exit: timedOut },
  "peer-error": {
    says: {
      registry: "the registry answers: {answer}",
      "no-listing": "{why}",
      "other-protocol":
        "the program at {path} speaks {theirs}, this one protocol {ours}: use the netlabctl that came with it",
      "odd-daemon": "the daemon at {path} {what}: the connection is closed",
    },
    peer: null,
    exit: peerError,
  },
  "peer-gone": { says: {}, peer: null, exit: peerError },
  unreachable: { says: {}, peer: null, exit: peerError },
  "timed-out": {
    says: {
      "no-registry": "no answer from the registry at {registry} within {ms:seconds} s",
      sql: "sql: no answer within {ms:seconds} s, so it was stopped (--timeout)",
      turn: "stopped after {ms} ms, because the whole lab had to wait for it: probably it loops (help eval)",
      value: "no value within {ms:seconds} s (--timeout)",
      "wait-for": "wait-for: after {ms:seconds} s {what}: {now}",
    },
    peer: null,
    exit: timedOut,
  },
  interrupted: {
    says: {
      sql: "sql: interrupted",
      "before-the-lab": "interrupted before the lab was asked",
      "nothing-said": "stopped: nothing was sent",
      closed: "the connection to the daemon was closed",
      value: "interrupted: it waits no longer",
    },
    peer: null,
    exit: interrupted,
  },
  "metrics-unheard": {
    says: "--metrics: cannot listen on {at}: {why}; choose another port",
    peer: null,
    exit: refused,
  },
  "no-bus": { says: busSentences, peer: null, exit: refused },
  "port-taken": {
    says: "port {port} is taken (EADDRINUSE): stop the other program or use --port",
    peer: null,
    exit: refused,
  },
  "port-held-here": {
    says: "port {port} is taken by {holder} of this daemon: stop it first, or use --port",
    peer: null,
    exit: refused,
  },
  "port-lingers": {
    says: "port {port} is in TIME_WAIT, because a program that has just ended did not set SO_REUSEADDR; the system frees it within 60 s",
    peer: null,
    exit: refused,
  },
  "port-forbidden": {
    says: "port {port} needs more rights (EACCES): use a port of 1024 or above",
    peer: null,
    exit: refused,
  },
  "address-not-ours": {
    says: "{host} is not an address of this machine (EADDRNOTAVAIL): use --host with one that is",
    peer: null,
    exit: refused,
  },
  "cannot-listen": { says: "cannot listen on {where}: {why}", peer: null, exit: refused },
  "not-started": {
    says: {
      spawn: "cannot start {command:quoted}: {why}",
    },
    peer: null,
    exit: peerError,
  },
  "bad-assignment": {
    says: assignmentSentences,
    peer: null,
    exit: usage,
  },
  "bad-roster": {
    says: {
      "bad-line": "{file}:{line}: {why}",
      "no-id": "{file}: a roster needs a column id, ID number, SIS User ID or Username",
    },
    peer: null,
    exit: usage,
  },
  "grades-exist": {
    says: "{folder} already has grades: go on with --resume, or name another folder with --out",
    peer: null,
    exit: refused,
  },
  "no-hand-ins": {
    says: "{folder} has no hand-in: each is a folder in it, named after the student{why}",
    peer: null,
    exit: noSuchThing,
  },
  "no-box": {
    says: {
      "not-there": "cannot use {kind} here: {why}",
      "as-root":
        "a program of someone else does not run as root without a box ({why}): install bubblewrap, run netlabctl as another user, or add --unsafe",
    },
    peer: null,
    exit: refused,
  },
  "role-crashed": { says: "{why}", peer: null, exit: checkFailed },
  "not-stored": { says: "not stored: {why}", peer: null, exit: refused },
  "data-in-use": {
    says: "the data folder {folder} is used by another netlabd{pid}: attach to it with netlabctl; a second lab needs its own --data, --socket and --port-offset",
    peer: null,
    exit: refused,
  },
  "data-too-new": {
    says: "{file} has schema version {version}, but this netlabd knows only {known}: use the newer netlabd, or another folder with --data",
    peer: null,
    exit: refused,
  },
  "data-unusable": {
    says: {
      folder: "cannot use the data folder {folder}: {why}; name another with --data",
      file: "cannot use {file}: {why}",
    },
    peer: null,
    exit: checkFailed,
  },
  "read-only": { says: readOnlySentences, peer: null, exit: refused },
  "bad-sql": { says: badSqlSentences, peer: null, exit: usage },
  "bad-code": { says: badCodeSentences, peer: null, exit: usage },
  "code-failed": { says: codeFailedSentences, peer: null, exit: checkFailed },
  "eval-off": {
    says: "this daemon does not evaluate code: it was started with --no-eval",
    peer: null,
    exit: refused,
  },
  "needs-level": {
    says: needsLevelSentences,
    peer: null,
    exit: refused,
  },
  "socket-in-use": {
    says: "another netlabd{pid} answers on {path}: attach to it with netlabctl; a second lab needs its own --socket, --data and --port-offset",
    peer: null,
    exit: refused,
  },
  "socket-unsafe": {
    says: socketSentences,
    peer: null,
    exit: refused,
  },
} as const satisfies Record<string, ErrorKind>;
