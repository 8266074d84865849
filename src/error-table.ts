/**
 * Table of the errors that a person or a peer can meet, by code: the sentence that the operator reads, or its sentences by
 * variant; what the peer is told (null: nothing); the exit status of a command that ends with it. `{name}` is an argument,
 * `{name:quoted}` one that a person typed or a peer said, `{ms:seconds}` a time; a list is joined with commas.
 *
 * A code is written into scripts and documents, a variant is ours: sentences may be told apart further at any time.
 */
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
  usage: {
    says: {
      "completion-shell": "completion: no script for {shell}; there are {shells}",
      "register-listing": "register: {why}",
      "run-no-script": "run: {file} is no script: name a .ts file",
    },
    peer: null,
    exit: usage,
  },
  "bad-option": {
    says: {
      "too-long-for-header":
        "{email:quoted} is longer than a length of {header} can tell: use another --header",
      "of-role": "{role}: {why}",
    },
    peer: null,
    exit: usage,
  },
  "bad-lab-file": {
    says: {
      "no-such-lab":
        "there is no lab {name:quoted}: {hint}there are {known}, and none; a file of your own is --lab ./{name}.yaml",
      "not-read": "{why}",
      "bad-line": "{file}:{line}: {why}",
      "no-top": "{file}: wants title: and roles: at its top",
      "no-list": "{place}: roles wants a list",
      "no-entry": "{place}: each role wants role: and its options",
      "no-role": "{place}: role: is needed{hint}",
      "unknown-role": "{place}: no role {name:quoted}{hint}",
      "unknown-key": "{place}: unknown key {key}{hint}",
      "bad-entry": "{place}: {why}",
      "book-not-read": "cannot read the book {file} that the lab file names: {why}",
    },
    peer: null,
    exit: usage,
  },
  "bad-role": {
    says: {
      faults: "{file}: {why}",
      "not-compiled": "{file}:{line}:{column}: {why}",
      "name-in-folder": "{file}: there is a role {name:quoted} already",
      "name-of-ours": "{name} is a role of netlabd's own: choose another name",
    },
    peer: null,
    exit: checkFailed,
  },
  "no-daemon": { says: {}, peer: null, exit: noDaemon },
  "no-such-command": { says: {}, peer: null, exit: usage },
  "no-such-role": { says: { unknown: "no role {name:quoted}" }, peer: null, exit: noSuchThing },
  "no-such-instance": { says: {}, peer: null, exit: noSuchThing },
  "no-such-connection": { says: {}, peer: null, exit: noSuchThing },
  "no-such-service": {
    says: {
      "no-token":
        "no token is known for {server} (--token gives one): nobody serves {service:quoted}, says the registry at {registry}; {known}",
      "nobody-serves": "nobody serves {service:quoted}, says the registry at {registry}; {known}",
    },
    peer: null,
    exit: noSuchThing,
  },
  "no-such-address": {
    says: { "at-server": "the book has no address {email:quoted} ({answer})" },
    peer: UNKNOWN_ADDRESS,
    exit: noSuchThing,
  },
  "no-such-file": {
    says: {
      "at-server": "the server has no file {name:quoted} (not found)",
      "nothing-saved": "the server has no file {name:quoted}: nothing is saved",
    },
    peer: NOT_FOUND,
    exit: noSuchThing,
  },
  "file-exists": {
    says: "{file} already exists: name another with --output, or replace it with --force",
    peer: null,
    exit: refused,
  },
  "file-not-read": {
    says: { "no-script": "cannot run {file}: there is no such file (ENOENT)" },
    peer: null,
    exit: noSuchThing,
  },
  "file-not-written": { says: {}, peer: null, exit: checkFailed },
  "name-taken": {
    says: {
      "file-in-the-way": "{file} is there already and stays as it is: nothing is saved without --force",
      "in-room": "the room has somebody of that name: choose another, --as or --login",
      "at-relay": "somebody is {name} already: choose another name, --as",
    },
    peer: null,
    exit: refused,
  },
  "wrong-state": {
    says: { "many-questions": "{count} questions are under way: wait for one to end" },
    peer: null,
    exit: refused,
  },
  "token-refused": {
    says: {
      "of-registry": "the server refuses the token that the registry tells (Invalid)",
      given:
        "the server refuses the token (Invalid); without --token the one that the registry tells is said",
    },
    peer: INVALID,
    exit: refused,
  },
  "too-long": { says: {}, peer: "Message too long", exit: peerError },
  "too-many-clients": {
    says: { "at-server": "the server has as many clients as it takes ({answer})" },
    peer: "Too many clients",
    exit: refused,
  },
  "idle-too-long": { says: {}, peer: "Idle too long", exit: timedOut },
  "peer-error": {
    says: {
      closed: "the server closed the connection",
      "closed-before-answer": "the server closed the connection before it answered",
      "no-result": "ended without a result",
      "reply-too-large": "a reply of more than {bytes} bytes is not saved",
      "not-all-saved": "not every reply was saved",
      instead: "the server answers {answer:quoted} instead of {expected}",
      answers: "the server answers {answer:quoted}",
      "no-answer": "the server {why}",
      "odd-answer": "the server{at} answers {answer:quoted}, which the protocol does not know here",
      "odd-size": "the server{at} answers the size {size}, which the protocol does not know here",
      registry: "the registry answers: {answer}",
      "no-listing": "{why}",
    },
    peer: null,
    exit: peerError,
  },
  "peer-gone": { says: {}, peer: null, exit: peerError },
  unreachable: { says: "cannot reach {where}: {why}", peer: null, exit: peerError },
  "timed-out": {
    says: {
      "no-reply": "not every message had a reply",
      "no-greeting": "no greeting within {ms:seconds} s: does it wait for us?",
      "no-answer": "no answer within {ms:seconds} s",
      "no-whole-answer": "no whole answer within {ms:seconds} s",
      "no-datagram": "no answer within {ms:seconds} s: lost, or nobody answers there",
      "no-answer-to": "no answer to {request} within {ms:seconds} s",
      "no-registry": "no answer from the registry at {registry} within {ms:seconds} s",
      "no-connection": "cannot reach {where}: {why}",
      sql: "sql: no answer within {ms:seconds} s, so it was stopped (--timeout)",
    },
    peer: null,
    exit: timedOut,
  },
  interrupted: {
    says: {
      stopped: "stopped",
      "nothing-said": "stopped: nothing was said",
      sql: "sql: interrupted",
      "before-the-lab": "interrupted before the lab was asked",
    },
    peer: null,
    exit: interrupted,
  },
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
    says: "{host} is no address of this machine (EADDRNOTAVAIL): use --host with one of its own",
    peer: null,
    exit: refused,
  },
  "cannot-listen": { says: "cannot listen on {where}: {why}", peer: null, exit: refused },
  "role-crashed": { says: {}, peer: null, exit: checkFailed },
  "not-stored": { says: "not stored: {why}", peer: null, exit: refused },
  "data-in-use": {
    says: "the data folder {folder} is used by another netlabd{pid}: attach to it with netlabctl, or name another with --data",
    peer: null,
    exit: refused,
  },
  "data-too-new": {
    says: "{file} has schema version {version}, this netlabd knows {known}: use the newer netlabd, or another folder with --data",
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
  "read-only": {
    says: {
      masked: "sql: main.… reads past the masks on tokens: leave main. out, or use --show-tokens",
      statement: "sql only reads: {why}; commands change things, e.g. register, book, spawn{place}",
    },
    peer: null,
    exit: refused,
  },
  "bad-sql": {
    says: {
      statement: "sql: {why}{place}",
      "process-ended": "sql: the process that ran it ended: it used too much memory or time",
    },
    peer: null,
    exit: usage,
  },
  "bad-code": { says: {}, peer: null, exit: usage },
  "code-failed": { says: {}, peer: null, exit: checkFailed },
  "eval-off": { says: {}, peer: null, exit: refused },
  "socket-in-use": { says: {}, peer: null, exit: refused },
  "socket-unsafe": { says: {}, peer: null, exit: refused },
} as const satisfies Record<string, ErrorKind>;
