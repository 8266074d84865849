/**
 * Conversations as segments, and what our own decoders make of them: the framer in the states of a role, its decoder of records, its parsers
 * of texts. A dissector is held to it.
 */
import { decodeAnswer, decodeQuery, type headerForms } from "../../src/wire/address-record.ts";
import { parseBootstrapRequest, parseListing } from "../../src/wire/bootstrap.ts";
import { parseExpression } from "../../src/wire/calculator.ts";
import { parseLogin } from "../../src/wire/chat.ts";
import { datagramWord } from "../../src/wire/datagram-word.ts";
import { parseCommand } from "../../src/wire/echo-command.ts";
import { decodeSize, decodeWord, FOUND, INVALID, NOT_FOUND, VALID } from "../../src/wire/file-transfer.ts";
import { defaultLimits, Framer, type Reading } from "../../src/wire/framer.ts";
import { parsePythonFloat } from "../../src/wire/python-float.ts";
import { parseMessage } from "../../src/wire/relay.ts";

export type Speaker = "client" | "server";

/** Segment, and how long after the one before it, in milliseconds. */
export interface Segment {
  readonly from: Speaker;
  readonly bytes: Buffer;
  readonly afterMs: number;
}

/** A message as a dissector shows it: its name, and its fields in their order. */
export interface Told {
  readonly from: Speaker;
  readonly name: string;
  readonly fields: readonly (readonly [string, string | number])[];
}

export interface Conversation {
  readonly role: string;
  readonly what: string;
  readonly segments: readonly Segment[];
  readonly told: readonly Told[];
}

export const c = (text: string | Buffer, afterMs = 0): Segment => segment("client", text, afterMs);
export const s = (text: string | Buffer, afterMs = 0): Segment => segment("server", text, afterMs);
const segment = (from: Speaker, text: string | Buffer, afterMs: number): Segment => ({
  from,
  bytes: Buffer.from(text as string),
  afterMs,
});

/** The conversation cut in every place of one segment, and into its bytes. */
export function everySplit(segments: readonly Segment[], at: number): Segment[][] {
  const whole = segments[at];
  if (!whole) throw new Error(`no segment ${at}`);
  const { from, bytes, afterMs } = whole;
  const cut = (pieces: readonly Buffer[]) => [
    ...segments.slice(0, at),
    ...pieces.map((piece, index): Segment => ({ from, bytes: piece, afterMs: index === 0 ? afterMs : 0 })),
    ...segments.slice(at + 1),
  ];
  const places = Array.from({ length: bytes.length - 1 }, (_, index) => index + 1);
  return [
    ...places.map((place) => cut([bytes.subarray(0, place), bytes.subarray(place)])),
    cut([...bytes].map((byte) => Buffer.of(byte))),
  ];
}

/** Meaning of a message in the state that its side was in. */
export type Tell = (message: {
  readonly text: string;
  readonly value: unknown;
  readonly size: number;
}) => Omit<Told, "from">;

export interface State {
  readonly reading: Reading;
  readonly tell: Tell;
}

/** What our decoders hear of one side, which is in these states one after another; the last one stays. */
export function heard(segments: readonly Segment[], from: Speaker, states: readonly State[]): Told[] {
  const framer = new Framer();
  const told: Told[] = [];
  let now = 0;
  const take = (until: number) => {
    for (;;) {
      const state = states[Math.min(told.length, states.length - 1)];
      if (!state) return;
      const framed = framer.next(state.reading, now);
      if (framed.kind === "wait" && now + framed.ms <= until) now += framed.ms;
      else if (framed.kind === "message" || framed.kind === "line") {
        const bytes = framed.kind === "line" ? Buffer.from(framed.text, "latin1") : framed.bytes;
        const value = framed.kind === "message" ? framed.value : undefined;
        told.push({ from, ...state.tell({ text: bytes.toString(), value, size: bytes.length }) });
        framer.replied();
      } else return;
    }
  };
  for (const one of segments) {
    take(now + one.afterMs);
    now = Math.max(now, now + one.afterMs);
    if (one.from === from) framer.push(one.bytes, now);
    take(now);
  }
  take(now + defaultLimits.tailMs * 2);
  framer.end();
  take(now);
  return told;
}

