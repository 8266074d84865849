/**
 * The words themselves, to the byte. Everywhere else a test names the constant, and would follow it wherever it goes; here each stands
 * as docs/wire.md and the labs' programs have it.
 */
import { describe, expect, it } from "vitest";
import * as ack from "../../src/wire/ack.ts";
import * as addresses from "../../src/wire/address-record.ts";
import * as bootstrap from "../../src/wire/bootstrap.ts";
import { byteSwapped } from "../../src/wire/byte-swapped.ts";
import * as calculator from "../../src/wire/calculator.ts";
import * as chat from "../../src/wire/chat.ts";
import * as clock from "../../src/wire/clock.ts";
import { cutAtCharacter } from "../../src/wire/cut-at-character.ts";
import { datagramWord } from "../../src/wire/datagram-word.ts";
import { dropTrailing } from "../../src/wire/drop-trailing.ts";
import * as echo from "../../src/wire/echo-command.ts";
import * as files from "../../src/wire/file-transfer.ts";
import * as knockKnock from "../../src/wire/knock-knock.ts";
import { isLoopback } from "../../src/wire/loopback.ts";
import * as relay from "../../src/wire/relay.ts";
import * as reverse from "../../src/wire/reverse.ts";

const ann = { name: "Ann", login: "annop" };

describe("the words of", () => {
  it.each([
    ["the acknowledger [ACK-1]", { ...ack }, { OK: "Ok" }],
    [
      "the address book [BOOK-3]",
      { ...addresses },
      {
        QUERY: 0x51,
        ANSWER: 0x52,
        MAX_EMAIL: 255,
        UNKNOWN_ADDRESS: "Error 404",
        UNKNOWN_PROTOCOL: "Error: Unknown message protocol",
        TOO_MANY_CLIENTS: "Error: Too many clients",
      },
    ],
    [
      "the registry [BOOT-1]",
      { ...bootstrap },
      { REGISTER: "REGISTRN", DISCOVER: "DISCOVERY", DEREGISTER: "DEREGISTR", BYE: "bye", END: "end" },
    ],
    [
      "the calculator [CALC-1]",
      { ...calculator },
      { QUIT: "q", BYE: "Bye", DIVISION_BY_ZERO: "Division by zero" },
    ],
    [
      "the chat room [CHAT-1]",
      { ...chat },
      {
        PROMPT: "Please, Enter Your ig name",
        SERVER: "Server",
        RESTARTED: "The room was restarted: what was said last may be lost",
        CLOSES: "The room closes",
      },
    ],
    [
      "the clock [CLOCK-1]",
      { ...clock },
      { SEND_DATE: "SEND_DATE", SEND_TIME: "SEND_TIME", INVALID_REQUEST: "Invalid request" },
    ],
    [
      "the echo server [ECHO-1]",
      { ...echo },
      {
        GREETING: "Enter your command please",
        PROBLEM: "Problem in opening file",
        COMMAND_NOT_FOUND: "Command not found",
        CLOSE: "close",
        CLOSING: "Closing...",
        EMPTY: "\n",
      },
    ],
    [
      "the file server [FILE-1]",
      { ...files },
      {
        VALID: "valid",
        INVALID: "Invalid",
        FOUND: "found",
        NOT_FOUND: "not found",
        ACKNOWLEDGEMENT: "Got\0",
        MAX_FILE_BYTES: 2_147_483_647,
      },
    ],
    [
      "a joke [KNOCK-1]",
      { ...knockKnock },
      { KNOCK: "Knock knock..", WHO_IS_THERE: "Who's there?", TRY: "Try: Knock knock..", HA: "Ha!" },
    ],
    [
      "the relay [RELAY-1]",
      { ...relay },
      {
        SERVER: "Server",
        MESSAGE_PLEASE: "Message please",
        NAME_TAKEN: "Server | Name taken",
        HOW_TO: "Server | Use message|user",
        NOT_ONLINE: "Server | Receiver not online",
        RESTARTED: "Server | Restarted: a message of just now may be lost",
        CLOSE: "close",
        CLOSING: "Closing..",
      },
    ],
    ["the reverse server [REV-1]", { ...reverse }, { ACCEPT: "ACCEPT", REJECT: "REJECT", EXIT: "exit" }],
  ])("%s are these, and no others", (_, module, words) => {
    const isWord = ([, value]: [string, unknown]) => typeof value === "string" || typeof value === "number";
    expect(Object.fromEntries(Object.entries(module).filter(isWord))).toEqual(words);
  });

  it("whoever is named in them", () => {
    expect(bootstrap.errorAnswer("empty datagram")).toBe("ERROR,empty datagram");
    expect(chat.nameTaken("Ann")).toBe("Name taken: Ann, choose another\n");
    expect(chat.connected(ann)).toBe("new user :Ann:annop connected!\n");
    expect(chat.joined(ann)).toBe("new user :Ann:annop joined \n");
    expect(chat.left(ann)).toBe(":Ann:annop left chat");
    expect(chat.loginOf(ann)).toBe(":Ann:annop");
    expect(knockKnock.askWho("Otto")).toBe("Otto who?");
    expect(relay.messageFrom("ann", "two\r\nlines\0")).toBe("ann | two lines ");
  });
});

