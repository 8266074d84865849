/** Servers that are wrong, each met by the client of `netlabctl` that fits: what it says, and how it exits. */
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { Scene } from "./scene.ts";

const scene = new Scene();
const servers: Server[] = [];
const sockets: UdpSocket[] = [];
const peers: Socket[] = [];
afterAll(async () => {
  for (const peer of peers) peer.destroy();
  for (const server of servers) server.close();
  for (const socket of sockets) socket.close();
  await scene.end();
});

type Conversation = (client: Socket) => void;

async function serve(conversation: Conversation): Promise<number> {
  const server = createServer((client) => {
    peers.push(client);
    client.on("error", () => undefined);
    conversation(client);
  });
  servers.push(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}

async function answerDatagrams(answer: string | undefined): Promise<number> {
  const socket = createSocket("udp4");
  sockets.push(socket);
  socket.on("message", (_, { port, address }) => {
    if (answer !== undefined) socket.send(answer, port, address);
  });
  await once(socket.bind(0, "127.0.0.1"), "listening");
  return socket.address().port;
}

/** Lines of a read, or the one message without an end of line that it is: two lines come in one where the machine stood still between them. */
const messagesIn = (bytes: Buffer) => bytes.toString("latin1").match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** One answer a message: the first to the first, and so on; no answer behind the last. */
const answers =
  (...replies: (string | Buffer | undefined)[]): Conversation =>
  (client) => {
    let next = 0;
    client.on("data", (bytes: Buffer) => {
      for (const _ of messagesIn(bytes)) {
        const reply = replies[next];
        next += 1;
        if (reply !== undefined) client.write(reply);
      }
    });
  };
/** Says this first. */
const greeting =
  (text: string | Buffer, then: Conversation): Conversation =>
  (client) => {
    client.write(text);
    then(client);
  };
const closesAfter =
  (reads: number, reset = false): Conversation =>
  (client) => {
    let seen = 0;
    client.on("data", () => {
      seen += 1;
      if (seen === reads) reset ? client.resetAndDestroy() : client.end();
    });
  };
const mute: Conversation = (client) => void client.resume();
/** Silence is waited for where it is what is to be told; an answer may come late. */
const timeoutFor = (exit: number) => (exit === 124 ? "1500ms" : "30s");

function ctl(command: string, port: number, input: string | undefined, exit: number) {
  const [name = "", ...words] = command.split(" ");
  const limits = ["--quiet", "60ms", "--timeout", timeoutFor(exit)];
  const args = [name, ...words, "--host", "127.0.0.1", ...limits, "--port", `${port}`];
  return scene.node("netlabctl", args, { ...(input === undefined ? {} : { input }) }).ended;
}

const TWO = "15 + 35\n2 * 3\n";
const utf16 = (text: string) => Buffer.from(text, "utf16le");
const double = Buffer.alloc(8);
double.writeDoubleLE(50);

describe.concurrent("netlabctl, against a server that is wrong", () => {
  it.each<[string, string, Conversation, string | undefined, number, RegExp]>([
    [
      "never answers a calculator's client",
      "calc",
      mute,
      TWO,
      124,
      /not every message had a reply\n(at the other end: .*\n)?D\d+ {2}violation: /,
    ],
    [
      "answers the first expression, not the second",
      "calc",
      answers(undefined, "50.0"),
      TWO,
      124,
      /no reply/,
    ],
    ["closes after the first expression", "calc", closesAfter(1), TWO, 6, /closed the connection/],
    ["resets after the name", "calc", closesAfter(1, true), TWO, 6, /closed the connection|reset/],
    [
      "writes 50 for 50.0",
      "calc",
      answers(undefined, "50", "6.0"),
      TWO,
      6,
      /answers "50" to "15 \+ 35"; the right answer is "50\.0"/,
    ],
    [
      "answers a binary double",
      "calc",
      answers(undefined, double, double),
      TWO,
      6,
      /the right answer is "50\.0"/,
    ],
    [
      "answers in UTF-16",
      "calc",
      answers(undefined, utf16("50.0"), utf16("6.0")),
      TWO,
      6,
      /the right answer is "50\.0"/,
    ],
    [
      "puts a length in front",
      "calc",
      answers(undefined, "\0\x0450.0", "\0\x036.0"),
      TWO,
      6,
      /the right answer is "50\.0"/,
    ],
    [
      "greets nobody, and never answers a relay's client",
      "relay --as al",
      mute,
      "hi|bob\n",
      124,
      /not every message/,
    ],
    [
      "closes on a relay's client",
      "relay --as al",
      closesAfter(1),
      "hi|bob\n",
      6,
      /closed the connection before/,
    ],
    [
      "resets a relay's client",
      "relay --as al",
      closesAfter(1, true),
      "hi|bob\n",
      6,
      /closed the connection|reset/,
    ],
    [
      "never laughs",
      "knock",
      answers("Who's there?", "Lettuce who?"),
      undefined,
      124,
      /not every message had a reply/,
    ],
    ["says nothing to a joke", "knock", mute, undefined, 124, /no reply within 1\.5 s/],
    ["laughs at once", "knock", answers("Ha!"), undefined, 6, /answers "Ha!" to "Knock knock\.\."/],
    [
      "closes in the middle of a joke",
      "knock",
      closesAfter(1),
      undefined,
      6,
      /closed the connection|no reply/,
    ],
    [
      "echoes what an earlier message left in its buffer",
      "echo",
      greeting("Enter your command please", answers("hello", "hillo")),
      "hello\nhi\n",
      6,
      /answers "hillo" to "hi"; the right answer is "hi"/,
    ],
    [
      "lets nobody into its room",
      "chat --as Al",
      greeting("Please, Enter Your ig name", mute),
      "hi\n",
      124,
      /not every/,
    ],
    [
      "never greets",
      "chat --as Al",
      mute,
      "hi\n",
      124,
      /no greeting within 1\.5 s; perhaps the server expects/,
    ],
    [
      "rejects in a buffer with rubbish",
      "reverse",
      greeting("REJECT\0ubbish\0\x01\x02", mute),
      "a\n",
      5,
      /is full/,
    ],
  ])("that %s", async (_, command, conversation, input, exit, sentence) => {
    const outcome = await ctl(command, await serve(conversation), input, exit);
    expect(outcome.stderr).toMatch(sentence);
    expect(outcome.exit).toBe(exit);
    // An answer that is wrong is one.
    if (exit === 6) expect(outcome.stderr).not.toContain("D38");
  });

  it.each<[string, string, Conversation, string, RegExp]>([
    [
      "a NUL goes along",
      "calc",
      answers(undefined, "50.0\0", "6.0\0"),
      TWO,
      /^note: a NUL follows the text/m,
    ],
    [
      "the name is greeted",
      "calc",
      answers("Hello netlab", "50.0", "6.0"),
      TWO,
      /^note: "Hello netlab" came unasked/m,
    ],
  ])(
    "that can be taken all the same has a note, and 0: %s",
    async (_, command, conversation, input, note) => {
      const outcome = await ctl(command, await serve(conversation), input, 0);
      expect(outcome.stderr).toMatch(note);
      expect(outcome).toMatchObject({ exit: 0, stdout: expect.stringMatching(/50\.0\n6\.0\n$/) });
    },
  );

  it("leaves a second after its leaving word, though the server keeps the socket open", async () => {
    const began = Date.now();
    const outcome = await ctl("calc", await serve(answers(undefined, "50.0", "6.0")), TWO, 0);
    expect(outcome).toMatchObject({ exit: 0, stderr: "", stdout: "50.0\n6.0\n" });
    // Far less than it waits for an answer.
    expect(Date.now() - began).toBeLessThan(15_000);
  });

  it("knows a late answer for what it is, and joins it to none", async () => {
    const late: Conversation = (client) => {
      client.once("data", () =>
        client.once("data", () =>
          client.once("data", () => {
            client.write("50.0");
            setTimeout(() => client.write("6.0"), 30);
          }),
        ),
      );
    };
    const outcome = await ctl("calc", await serve(late), TWO, 124);
    expect(outcome).toMatchObject({ exit: 124, stdout: "50.0\n6.0\n" });
  });
});

describe.concurrent("netlabctl, against a server of datagrams that is wrong", () => {
  const ask = (args: readonly string[]) => scene.node("netlabctl", args).ended;

  it.each<[string, string[], string | undefined, number, RegExp]>([
    ["never acknowledges", ["ack", "hello", "--timeout", "300ms"], undefined, 124, /no answer within 0\.3 s/],
    ["acknowledges otherwise", ["ack", "hello"], "OK", 6, /OK/],
    [
      "sends its whole buffer",
      ["ack", "hello"],
      `Ok${"\0".repeat(98)}`,
      0,
      /^note: 98 bytes follow the text/,
    ],
    [
      "has no clock",
      ["clock", "--count", "1"],
      "later",
      6,
      /answers "later" to SEND_\w+, which is not of the form/,
    ],
    ["has a list without an end", ["discover"], "127.0.0.1,1236,pdf,server1", 6, /did not send `end`/],
    ["is silent about its list", ["discover"], undefined, 124, /no answer from the registry/],
  ])("that %s", async (_, words, answer, exit, sentence) => {
    const port = await answerDatagrams(answer);
    const at =
      words[0] === "discover"
        ? ["--bootstrap", `127.0.0.1:${port}`, "--timeout", "400ms"]
        : ["--host", "127.0.0.1", "--port", `${port}`];
    const outcome = await ask([...words, ...at]);
    expect(outcome.stderr).toMatch(sentence);
    expect(outcome.exit).toBe(exit);
  });
});
