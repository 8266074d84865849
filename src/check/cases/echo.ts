/**
 * Cases of the echo server with commands, server's side [ECHO].
 *
 * Long, because a case stands whole in one place.
 */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { CLOSE, CLOSING, COMMAND_NOT_FOUND, EMPTY, GREETING, PROBLEM } from "../../wire/echo-command.ts";
import { defineCase, defineChecks } from "../case.ts";
import type { ServerTester, TestConnection } from "../tester.ts";
import { echoClientCases, echoScript } from "./_echo-client.ts";

const SECRET = "outside.txt";
const NO_FILE = `Answer "download NAME" with ${PROBLEM} where the file cannot be sent, and wait for the next command.`;
const NO_ROOT =
  "which files it has is not known: write {root} in --run, where the folder belongs that it serves";

/** Past the greeting, whatever it says, or whether it comes: that is a case of its own. */
async function greeted(t: ServerTester): Promise<TestConnection> {
  const client = await t.connect();
  await client.message().catch(() => undefined);
  return client;
}

function needsRoot(t: ServerTester): void {
  if (!t.names("root")) t.skip(NO_ROOT);
}

/** A refusal, in whatever words or by closing: nothing of the file that lies outside. */
async function refuses(t: ServerTester, name: string): Promise<void> {
  needsRoot(t);
  const client = await greeted(t);
  client.say(`download ${name}`);
  const got = await client.message().catch(() => "");
  if (got.includes(t.words.secret ?? "")) t.fail("a file outside its folder was handed out", { got });
}

export default defineChecks({
  role: "echo",
  words: { root: "folder that it hands out files from" },
  prepare: async ({ chance, folder }) => {
    const root = path.join(folder, "root");
    await mkdir(path.join(root, "inner"), { recursive: true });
    const text = `${chance.word()} ${chance.word()} ${chance.word()}`;
    await writeFile(path.join(root, "readme.txt"), text);
    await writeFile(path.join(root, "empty.txt"), "");
    const secret = chance.word(12);
    await writeFile(path.join(folder, SECRET), secret);
    return { root, text, secret };
  },
  // Downloads are cases of their own: an echo without them is an echo.
  dialogue: (draws) => {
    const [one, other] = [draws.word(), `${draws.word()} ${draws.word()}`];
    return {
      lines: [
        { server: GREETING },
        ...[one, other].flatMap((text) => [{ client: text }, { server: text }]),
        { client: CLOSE },
        { server: CLOSING },
      ],
      closes: true,
    };
  },
  script: (draws) => echoScript(draws.word()),
  // A download is saved, and a client that has said close may leave at once.
  shown: (said, { text }) => (said.trim() === text || said.trim() === CLOSING ? undefined : said),
  cases: [
    defineCase({
      id: "ECHO-0.greets-first",
      advice: "Send Enter your command please right after accept(), before the first recv().",
      side: "server",
      grade: "MUST",
      title: "greets before the client says anything",
      async run(t) {
        const client = await t.connect();
        await client.expect(GREETING);
      },
    }),
    defineCase({
      id: "ECHO-0.says-back",
      advice: "Send back what recv() gave, and nothing else.",
      side: "server",
      grade: "MUST",
      title: "says a text back",
      async run(t) {
        await onEach(t, [t.word(), `${t.word()} ${t.word()}`], async (client, text) => {
          client.say(text);
          await client.expect(text);
        });
      },
    }),
    defineCase({
      id: "ECHO-0.one-reply-each",
      advice:
        "Answer each message with one send(), and go back to recv() until the client says close or leaves.",
      side: "server",
      grade: "MUST",
      title: "answers each message once",
      async run(t) {
        const client = await greeted(t);
        for (let nth = 0; nth < 3; nth += 1) {
          client.say(t.word());
          const got = await client.message();
          if (/^(.+?)\s*\1\s*$/s.test(got)) t.fail("one message was answered twice", { got });
          await client.nothing(80);
        }
      },
    }),
    defineCase({
      id: "ECHO-0.crlf",
      advice: "Drop \\r and \\n at the end of a message.",
      side: "server",
      grade: "SHOULD",
      title: "leaves out the line end of a line, and ends its answer in a line of its own",
      async run(t) {
        const client = await greeted(t);
        const text = t.word();
        client.send(`${text}\r\n`);
        const got = await client.message();
        // Letters of its own, and what stands before the text, fail the case of that.
        if (!got.toLowerCase().includes(text.toLowerCase()))
          t.fail(`${text} should be said back`, { expected: text, got });
        // A server that knows no word of leaving fails the case of that.
        const farewell = await farewellOf(t);
        if (farewell === undefined) return;
        client.send(`${CLOSE}\r\n`);
        // An answer that is said twice may come first: that is the case of it.
        await client.like(farewell, { amid: true });
      },
    }),
    defineCase({
      id: "ECHO-0.close",
      advice: `Compare each message with ${CLOSE} before it is said back: answer ${CLOSING}, and close the connection.`,
      side: "server",
      grade: "MUST",
      title: "answers close with Closing... and closes",
      async run(t) {
        const client = await greeted(t);
        client.say(CLOSE);
        await client.expect(CLOSING);
        await client.ends();
      },
    }),
    defineCase({
      id: "ECHO-0.no-command",
      advice: "Compare the whole word: download and run are commands only where a blank and a name follow.",
      side: "server",
      grade: "SHOULD",
      title: "takes closed, download alone and runs for no commands",
      async run(t) {
        const texts = [`${CLOSE}d`, "download", "runs ls"];
        await onEach(t, texts, (client, text) => saidBackOrUnknown(t, client, text));
      },
    }),
    defineCase({
      id: "ECHO-1.run-off-or-allowed",
      advice: "Answer a program that may not be run with a sentence that says so.",
      side: "server",
      grade: "MUST",
      title: "answers run with an output or with a sentence, and goes on",
      async run(t) {
        const client = await greeted(t);
        client.say("run ls");
        await client.message();
        await goesOn(t, client);
      },
    }),
    defineCase({
      id: "ECHO-1.no-shell",
      advice:
        "Start a program with its arguments as a list (execvp(), subprocess.run([...])), never with system() or a shell.",
      side: "server",
      grade: "SHOULD",
      title: "gives a client no shell",
      async run(t) {
        const client = await greeted(t);
        const [left, right] = [t.int(100, 999), t.int(100, 999)];
        client.say(`run ls; echo $((${left} * ${right}))`);
        const got = await client.message();
        if (got.includes(String(left * right))) t.fail("a shell has run what a client sent", { got });
      },
    }),
    defineCase({
      id: "ECHO-2.empty-file",
      advice: "Where there is nothing to send, send one newline: the client waits for an answer.",
      side: "server",
      grade: "SHOULD",
      title: "sends a newline where there is nothing to send",
      async run(t) {
        needsRoot(t);
        const client = await greeted(t);
        client.say("download empty.txt");
        await client.hears(EMPTY);
      },
    }),
    defineCase({
      id: "ECHO-4.both-families",
      advice: "Bind an IPv6 socket to :: with IPV6_V6ONLY off: it takes IPv4 too.",
      side: "server",
      grade: "SHOULD",
      needs: ["ipv6"],
      title: "serves IPv4 and IPv6 on the same port",
      async run(t) {
        for (const family of [4, 6] as const) {
          const client = await t.connect({ family });
          await client.message().catch(() => undefined);
          client.say(t.word());
          await client.message();
          client.reset();
        }
      },
    }),
    defineCase({
      id: "ECHO-3.download",
      advice: "Open the file that download names in binary mode, and send its bytes.",
      side: "server",
      grade: "MUST",
      title: "sends the bytes of a file",
      async run(t) {
        needsRoot(t);
        const client = await greeted(t);
        client.say("download readme.txt");
        await client.expect(t.words.text ?? "");
      },
    }),
    defineCase({
      id: "ECHO-3.missing-file",
      advice: NO_FILE,
      side: "server",
      grade: "MUST",
      title: "says that there is a problem with a file that is not there, and goes on",
      async run(t) {
        const client = await greeted(t);
        client.say(`download ${t.word()}.txt`);
        await client.expect(PROBLEM);
        await goesOn(t, client);
      },
    }),
    defineCase({
      id: "ECHO-3.dotdot",
      advice: "Refuse each name with .. in it, before you open anything.",
      side: "server",
      grade: "MUST",
      title: "hands out nothing from above its folder",
      run: (t) => refuses(t, `../${SECRET}`),
    }),
    defineCase({
      id: "ECHO-3.absolute",
      advice: "Refuse a name that begins with /: os.path.join() would take it as it is.",
      side: "server",
      grade: "MUST",
      title: "hands out nothing by an absolute path",
      run: (t) => refuses(t, path.join(t.words.root ?? "", "..", SECRET)),
    }),
    defineCase({
      id: "ECHO-3.folder",
      advice: NO_FILE,
      side: "server",
      grade: "SHOULD",
      title: "says that there is a problem with a folder, and goes on",
      async run(t) {
        const client = await greeted(t);
        await client.asks("download .", PROBLEM);
        await goesOn(t, client);
      },
    }),
    ...echoClientCases,
  ],
});

