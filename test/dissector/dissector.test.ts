/** Dissectors beside our own decoders: the same messages with the same fields, however they were cut, in one pass of tshark and in two. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeAnswer, encodeQuery, headerForms } from "../../src/wire/address-record.ts";
import { encodeSize } from "../../src/wire/file-transfer.ts";
import { hasTshark } from "../has-tshark.ts";
import {
  answersIn,
  bootstrapClient,
  bootstrapServer,
  type Conversation,
  c,
  calculatorClient,
  calculatorServer,
  chatClient,
  clockClient,
  clockServer,
  datagrams,
  echoClient,
  everySplit,
  fileStates,
  heard,
  knockClient,
  queries,
  relayClient,
  reverseClient,
  type Segment,
  type State,
  s,
  type Tell,
  type Told,
} from "./corpus.ts";
import { captureFile, dissectorFile, messagesShown, tshark } from "./tshark.ts";

const conversations: Conversation[] = [];

interface Heard {
  readonly client?: readonly State[];
  readonly server?: readonly State[];
}

/** A conversation of which our decoders hear both sides, or one. */
function add(role: string, what: string, segments: readonly Segment[], { client, server }: Heard): void {
  const told = [
    ...(client ? heard(segments, "client", client) : []),
    ...(server ? heard(segments, "server", server) : []),
  ];
  conversations.push({ role, what, segments, told });
}

function addSplits(
  role: string,
  what: string,
  segments: readonly Segment[],
  at: number,
  states: Heard,
): void {
  add(role, what, segments, states);
  for (const split of everySplit(segments, at)) add(role, what, split, states);
}

const lines = (tell: Tell): State => ({ reading: { reads: "text" }, tell });
const nul = (...texts: string[]) => texts.map((text) => `${text}\0`).join("");
const buffer = (text: string, size: number, stale = "") =>
  Buffer.concat([Buffer.from(`${text}\0${stale}`), Buffer.alloc(size)]).subarray(0, size);

const calculator: Heard = { client: calculatorClient, server: [lines(calculatorServer)] };
addSplits("calculator", "lines", [c("ann\n12 + 3\r\n1 / 0\n\nx\n"), s("15.0\n")], 0, calculator);
addSplits(
  "calculator",
  "answers to lines",
  [c("ann\n1 + 2\n3 + x\n"), s("3.0\nIncorrect expression format\n-inf\n")],
  1,
  calculator,
);
addSplits("calculator", "strings", [c(nul("ann", "12 + 3", "-1e3 * .5"))], 0, calculator);
add(
  "calculator",
  "strings of several writes",
  [c(nul("ann")), c(nul("1 + 2"), 60), c(nul("q"), 60)],
  calculator,
);
for (const size of [256, 1024, 4096])
  add(
    "calculator",
    "whole buffers",
    [
      c(buffer("ann", size)),
      c(buffer("1 + 2", size, "stale"), 60),
      s("3.0\0"),
      c(buffer("q", size, "+ 2\0 3"), 60),
    ],
    calculator,
  );
add(
  "calculator",
  "a buffer in two segments",
  [c(buffer("ann", 5000, "x\0y").subarray(0, 4096)), c(Buffer.alloc(904))],
  calculator,
);
add(
  "calculator",
  "bare",
  [c("ann"), c("inf + -nan", 60), s("nan", 1), c("1_0 - 5", 60), c("15 ? 35", 60), c("q", 60)],
  calculator,
);
add("calculator", "bare, then lines", [c("ann"), c("1 + 2\n3 * 4\n", 60)], calculator);
add("calculator", "lines without the last end", [c("ann\n1 + 2\nq")], calculator);
for (const expression of [
  "5. + .5",
  "+1 - 2",
  "1__0 + 1",
  "1e + 1",
  "Infinity / NaN",
  " 1\t+  2 ",
  "1+2",
  "1 + 2 3",
])
  add("calculator", expression, [c(`ann\n${expression}\n`)], calculator);