/** Datagrams, each a message. */
export const datagrams = (segments: readonly Segment[], tells: Record<Speaker, Tell>): Told[] =>
  segments.map(({ from, bytes }) => ({
    from,
    ...tells[from]({ text: bytes.toString(), value: undefined, size: bytes.length }),
  }));

export const NOT_KNOWN = "not as the rules say";
const unknown = { name: NOT_KNOWN, fields: [] };
const literal =
  (names: Readonly<Record<string, string>>, other: Tell): Tell =>
  (message) => {
    const name = names[message.text.trim()];
    return name === undefined ? other(message) : { name, fields: [] };
  };
const one =
  (name: string, field: string): Tell =>
  ({ text }) => ({ name, fields: [[field, text]] });
const text = (tell: Tell): State => ({ reading: { reads: "text" }, tell });

// -- roles ---------------------------------------------------------------------------------------------------------

const expressions: State = text(
  literal({ q: "quit" }, ({ text: said }) => {
    const expression = parseExpression(said);
    if (!expression.ok) return unknown;
    const { left, operator, right } = expression;
    return {
      name: "expression",
      fields: [
        ["left", left],
        ["operator", operator],
        ["right", right],
      ],
    };
  }),
);
export const calculatorClient: State[] = [text(one("name", "name")), expressions];
export const calculatorServer: Tell = literal(
  {
    "Division by zero": "division by zero",
    "Incorrect expression format": "incorrect format",
    "Incorrect operator": "incorrect operator",
    Bye: "bye",
  },
  ({ text: said }) => {
    const result = parsePythonFloat(said);
    return result === undefined ? unknown : { name: "result", fields: [["result", result]] };
  },
);

export const bootstrapClient: Tell = ({ text: said }) => {
  const parsed = parseBootstrapRequest(said);
  if (!parsed.ok) return unknown;
  const request = parsed.value;
  switch (request.type) {
    case "register":
      return { name: "registration", fields: Object.entries(request.entry) };
    case "deregister": {
      const { ip, port, token } = request;
      return { name: "deregistration", fields: Object.entries({ ip, port, token }) };
    }
    case "discover":
      return request.service === undefined
        ? { name: "discovery", fields: [] }
        : { name: "discovery of a service", fields: [["service", request.service]] };
    case "stop":
      return { name: "bye", fields: [] };
  }
};
export const bootstrapServer: Tell = ({ text: said }) => {
  const parsed = parseListing(said);
  if (!parsed.ok)
    return said.startsWith("ERROR,") ? { name: "error", fields: [["why", said.slice(6)]] } : unknown;
  if (parsed.value.length === 0) return { name: "end of the list", fields: [] };
  return {
    name: "file servers",
    fields: [
      ["ip", parsed.value[0]?.ip ?? ""],
      ...parsed.value.flatMap(({ port, service, token }) => Object.entries({ port, service, token })),
    ],
  };
};

export const clockClient: Tell = ({ text: said }) => {
  const word = datagramWord(said);
  if (word === "SEND_DATE") return { name: "request for the date", fields: [] };
  return word === "SEND_TIME" ? { name: "request for the time", fields: [] } : unknown;
};
export const clockServer: Tell = ({ text: said }) => {
  if (said === "Invalid request") return { name: "invalid request", fields: [] };
  const [, first = "", , second = "", third = ""] = /^(\d\d)([/:])(\d\d)[/:](\d\d)$/.exec(said) ?? [];
  const names = said.includes("/") ? ["month", "day", "year"] : ["hour", "minute", "second"];
  const values = [first, second, third].map(Number);
  return {
    name: said.includes("/") ? "date" : "time",
    fields: names.map((name, index) => [name, values[index] ?? 0] as const),
  };
};

