/** Right programs of both sides, role by role, and what is typed into them. */
import type { Part, Scene, Step } from "./pairs.ts";

const hears = (words: RegExp): Step => ({ hears: words });

/** Words that a server of test/conformance/right is told beside its port. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  "address-book": ["{folder}/book.csv"],
  bootstrap: ["{folder}/store.txt"],
  echo: ["{folder}/root"],
  "file-server": ["pdf", "tok1", "{folder}/root"],
};

export const OURS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "file-server": { service: "pdf", token: "tok1", root: "files" },
  reverse: { mirror: true },
};

/** The server of this role that keeps every rule. */
export const right = (role: string): Part => ({
  program: `right/${role}-server`,
  words: WORDS[role] ?? [],
  ...(role === "reverse" ? { types: ["hello back"] } : {}),
});

/** Servers as they are handed in: right, as far as these clients go. */
export const HANDED_IN: Readonly<Record<string, Part>> = {
  ack: { program: "peers/ack_server" },
  "address-book": { program: "peers/address_book_server" },
  bootstrap: { program: "peers/bootstrap_server" },
  chat: { program: "peers/chat_server" },
  clock: { program: "peers/clock_server" },
  echo: { program: "peers/echo_server", words: ["0", "{folder}/root"] },
  "file-server": { program: "peers/file_server", words: ["9", "0", "pdf", "tok1", "{folder}/root"] },
  "knock-knock": { program: "peers/knock_server" },
  relay: { program: "peers/relay_server" },
  reverse: { program: "peers/reverse_server", words: ["0", "1"], types: ["hello back"] },
};

/** Clients of one server, that begin one after another. The first ones keep every rule; the others are as they are handed in. */
export const CLIENTS: Readonly<Record<string, readonly (readonly Part[])[]>> = {
  ack: [
    [{ program: "right/ack-client", types: ["hello", "", "grüße"] }],
    [{ program: "peers/ack_client", words: ["{port}", "hi"] }],
  ],
  "address-book": [
    [
      {
        program: "right/address-book-client",
        types: ["ann@example.org", "bob@example.org", "nobody@example.org"],
      },
    ],
    [{ program: "peers/address_book_client", words: ["{port}", "ann@example.org"] }],
  ],
  bootstrap: [
    [
      {
        program: "right/bootstrap-client",
        types: [
          "REGISTRN,127.0.0.1,4000,pdf,tok1",
          "REGISTRN,127.0.0.1,4001,txt,tok2",
          "REGISTRN,10.0.0.9,4001,txt,tok2",
          "DISCOVERY",
        ],
      },
    ],
  ],
  calculator: [
    [
      {
        program: "right/calculator-client",
        types: ["ann", "15 + 35", "1 / 4", "1 / 0", "-1.5 * 4", "7 - 9.5", "q"],
      },
    ],
    [
      {
        program: "peers/calculator_client",
        types: [
          "ann",
          hears(/Expression/),
          "15 + 35",
          hears(/Expression/),
          "7 / 2",
          hears(/Expression/),
          "q",
        ],
      },
    ],
  ],
  chat: [
    [
      {
        program: "right/chat-client",
        types: [":Ann:ann", hears(/:Bob:bob joined/), "hello all", hears(/:Bob:hi ann/), hears(/left/)],
      },
      {
        program: "right/chat-client",
        types: [":Bob:bob", hears(/joined/), hears(/hello all/), "hi ann", hears(/:Bob:hi ann/)],
      },
    ],
  ],
  // Which of the two a clock's own client asks is chance.
  clock: [
    [{ program: "right/ack-client", types: ["SEND_DATE", "SEND_TIME"] }],
    [{ program: "right/clock-client", words: ["2"] }],
  ],
  echo: [
    [
      {
        program: "right/echo-client",
        types: [
          ...["hello", "grüße an alle", "download a.txt", "download empty.txt", "download nothing.txt"],
          ...["run ls", "closed?", "close"],
        ],
      },
    ],
    [
      {
        program: "peers/echo_client",
        words: ["127.0.0.1", "{port}", ".", "hello", "download a.txt", "close"],
      },
    ],
  ],
  "file-server": [
    [{ program: "right/file-server-client", words: ["pdf", "a.pdf"] }],
    [{ program: "peers/file_client", words: ["{port}", "pdf", "a.pdf", "b.pdf"] }],
  ],
  "knock-knock": [
    [{ program: "right/knock-knock-client", types: ["Knock knock..", "Boo", "Don't cry!"] }],
    [{ program: "peers/knock_client", words: ["Boo", "Don't cry!"] }],
  ],
  relay: [
    [
      {
        program: "right/relay-client",
        types: ["ann", hears(/bob \| hi ann/), "thanks|bob", "hm|carol", hears(/not online/), "close"],
      },
      {
        program: "right/relay-client",
        types: ["bob", hears(/please/), "hi ann|ann", hears(/thanks/), "close"],
      },
    ],
  ],
  reverse: [[{ program: "right/reverse-client", types: ["taco cat", hears(/\n./), "exit"] }]],
};