for (const form of headerForms) {
  const query = [c(encodeQuery(form, "luke@gmail.com")), s(encodeAnswer(form, "Luke Skywalker"))];
  const both = { client: [queries], server: [answersIn(form)] };
  addSplits("address-book", `query ${form}`, query, 0, both);
  addSplits(
    "address-book",
    `answer ${form}`,
    [c(encodeQuery(form, "x@y")), s(encodeAnswer(form, "Error 404"))],
    1,
    both,
  );
}
for (const odd of ["R\x03abc", "Q\xffabc", "luke@gmail.com\n", "Q\x03a\x01b"])
  add("address-book", "no record", [c(Buffer.from(odd, "latin1"))], { client: [queries] });

const { token, filename, acknowledgement, verdict, answer, size, content } = fileStates;
const file: Heard = {
  client: [token, filename, acknowledgement, filename],
  server: [verdict, answer, size, content(12), answer],
};
const fetched = [
  c("server1"),
  s("valid"),
  c("server.pdf", 60),
  s("found"),
  s(encodeSize(12), 60),
  c("Got\0", 1),
  s(Buffer.alloc(12, 0x61)),
  c("none.pdf", 60),
  s("not found"),
];
for (const at of [1, 3, 4, 6, 8]) addSplits("file-server", "a file", fetched, at, file);
const fetchedByLines = [
  c("server1\nserver.pdf\n"),
  s("valid\nfound\n"),
  s(encodeSize(12), 60),
  c("Got\n", 1),
  s(Buffer.alloc(12)),
  c("none.pdf\n", 1),
  s("not found\n"),
];
for (const at of [0, 3, 4, 5]) addSplits("file-server", "a file, by lines", fetchedByLines, at, file);
add(
  "file-server",
  "an empty file",
  [
    c("t"),
    s("valid"),
    c("e.pdf", 60),
    s("found"),
    s(encodeSize(0), 60),
    c("x", 1),
    c("f.pdf", 60),
    s("not found"),
  ],
  {
    client: file.client ?? [],
    server: [verdict, answer, size, answer],
  },
);

const chat: Heard = { client: chatClient };
addSplits("chat", "lines", [c(":Alan Musk:alanop\nhi\n:Alan Musk:hé:y\n")], 0, chat);
add("chat", "bare", [c("alanop"), c("hey guys", 60)], chat);
addSplits("relay", "lines", [c("bob\nhi | there|alan musk\nno receiver\nclose\n")], 0, {
  client: relayClient,
});
addSplits("echo", "lines", [c("hello  \ndownload a b.txt\nrun ls -l\nclose\n")], 0, { client: echoClient });
addSplits("knock-knock", "strings", [c(nul("Knock knock..", "Lena", "Lena hand"))], 0, {
  client: knockClient,
});
addSplits("reverse", "lines", [c("taco cat\nexit\n")], 0, { client: reverseClient });

function addDatagrams(role: string, segments: readonly Segment[], client: Tell, server: Tell): void {
  conversations.push({ role, what: "datagrams", segments, told: datagrams(segments, { client, server }) });
}
const requests = [
  "REGISTRN,192.168.126.137,1236,pdf,server1",
  "REGISTRN,::1,1236,pdf,server1\r\n",
  "REGISTRN,fe80::1:2,65535,é,x y\0stale",
  ...["1.2.3", "01.2.3.4", "256.1.1.1", "::1::", "1:2:3:4:5:6:7", "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8"].map(
    (ip) => `REGISTRN,${ip},1,a,b`,
  ),
  ...["0", "65536", "1 ", "x", ""].map((port) => `REGISTRN,1.2.3.4,${port},a,b`),
  "REGISTRN,1.2.3.4,5,a,b,c",
  `REGISTRN,1.2.3.4,5,${"a".repeat(65)},b`,
  `REGISTRN,1.2.3.4,5,${"é".repeat(64)},b`,
  "DISCOVERY",
  "DISCOVERY\n",
  "DISCOVERY,pdf",
  "DISCOVERY,",
  "DEREGISTR,1.2.3.4,5,t",
  "bye",
  "discovery",
];
addDatagrams(
  "bootstrap",
  [
    ...requests.map((text) => c(text)),
    s("10.0.0.1,1236,pdf,s1"),
    s("10.0.0.2,1,a,b,2,c,d"),
    s("end"),
    s("ERROR,use it"),
  ],
  bootstrapClient,
  bootstrapServer,
);
addDatagrams(
  "clock",
  [
    c("SEND_DATE"),
    s("11/21/26"),
    c("SEND_TIME \n"),
    s("00:55:17"),
    c("now?"),
    s("Invalid request"),
    c("SEND_TIME\0xx"),
  ],
  clockClient,
  clockServer,
);
addDatagrams(
  "ack",
  [c("hello  there\n"), s("Ok")],
  ({ text }) => ({ name: "message", fields: [["said", text.trimEnd()]] }),
  () => ({ name: "acknowledgement", fields: [] }),
);

