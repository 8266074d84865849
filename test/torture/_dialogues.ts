/** What clients of each server role say: enough, together, to reach every corner of its conversation. */

/** Said in one write; `FIN` and `RST` end our side, `LATER` lets more than two seconds pass, `STOP` is the operator's. */
export type Step = string | Uint8Array | "FIN" | "RST" | "LATER" | "STOP";

/** A client beside the one that is in trouble. */
export interface Neighbour {
  /** Before: what it says, and what it hears. */
  readonly before: readonly [says: string, hears: string];
  readonly after: readonly [says: string, hears: string];
}

export interface ServerPlay {
  readonly options: Readonly<Record<string, unknown>>;
  readonly neighbour: Neighbour;
  readonly dialogues: readonly (readonly Step[])[];
}

const query = (type: string, email: string) =>
  Buffer.from(`${type}${String.fromCharCode(email.length)}${email}`);

/** `files` is a folder with `small.txt` and `empty.txt`. */
export function serverPlays(files: string): Readonly<Record<string, ServerPlay>> {
  return {
    "file-server": {
      options: { service: "txt", token: "server1", root: files },
      neighbour: { before: ["server1\n", "valid"], after: ["nope.txt\n", "not found"] },
      dialogues: [
        ["server1\n", "small.txt\n", "Got\n", "small.txt\n", "Got\n", "FIN"],
        ["wrong\n"],
        ["server1small.txt", "RST"],
        ["server1\n", "nope.txt\n", "FIN"],
        ["server1\n", "small.txt\n", "LATER", "Got\n", "FIN"],
        ["FIN"],
      ],
    },
    echo: {
      options: { root: files, allowRun: ["true", "echo"] },
      neighbour: { before: ["", "Enter your command please"], after: ["hi\n", "hi\n"] },
      dialogues: [
        ["hello\n", "download small.txt\n", "download empty.txt\n", "download nope.txt\n", "close\n"],
        ["run echo hi\n", "run true\n", "run ls\n", "FIN"],
        ["hello\nclose", "LATER"],
      ],
    },
    relay: {
      options: {},
      neighbour: { before: ["neighbour\n", "Message please"], after: ["x|nobody\n", "Receiver not online"] },
      dialogues: [
        ["alice\n", "hello|neighbour\n", "no bar\n", "close\n"],
        ["neighbour\n", "a|b\n", "FIN"],
        ["bob\n", "hello|x\nclose", "LATER"],
        ["carol\n", "STOP"],
        ["RST"],
      ],
    },
    reverse: {
      options: { mirror: true, maxConnections: 40 },
      neighbour: { before: ["", "ACCEPT"], after: ["taco\n", "taco\n"] },
      dialogues: [["taco cat\n", "exit\n"], ["taco\nexit", "LATER"], ["FIN"], ["RST"]],
    },
    "address-book": {
      options: {},
      neighbour: { before: ["", ""], after: ["Q\u0003a@b", "R\u0009Error 404"] },
      dialogues: [[query("Q", "nobody@example.org")], [query("X", "a@b")], ["Q", "FIN"]],
    },
    "knock-knock": {
      options: {},
      neighbour: { before: ["Knock knock..\n", "Who's there?"], after: ["Ada\n", "Ada who?"] },
      dialogues: [
        ["Hello\n", "Knock knock..\n", "Ada\n", "Ada Lovelace\n"],
        ["hm\nKnock knock..", "LATER"],
        ["FIN"],
      ],
    },
    calculator: {
      options: { greet: true },
      neighbour: { before: ["neighbour\n", "Hello neighbour"], after: ["15 + 35\n", "50.0\n"] },
      dialogues: [
        ["al\n", "1 + 1\n", "junk\n", "q\n"],
        ["al1 + 1", "2 / 0", "FIN"],
        ["al\n1 + 1\nq", "LATER"],
      ],
    },
    chat: {
      options: {},
      neighbour: { before: [":Neighbour:nb\n", "connected!"], after: ["hi\n", ":Neighbour:hi\n"] },
      dialogues: [
        [":Al:al\n", ":Al:hey\n", "hm\n", "FIN"],
        [":Al:al", ":Al:hey:Al:you", "RST"],
        [":Neighbour:nb\n", "::\n", ":Al:al\n", "STOP"],
      ],
    },
  };
}