export const queries: State = {
  reading: { reads: "record", decode: decodeQuery },
  tell: ({ value }) => {
    const query = value as { ok: boolean; email: string };
    if (!query.ok) return unknown;
    return { name: "query", fields: query.email === "" ? [] : [["email", query.email]] };
  },
};
export const answersIn = (form: (typeof headerForms)[number]): State => ({
  reading: { reads: "record", decode: (pending) => decodeAnswer(form, pending) },
  tell: ({ value }) => {
    const answer = value as { ok: boolean; text: string };
    if (!answer.ok) return unknown;
    const names: Readonly<Record<string, string>> = {
      "Error 404": "unknown address",
      "Error: Unknown message protocol": "unknown protocol",
      "Error: Too many clients": "too many clients",
    };
    const name = names[answer.text];
    return name === undefined ? { name: "answer", fields: [["name", answer.text]] } : { name, fields: [] };
  },
});

const words = (names: Readonly<Record<string, string>>): State => ({
  reading: { reads: "record", decode: decodeWord(Object.keys(names)) },
  tell: ({ value }) => ({ name: names[String(value)] ?? NOT_KNOWN, fields: [] }),
});
export const fileStates = {
  token: text(one("token", "token")),
  filename: text(one("filename", "filename")),
  acknowledgement: {
    reading: { reads: "raw" },
    tell: ({ size }) => ({ name: "acknowledgement", fields: [["acknowledgement", size]] }),
  } as State,
  verdict: words({ [VALID]: "valid", [INVALID]: "invalid token" }),
  answer: words({ [FOUND]: "found", [NOT_FOUND]: "not found" }),
  size: {
    reading: { reads: "record", decode: decodeSize },
    tell: ({ value }) => ({ name: "size", fields: [["size", Number(value)]] }),
  } as State,
  content: (size: number): State => ({
    reading: {
      reads: "record",
      decode: ({ bytes }) => (bytes.length < size ? undefined : { take: size, value: size }),
    },
    tell: () => ({ name: "content", fields: [["content", size]] }),
  }),
};

export const chatClient: State[] = [
  text(({ text: said }) => {
    const login = parseLogin(said);
    if (!login) return unknown;
    // Which of both was told is what a reader sees.
    const isBoth = /^:?[^:]+:[^:]/.test(said.trim());
    return { name: "login", fields: isBoth ? Object.entries(login) : [["name", login.name]] };
  }),
  text(({ text: said }) => {
    const [, name, rest] = /^:([^:]+):(.+)$/s.exec(said.trim()) ?? [];
    return name === undefined || rest === undefined
      ? { name: "text without a name", fields: [["said", said.trim()]] }
      : {
          name: "text",
          fields: [
            ["name", name],
            ["said", rest],
          ],
        };
  }),
];

export const relayClient: State[] = [
  text(one("username", "username")),
  text(
    literal({ close: "close" }, ({ text: said }) => {
      const message = parseMessage(said);
      if (!message) return unknown;
      return {
        name: "message",
        fields: [
          ["said", message.text],
          ["receiver", message.user],
        ],
      };
    }),
  ),
];

export const echoClient: State[] = [
  text(
    literal({ close: "close" }, ({ text: said }) => {
      const command = parseCommand(said);
      if (command?.word === "download") return { name: "download", fields: [["filename", command.name]] };
      if (command) return { name: "run", fields: [["command", command.argv.join(" ")]] };
      return { name: "text", fields: [["said", said.trimEnd()]] };
    }),
  ),
];

export const knockClient: State[] = [
  text(literal({ "Knock knock..": "knock" }, () => unknown)),
  text(one("name", "name")),
  text(one("punch line", "line")),
];

export const reverseClient: State[] = [text(literal({ exit: "exit" }, one("text", "said")))];