/** Texts one after another on a connection, or, of a server that leaves after an answer, on the next: that fails another case. */
async function onEach(
  t: ServerTester,
  texts: readonly string[],
  ask: (client: TestConnection, text: string) => Promise<void>,
): Promise<void> {
  let client = await greeted(t);
  for (const text of texts) {
    try {
      await ask(client, text);
    } catch (error) {
      if (client.closing === undefined || text === texts[0]) throw error;
      client = await greeted(t);
      await ask(client, text);
    }
  }
}

/** A server that answers once fails the case of that alone. */
async function goesOn(t: ServerTester, client: TestConnection): Promise<void> {
  client.say(t.word());
  try {
    await client.message();
  } catch (error) {
    const other = await greeted(t);
    other.say(t.word());
    await other.message();
    other.say(t.word());
    if (await other.message().catch(() => undefined)) throw error;
  }
}

/** Answer to `close`, in whatever words; undefined: it says that back as any text. */
async function farewellOf(t: ServerTester): Promise<string | undefined> {
  const client = await greeted(t);
  client.say(CLOSE);
  const got = (await client.message().catch(() => "")).trim();
  return got === "" || got.toLowerCase().includes(CLOSE) ? undefined : got;
}

/** Said back, in whatever words of its own and letters, or `Command not found` of a server that is strict. */
async function saidBackOrUnknown(t: ServerTester, client: TestConnection, text: string): Promise<void> {
  client.say(text);
  const got = await client.message();
  if (!got.toLowerCase().includes(text.toLowerCase()) && got !== COMMAND_NOT_FOUND)
    t.fail(`${text} is not a command: it should be said back`, { expected: text, got });
}