/** What is one, and what is not, though it is near. */
const told: readonly [string, (text: string) => boolean, readonly string[], readonly string[]][] = [
  ["an error of a registry", bootstrap.isError, ["ERROR,why", "ERROR"], ["error", " ERROR", "end"]],
  ["the end of an answer", bootstrap.isEnd, ["end", "end\r\n", "end\0old"], ["END", "end,", "", "\0end"]],
  [
    "how a registry is spoken to",
    bootstrap.opensBootstrap,
    ["REGISTRN,", "DISCOVERY", "DISCOVERY\n", "DISCOVERY,pdf"],
    ["REGISTRN", "DISCOVERYS", "registrn,", "x REGISTRN,"],
  ],
  [
    "a clock's request",
    clock.isClockRequest,
    ["SEND_DATE", "SEND_TIME\r\n"],
    ["SEND", "send_date", " SEND_TIME"],
  ],
  ["the echo client's close", echo.isClose, ["close", "close \r\n"], ["Close", " close", "close it"]],
  [
    "an answer instead of a file",
    echo.isNoFile,
    ["Problem in opening file", "Command not found"],
    ["", "Closing...", "Problem"],
  ],
  ["a knock", knockKnock.isKnock, ["Knock knock..", " Knock knock..\n"], ["Knock knock.", "knock knock.."]],
  ["laughter", knockKnock.isLaughter, ["Ha!", "Ha!\r\n"], ["Ha", "ha!", "Ha! Ha!"]],
  ["the relay client's close", relay.isClose, ["close", " close\n"], ["closed", "Close"]],
  [
    "a taken name",
    relay.isNameTaken,
    ["Server | Name taken", "Server | Name taken\n"],
    ["Name taken", "Server |"],
  ],
  ["a message with a receiver", relay.hasReceiver, ["hello|ann", "|"], ["hello ann", ""]],
  ["a taken name of a room", chat.isNameTaken, ["Name taken: x", "hi\nName taken"], ["x Name taken", ""]],
  ["an exit", reverse.isExit, ["exit", " exit\r\n"], ["exit now", "Exit", ""]],
  [
    "this machine",
    isLoopback,
    ["127.0.0.1", "127.8.9.10", "::1"],
    ["128.0.0.1", "12.7.0.1", "::2", "10.127.0.1"],
  ],
];

describe.each(told)("%s", (_, is, those, others) => {
  it("is known, and nothing near it is", () => {
    expect(those.filter((text) => !is(text))).toEqual([]);
    expect(others.filter((text) => is(text))).toEqual([]);
  });
});

describe("what a clock tells", () => {
  it("has two digits each, date and time [CLOCK-1]", () => {
    expect(clock.dateOf(new Date(2_005, 0, 9, 7, 6, 5))).toBe("01/09/05");
    expect(clock.timeOf(new Date(2_005, 0, 9, 7, 6, 5))).toBe("07:06:05");
    expect(clock.dateOf(new Date(1_999, 11, 31, 23, 59, 59))).toBe("12/31/99");
    expect(clock.timeOf(new Date(1_999, 11, 31, 23, 59, 58))).toBe("23:59:58");
  });

  it.each([
    [
      "SEND_DATE",
      ["01/01/00", "12/31/99"],
      ["00/01/00", "13/01/00", "01/00/00", "01/32/00", "1/1/00", "07:06:05", "x01/01/00", "01/01/00x"],
    ],
    [
      "SEND_TIME",
      ["00:00:00", "23:59:60"],
      ["24:00:00", "23:60:00", "23:59:61", "7:06:05", "01/01/00", "x00:00:00", "00:00:00x"],
    ],
  ])("is known by its form, for %s [CLOCK-0]", (request, answers, others) => {
    expect(answers.filter((word) => !clock.isClockAnswer(request, word))).toEqual([]);
    expect(others.filter((word) => clock.isClockAnswer(request, word))).toEqual([]);
  });
});