/** The same form for both: values by field, numbers as numbers. */
const plain = ({ name, fields }: Told) => {
  const values: Record<string, string[]> = {};
  for (const [field, value] of fields) values[field] = [...(values[field] ?? []), numberOr(value)];
  return { name, ...values };
};
const numberOr = (value: string | number) => {
  if (typeof value === "string" && (value.trim() === "" || Number.isNaN(Number(value))))
    return value.replace(/^-nan$/, "nan");
  const number = Number(value);
  return Number.isFinite(number) ? String(number) : String(number).replace("Infinity", "inf").toLowerCase();
};
const sides = (
  { role, what, segments }: Conversation,
  told: readonly Told[],
  heardSides: ReadonlySet<string>,
) => ({
  conversation: `${role}, ${what}: ${segments.map(({ from, bytes }) => `${from} ${JSON.stringify(bytes.toString("latin1").slice(0, 60))}`).join(" ")}`,
  client: told.filter(({ from }) => from === "client").map(plain),
  server: heardSides.has("server") ? told.filter(({ from }) => from === "server").map(plain) : [],
});

describe.skipIf(!hasTshark)("a dissector (skipped without tshark)", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "netlabd-dissector-"));
  let file = "";
  let lua = "";
  beforeAll(async () => {
    [file, lua] = await Promise.all([
      captureFile(path.join(folder, "corpus.pcapng"), conversations),
      dissectorFile(folder),
    ]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ["one pass", []],
    ["two", ["-2"]],
  ])(
    "shows what our own decoders make of the same bytes, in %s",
    async (_passes, args) => {
      const shown = await messagesShown(lua, file, ...args);
      const wrong = conversations.flatMap((conversation, index) => {
        const heardSides = new Set(conversation.told.map(({ from }) => from));
        const ours = sides(conversation, conversation.told, heardSides);
        const theirs = sides(conversation, shown.get(20_000 + index) ?? [], heardSides);
        return JSON.stringify(ours) === JSON.stringify(theirs) ? [] : [{ ours, theirs }];
      });
      expect(wrong.slice(0, 3)).toEqual([]);
      expect(wrong.length).toBe(0);
    },
    120_000,
  );

  it("tells where a text ends and where one segment is one message, what is an error, and what no rule knows", async () => {
    const small = await captureFile(path.join(folder, "small.pcapng"), [
      {
        role: "calculator",
        what: "",
        segments: [c("ann"), c("1 / 0", 60), s("Division by zero", 1)],
        told: [],
      },
      { role: "calculator", what: "", segments: [c("ann\n1 ? 2\n1 + ")], told: [] },
      { role: "calculator", what: "", segments: [c(buffer("ann", 256, "xy"), 1)], told: [] },
    ]);
    const shown = [
      "_ws.col.Info",
      ...["ends", "error", "unfinished", "stale", "next"].map((one) => `netlabd_calculator.${one}`),
    ];
    const table = await tshark(
      lua,
      small,
      "-Y",
      "netlabd_calculator",
      "-T",
      "fields",
      ...shown.flatMap((one) => ["-e", one]),
    );
    expect(table.trimEnd().split("\n")).toEqual([
      "client: name ann\tnothing: one segment is one message\t\t\t\tclient",
      "client: expression 1 / 0\tnothing: one segment is one message\t\t\t\tserver",
      "server: division by zero\tnothing: one segment is one message\t1\t\t\tclient",
      "client: name ann; not as the rules say; not as the rules say\tline end,line end,line end\t\t1\t\tclient",
      "client: name ann\tNUL\t\t\t252\tclient",
    ]);
  }, 60_000);
});