const clientsOf = (role: string): readonly Part[] => CLIENTS[role]?.[0] ?? [];

/** Right servers of each role - theirs, ours, as handed in - with right clients. */
export const rightScenes: readonly (readonly [string, Scene])[] = Object.entries(CLIENTS).flatMap(
  ([role, all]) =>
    all.flatMap((clients, index) => {
      const servers = { "that keeps every rule": right(role), "of ours": { ours: OURS[role] ?? {} } };
      const handedIn = HANDED_IN[role];
      return Object.entries(handedIn ? { ...servers, "as handed in": handedIn } : servers).map(
        ([which, server]) => [`${role} ${which}, client ${index + 1}`, { role, server, clients }] as const,
      );
    }),
);

const TALKED_TO = ["calculator", "chat", "echo", "knock-knock", "relay"];

/** Servers of ours that are full, or stopped, or reach a limit: they say so, whatever the protocol has next. */
export const endingScenes: readonly (readonly [string, Scene])[] = TALKED_TO.flatMap((role) => {
  const [first] = clientsOf(role);
  const staying = {
    program: first?.program ?? "",
    types: [...(first?.types ?? []).slice(0, 1), hears(/never/)],
  };
  return [
    [`${role} that is full`, { role, server: { ours: { maxConnections: 1 } }, clients: [staying, staying] }],
    [`${role} of short messages`, { role, server: { ours: { maxMessage: 2 } }, clients: [staying] }],
    [`${role} that is stopped`, { role, server: { ours: {} }, clients: [staying], isStopped: true }],
  ] as const;
});

/** Mistakes of servers that a right client's conversation shows: the right server with this mutation. */
export const WRONG_SERVERS: Readonly<Record<string, readonly string[]>> = {
  ack: ["writes its word in capitals", "sends a line"],
  "address-book": ["tells the length in two bytes", "tells the length in characters"],
  calculator: [
    "says goodbye",
    "adds one",
    "answers twice",
    "leaves out the sign of a product",
    "divides without a rest",
    "writes two decimals",
    "writes whole numbers without a point",
    "says inf of a division by zero",
    "subtracts the wrong way round",
  ],
  chat: ["asks in other words"],
  clock: ["has a clock of 12 hours", "writes the whole year"],
  echo: [
    "greets in other words",
    "adds a full stop to its greeting",
    "says back in capitals",
    "answers twice",
    "takes what begins with close for close",
    "says goodbye otherwise",
  ],
  "file-server": [
    "says VALID",
    "says valid with a full stop",
    "says that a file is Found",
    "sends one byte more",
    "tells the size with the high byte first",
  ],
  "knock-knock": ["asks without an apostrophe", "asks who without the name", "laughs otherwise"],
  relay: ["asks for a message in other words", "says goodbye in other words"],
};

export const WRONG_CLIENTS: Readonly<Record<string, readonly string[]>> = {
  bootstrap: ["registers with blanks"],
  calculator: ["gives an expression for its name"],
  clock: ["asks in small letters"],
  "file-server": ["sends its filename for a token"],
  "knock-knock": ["knocks otherwise"],
  relay: ["sends a message before its name", "forgets the receiver"],
};

/** Scene of a mutant; undefined: its role has no clients here. */
export function sceneOf(
  role: string,
  side: "server" | "client",
  mutant: NonNullable<Part["mutant"]>,
): Scene | undefined {
  if (side === "server") return { role, server: { ...right(role), mutant }, clients: clientsOf(role) };
  const all = CLIENTS[role] ?? [];
  const [first, ...rest] = all.find(([one]) => one?.program === `right/${mutant.of}`) ?? [];
  return first && { role, server: right(role), clients: [{ ...first, mutant }, ...rest] };
}