describe("a command for the echo server [ECHO-1]", () => {
  it.each([
    ["download a b.txt\r\n", { word: "download", name: "a b.txt" }],
    ["download   x", { word: "download", name: "x" }],
    ["run ls  -l\tdata", { word: "run", argv: ["ls", "-l", "data"] }],
    ["download", undefined],
    ["download ", undefined],
    ["please download x", undefined],
    ["downloads x", undefined],
    ["runx", undefined],
  ])("%j", (text, command) => {
    expect(echo.parseCommand(text)).toEqual(command);
  });

  it("may be run where it is allowed and stays in the root", () => {
    expect(echo.whyNotRun(["ls"], [])).toMatch(/^run is off: .*--allow-run \[ECHO-1\]$/);
    expect(echo.whyNotRun(["rm"], ["ls", "ps"])).toBe("rm is not allowed: this server runs ls, ps [ECHO-1]");
    for (const inside of [
      [],
      ["-l"],
      ["a/b"],
      ["./a"],
      ["a..b"],
      ["..."],
      ["--color=auto"],
      ["1.5"],
      ["ä/b"],
      ["~/x"],
      ["a-/b"],
    ])
      expect(echo.whyNotRun(["ls", ...inside], ["ls"]), inside.join()).toBeUndefined();
    const outside = [
      "/etc",
      "..",
      "../x",
      "a/..",
      "--x=/etc",
      "a:/etc",
      "-I/etc",
      "--x=..",
      "-x../y",
      "a b/../c",
      "a,/x",
    ];
    for (const one of outside)
      expect(echo.whyNotRun(["ls", "-l", one], ["ls"])).toBe(
        `${one} is not allowed: absolute paths and .. lead out of the root [ECHO-1]`,
      );
  });
});

describe("a message for the relay [RELAY-2]", () => {
  it("is split at its last bar", () => {
    expect(relay.parseMessage("a|b| ann \n")).toEqual({ text: "a|b", user: "ann" });
    expect(relay.parseMessage("|ann")).toEqual({ text: "", user: "ann" });
    expect(relay.parseMessage("hello ann")).toBeUndefined();
  });

  it("is of a name of 1 to 64 characters without bar or line end", () => {
    expect([relay.parseName(" ann\n"), relay.parseName("x".repeat(64))]).toEqual(["ann", "x".repeat(64)]);
    for (const bad of ["", " ", "x".repeat(65), "a|b", "a\nb", "a\rb", "a\0b"])
      expect(relay.parseName(bad), JSON.stringify(bad)).toBeUndefined();
  });
});

describe("a verdict of the reverse server [REV-1]", () => {
  const words = ["ACCEPT", "REJECT"];
  it.each([
    ["ACCEPT", "ACCEPT", ""],
    ["ACCEPT: well done", "ACCEPT", ": well done"],
    ["ACCEPTABLE", "ACCEPT", "ABLE"],
    ["ACCEPTED", "ACCEPTED", ""],
    ["REJECTS it", "REJECTS it", ""],
    ["REJECT\n next \n\nlast", "REJECT", "next\nlast"],
    ["no\nREJECT", "no", "REJECT"],
    ["", "", ""],
  ])("%j", (text, word, rest) => {
    expect(reverse.verdictIn(text, words)).toEqual({ word, rest });
  });
});

describe("bytes of words", () => {
  it("are swapped within a port [FILE-6]", () => {
    expect([byteSwapped(1_236), byteSwapped(0xd404), byteSwapped(0x00ff), byteSwapped(0xff00)]).toEqual([
      0xd404, 1_236, 0xff00, 0x00ff,
    ]);
  });

  it("are a word up to the NUL, without what ends it", () => {
    expect(["Ok", "Ok\r\n", "Ok \0old", "\0Ok"].map(datagramWord)).toEqual(["Ok", "Ok", "Ok", ""]);
  });

  it("lose what trails them of the characters named, and no others", () => {
    expect([
      dropTrailing("a\n\r\n", "\r\n"),
      dropTrailing("a \n", "\n"),
      dropTrailing("\n", "\n"),
      dropTrailing("", "x"),
    ]).toEqual(["a", "a ", "", ""]);
  });

  it("are cut where a character ends", () => {
    const cut = (text: string, limit: number) => cutAtCharacter(Buffer.from(text), limit).toString();
    expect([
      cut("Grüße", 2),
      cut("Grüße", 3),
      cut("Grüße", 4),
      cut("Grüße", 99),
      cut("€", 2),
      cut("ab", 0),
    ]).toEqual(["Gr", "Gr", "Grü", "Grüße", "", ""]);
  });
});
