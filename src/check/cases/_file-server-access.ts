/** Cases of who gets what of a file server, and of its registration [FILE-1…FILE-5]. */
import path from "node:path";
import { parseBootstrapRequest } from "../../wire/bootstrap.ts";
import { ACKNOWLEDGEMENT, INVALID, NOT_FOUND, VALID } from "../../wire/file-transfer.ts";
import { type Case, defineCase } from "../case.ts";
import { LINES_ALONE } from "../lines-alone.ts";
import type { ServerTester } from "../tester.ts";
import { enter, fetches, known, NO_ROOT, OUTSIDE, tokenOf } from "./_file-server-stage.ts";

async function refuses(t: ServerTester, name: string): Promise<void> {
  const client = await enter(t);
  client.say(name);
  const got = await client.message();
  // How it is refused is the affair of FILE-3.not-found.
  if (/^\s*found/i.test(got)) t.fail(`${name} should not be found`, { expected: NOT_FOUND, got });
  client.send(ACKNOWLEDGEMENT);
  const { salt = "" } = t.words;
  if (salt !== "" && (got.includes(salt) || (await client.hearsOne([salt], { withinMs: 300 }))))
    t.fail(`what is in ${name} was handed out`, { expected: NOT_FOUND, got: salt });
}

/** Words of this server for a file that it does not have. */
async function refusal(t: ServerTester): Promise<string> {
  const client = await enter(t);
  client.say(`${t.word()}.${t.words.service}`);
  const words = await client.message();
  client.reset();
  return words.trim();
}

export const accessCases: readonly Case[] = [
  defineCase({
    id: "FILE-1.wrong-token",
    advice: "Compare the token with strcmp() or ==; answer any other one with Invalid, and close.",
    side: "server",
    grade: "MUST",
    title: "answers a wrong token with Invalid and closes",
    async run(t) {
      const client = await t.connect();
      client.say(t.word(9));
      await client.expect(INVALID);
      await client.ends();
    },
  }),
  defineCase({
    id: "FILE-1.longer-token",
    advice: "Compare the whole token: strcmp(), not strncmp(), and no startswith().",
    side: "server",
    grade: "MUST",
    title: "takes neither a beginning of its token nor a longer one",
    async run(t) {
      const token = tokenOf(t);
      const right = await t.connect();
      right.say(token);
      const welcome = (await right.message().catch(() => "")).trim() || VALID;
      right.reset();
      for (const wrong of [token.slice(0, -1), `${token}${t.word(4)}`, token.toUpperCase()]) {
        if (wrong === token) continue;
        const client = await t.connect();
        client.say(wrong);
        const got = await client.message();
        // Words of a refusal are the affair of FILE-1.wrong-token.
        if (/^\s*valid/i.test(got) || got.trim() === welcome)
          t.fail("a token that is not its own was taken", { expected: INVALID, got });
      }
    },
  }),
  defineCase({
    id: "FILE-2.glued-token",
    advice:
      "Where the text begins with the token and ends with the extension, take what follows the token for the filename.",
    side: "server",
    grade: "SHOULD",
    title: "takes a token and a filename that arrive in one read",
    async run(t) {
      if (t.takesLines) t.skip(LINES_ALONE);
      const refused = await refusal(t);
      const client = await t.connect();
      client.send(`${tokenOf(t)}${t.word()}.${t.words.service}`);
      await client.hears(refused);
    },
  }),
  defineCase({
    id: "FILE-3.not-found",
    advice: "Answer not found where the file cannot be opened.",
    side: "server",
    grade: "MUST",
    title: "answers a name that it has no file of with not found",
    async run(t) {
      const client = await enter(t);
      client.say(`${t.word()}.${t.words.service}`);
      await client.expect(NOT_FOUND);
    },
  }),
  defineCase({
    id: "FILE-3.not-found-goes-on",
    advice: "After not found go back to recv() for the next filename.",
    side: "server",
    grade: "MUST",
    title: "serves a file on the same connection after one that it does not have",
    async run(t) {
      const file = await known(t);
      const client = await enter(t);
      client.say(`${t.word()}.${t.words.service}`);
      await client.message();
      await fetches(client, file);
    },
  }),
  defineCase({
    id: "FILE-3.dotdot",
    advice: "Refuse each name with .. in it, before you open anything.",
    side: "server",
    grade: "MUST",
    title: "hands out nothing from above its folder",
    run: (t) => refuses(t, `../${OUTSIDE}.${t.words.service}`),
  }),
  defineCase({
    id: "FILE-3.absolute",
    advice: "Refuse a name that begins with /: os.path.join() would take it as it is.",
    side: "server",
    grade: "MUST",
    title: "hands out nothing by an absolute path",
    run: (t) => refuses(t, path.join(path.dirname(t.words.root ?? ""), `${OUTSIDE}.${t.words.service}`)),
  }),
  defineCase({
    id: "FILE-3.link",
    advice:
      "Resolve the path (realpath()) and compare its beginning with the folder, or refuse links (lstat()).",
    side: "server",
    grade: "SHOULD",
    title: "hands out nothing by a link that leads out of its folder",
    async run(t) {
      if (!t.names("root")) t.skip(NO_ROOT);
      await refuses(t, `link.${t.words.service}`);
    },
  }),
  defineCase({
    id: "FILE-3.other-extension",
    advice: "Compare the end of the name with the extension of your service.",
    side: "server",
    grade: "SHOULD",
    title: "hands out nothing of another kind than its service",
    async run(t) {
      if (!t.names("root")) t.skip(NO_ROOT);
      await refuses(t, "notes.other");
    },
  }),
  defineCase({
    id: "FILE-3.folder",
    advice: "Look whether it is a regular file (S_ISREG, os.path.isfile()) before you open it.",
    side: "server",
    grade: "SHOULD",
    title: "says not found to the name of a folder",
    async run(t) {
      if (!t.names("root")) t.skip(NO_ROOT);
      await refuses(t, `folder.${t.words.service}`);
    },
  }),
  defineCase({
    id: "FILE-5.registers-at-start",
    advice: "Send REGISTRN,address,port,service,token to the registry when you listen.",
    side: "server",
    grade: "MUST",
    needs: ["start"],
    title: "registers its port, service and token when it starts",
    async run(t) {
      if (t.registered === undefined)
        t.skip(
          "where it registers is not known: write {bootstrap} in --run, where the registry's address belongs",
        );
      await t.until("a datagram REGISTRN should come", () => (t.registered?.length ?? 0) > 0);
      const [datagram = ""] = t.registered ?? [];
      const parsed = parseBootstrapRequest(datagram);
      const expected = `REGISTRN,${t.host},${t.port},${t.words.service},${tokenOf(t)}`;
      const isRight =
        parsed.ok &&
        parsed.value.type === "register" &&
        // A server that listens elsewhere than it was told fails the case of that alone.
        (parsed.value.entry.port === t.port || parsed.value.entry.port === t.toldPort) &&
        parsed.value.entry.service === t.words.service &&
        parsed.value.entry.token === tokenOf(t);
      if (!isRight) t.fail("the registration should tell where it is", { expected, got: datagram });
    },
  }),
];
