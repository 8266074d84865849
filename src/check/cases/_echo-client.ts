/** Cases of the echo client [ECHO]. */
import path from "node:path";
import { CLOSE, EMPTY, isClose } from "../../wire/echo-command.ts";
import { type ClientCase, defineCase } from "../case.ts";
import type { ClientTester } from "../tester.ts";
import { needsToSay } from "./_said-by-client.ts";
import { savedFile } from "./_saved-file.ts";

/** Less than a line is typed after, though the server still owes something: what comes early is of the client alone. */
const LATE_MS = 600;
const README = "readme.txt";

export const echoScript = (text: string) => [text, `download ${README}`, CLOSE];

const serve = (t: ClientTester, options: Parameters<ClientTester["serve"]>[0] = {}) =>
  t.serve({ ...options, root: t.words.root ?? "." });

export const echoClientCases: readonly ClientCase[] = [
  defineCase({
    id: "ECHO-0.c.waits-for-greeting",
    advice: "Call recv() once for the greeting before the first send().",
    side: "client",
    grade: "SHOULD",
    title: "waits for the greeting before it says anything",
    async run(t) {
      const server = await serve(t, {
        deviation: { write: (bytes, nth) => (nth === 0 ? [{ waitMs: LATE_MS }, bytes] : [bytes]) },
      });
      await t.start();
      await t.until("the client should connect", () => server.connections > 0, { withinMs: 5_000 });
      await t.pause(LATE_MS / 2);
      const [early] = server.heard;
      if (early !== undefined) t.fail("nothing should come before the greeting", { got: early });
    },
  }),
  defineCase({
    id: "ECHO-0.c.prints-reply",
    advice: "Print what recv() gives after each text.",
    side: "client",
    grade: "MUST",
    title: "shows what the server says back",
    async run(t) {
      const server = await serve(t);
      await t.start();
      const said = await server.hears("a text", (text) => !/^(download|run|close)\b/.test(text));
      await t.prints(said.trim());
      await t.typed();
    },
  }),
  defineCase({
    id: "ECHO-3.c.saves-client_file",
    advice:
      "Write the bytes of the answer to a download into a file: client_ and the name, where the client runs.",
    side: "client",
    grade: "MUST",
    title: "saves a download as client_ and its name",
    async run(t) {
      const server = await serve(t);
      const saved = await savedFile(t.folders, Buffer.from(t.words.text ?? ""));
      await t.start();
      const isDownload = (text: string) => text.trim() === `download ${README}`;
      await needsToSay(t, server, isDownload, `its SCRIPT does not say download ${README}`);
      await server.hears(`download ${README}`, (text) => text.startsWith("download "), { withinMs: 6_000 });
      await t.typed();
      await t.until(`client_${README} should have the file's bytes`, async () => {
        const file = await saved();
        return file !== undefined && path.basename(file) === `client_${README}`;
      });
    },
  }),
  defineCase({
    id: "ECHO-2.c.newline-reply",
    advice: "Take a newline for an answer as any other, and go on.",
    side: "client",
    grade: "SHOULD",
    title: "goes on where a reply is nothing but a newline",
    async run(t) {
      const server = await serve(t, {
        deviation: { write: (bytes, nth) => [nth === 1 ? Buffer.from(EMPTY) : bytes] },
      });
      await t.start();
      const commands = () => server.heard.filter((text) => !isClose(text));
      if (t.script.filter((line) => !isClose(line)).length < 2) t.skip("its SCRIPT has one command");
      await server.hears("the next command", () => commands().length >= 2, { withinMs: 6_000 });
    },
  }),
  defineCase({
    id: "ECHO-0.c.closing",
    advice: "Send close, then close the socket and end.",
    side: "client",
    grade: "MUST",
    title: "says close, and ends",
    async run(t) {
      const server = await serve(t);
      await t.start();
      await needsToSay(t, server, isClose, "its SCRIPT does not say close");
      await server.hears(CLOSE, isClose, { withinMs: 6_000 });
      await t.exits({ withinMs: 5_000 });
    },
  }),
];
