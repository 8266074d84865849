/**
 * Cases of the file client [FILE]. At its {port} it finds the registry by UDP, and the file server by TCP: so programs that are told
 * either of them, or one from which they ask for the other, are served.
 */
import path from "node:path";
import { ACKNOWLEDGEMENT } from "../../wire/file-transfer.ts";
import { type ClientCase, defineCase } from "../case.ts";
import { TestRegistry } from "../test-registry.ts";
import type { ClientTester, ServeOptions, TestServer } from "../tester.ts";
import { CONTENT_BYTES, contentOf } from "./_file-server-stage.ts";
import { type SavedFile, savedFile } from "./_saved-file.ts";

const END_MS = 8_000;

interface Fetch {
  readonly server: TestServer;
  readonly registry: TestRegistry;
  readonly due: Buffer;
  readonly saved: SavedFile;
}

/** A server with the file, a registry that lists it, and the client started. */
async function fetching(
  t: ClientTester,
  options: ServeOptions & { readonly toldToken?: string } = {},
): Promise<Fetch> {
  const { token = "", service = "", root = "", asked = "", salt = "" } = t.words;
  const { toldToken = token, ...serve } = options;
  const server = await t.serve({ root, ...serve, given: { service, token, ...serve.given } });
  const registry = new TestRegistry([{ ip: "127.0.0.1", port: server.port, service, token: toldToken }]);
  t.after(() => registry.close());
  await registry.open(server.port);
  const due = contentOf(salt, asked, CONTENT_BYTES);
  const saved = await savedFile(t.folders, due);
  await t.start();
  return { server, registry, due, saved };
}

async function saves(t: ClientTester, { due, saved }: Fetch): Promise<void> {
  await t.until(
    `a file with the ${due.length} bytes should be there`,
    async () => (await saved()) !== undefined,
    { withinMs: END_MS },
  );
}

/** An end without success: by its exit status, or because it tells its user. */
async function reports(t: ClientTester, what: string): Promise<void> {
  await t.typed();
  t.endInput();
  const { code } = await t.exits({ withinMs: END_MS });
  if (t.crash !== undefined) t.fail(`${what} should be told in words, not by a crash`, { got: t.crash });
  const output = t.program?.output ?? "";
  if (
    code === 0 &&
    !/invalid|not found|no such|error|fail|wrong|refused|closed|short|incomplete|only|early/i.test(output)
  )
    t.fail(`${what} should be told to the user`, { got: output.slice(-200) });
}

export const fileClientCases: readonly ClientCase[] = [
  defineCase({
    id: "FILE-5.c.discovers",
    advice:
      "Send DISCOVERY as a datagram to the registry, and take the address of a server of your kind of file from its answer.",
    side: "client",
    grade: "MUST",
    limitMs: 15_000,
    title: "asks the registry where its kind of file is served",
    async run(t) {
      const { registry } = await fetching(t);
      await t.until("DISCOVERY should come to the registry", () => registry.asked > 0, { withinMs: END_MS });
    },
  }),
  defineCase({
    id: "FILE-1.c.sends-the-token",
    advice: "Send the token of the registry's line first, wait for valid, and then send the filename.",
    side: "client",
    grade: "MUST",
    limitMs: 15_000,
    title: "sends the token that the registry tells, and then the filename",
    async run(t) {
      const { server } = await fetching(t);
      const { token = "", asked = "" } = t.words;
      await server.hears(asked, (text) => text.trim() === asked, { withinMs: END_MS });
      if (server.heard[0]?.trim() !== token)
        t.fail("the token should come first", { expected: token, got: server.heard[0] ?? "" });
    },
  }),
  defineCase({
    id: "FILE-0.c.writes-whole-file",
    advice: "Go on with recv() until as many bytes have come as the size says, and write each of them.",
    side: "client",
    grade: "MUST",
    limitMs: 20_000,
    title: "saves every byte of the file",
    async run(t) {
      await saves(t, await fetching(t));
    },
  }),
  defineCase({
    id: "FILE-0.c.acknowledges",
    advice: "Send one byte or more after the 4 bytes of the size: the server waits for that.",
    side: "client",
    grade: "MUST",
    limitMs: 15_000,
    title: "acknowledges the size before the file comes",
    async run(t) {
      const { server } = await fetching(t);
      await t.until("an acknowledgement should come after the size", () => server.heard.length >= 3, {
        withinMs: END_MS,
      });
      if (server.said.length > 4)
        t.fail(`the acknowledgement should come within 2 s, e.g. ${ACKNOWLEDGEMENT}`);
    },
  }),
  defineCase({
    id: "FILE-0.c.size-in-two-reads",
    advice: "Go on with recv() until 4 bytes of the size are there.",
    side: "client",
    grade: "SHOULD",
    limitMs: 20_000,
    title: "puts a size together that comes in two reads",
    async run(t) {
      const cut = (bytes: Buffer, nth: number) =>
        nth === 2 ? ([bytes.subarray(0, 2), "taken", bytes.subarray(2)] as const) : [bytes];
      await saves(t, await fetching(t, { deviation: { write: cut } }));
    },
  }),
  defineCase({
    id: "FILE-0.c.found-and-size-glued",
    advice: "One recv() may give found and the size: keep what comes after found.",
    side: "client",
    grade: "INFO",
    limitMs: 20_000,
    title: "takes found and the size apart that come in one read",
    async run(t) {
      let found: Buffer = Buffer.alloc(0);
      const glued = (bytes: Buffer, nth: number) => {
        if (nth === 1) {
          found = bytes;
          return [];
        }
        return [nth === 2 ? Buffer.concat([found, bytes]) : bytes];
      };
      await saves(t, await fetching(t, { deviation: { write: glued } }));
    },
  }),
  defineCase({
    id: "FILE-0.c.short-transfer-reported",
    advice: "Compare the bytes that came with the size, and say so where they are fewer.",
    side: "client",
    grade: "SHOULD",
    limitMs: 20_000,
    title: "tells its user that a file is not whole",
    async run(t) {
      const short = (bytes: Buffer, nth: number) =>
        nth === 3 ? ([bytes.subarray(0, 1_000), "taken", "fin"] as const) : [bytes];
      await fetching(t, { deviation: { write: short } });
      await reports(t, "a file that breaks off");
    },
  }),
  defineCase({
    id: "FILE-1.c.invalid-reported",
    advice: "Compare the answer to the token with valid; print any other one, and end with exit status 1.",
    side: "client",
    grade: "MUST",
    limitMs: 20_000,
    title: "tells its user that the token is refused, and asks for no file",
    async run(t) {
      const { server } = await fetching(t, { given: { token: t.word(11) } });
      await reports(t, "a token that is refused");
      if (server.heard.length > 1)
        t.fail("nothing should be asked after Invalid", { got: server.heard[1] ?? "" });
    },
  }),
  defineCase({
    id: "FILE-3.c.not-found-reported",
    advice: "Compare the answer to the filename with found; print any other one.",
    side: "client",
    grade: "MUST",
    limitMs: 20_000,
    title: "tells its user that the server does not have the file",
    async run(t) {
      const { root = "" } = t.words;
      await fetching(t, { root: path.join(root, "..", "empty") });
      await reports(t, "a file that is not there");
    },
  }),
];
