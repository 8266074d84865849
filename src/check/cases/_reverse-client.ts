/** Cases of the reverse client [REV]. */
import { EXIT, isExit } from "../../wire/reverse.ts";
import { type ClientCase, defineCase } from "../case.ts";
import { endedLike } from "../ended-like.ts";
import { needsToSay } from "./_said-by-client.ts";

const LATE_MS = 1_500;
const given = { mirror: true };

export const reverseScript = (one: string, other: string) => [one, other, EXIT];

/** By character: no marks of their own are among them. */
export const reversed = (text: string) => [...text].reverse().join("");

export const reverseClientCases: readonly ClientCase[] = [
  defineCase({
    id: "REV-1.c.reads-verdict",
    advice: "Call recv() once for the verdict before the first send().",
    side: "client",
    grade: "MUST",
    title: "waits for the server's verdict before it says anything",
    async run(t) {
      const server = await t.serve({
        given,
        deviation: { write: (bytes, nth) => (nth === 0 ? [{ waitMs: LATE_MS }, bytes] : [bytes]) },
      });
      await t.start();
      await t.until("the client should connect", () => server.connections > 0, { withinMs: 5_000 });
      await t.pause(LATE_MS / 2);
      const [early] = server.heard;
      if (early !== undefined) t.fail("nothing should come before the verdict", { got: early });
    },
  }),
  defineCase({
    id: "REV-1.c.reject-ends",
    advice: "Compare the beginning of what comes first with REJECT; say so, and end.",
    side: "client",
    grade: "MUST",
    title: "says nothing and ends where the server rejects it",
    async run(t) {
      const server = await t.serve({ given: { ...given, maxConnections: 1 } });
      await server.guest();
      await t.start();
      await t.exits({ withinMs: 5_000 });
      const [said] = server.heard;
      if (said !== undefined) t.fail("nothing should be said to a server that rejects", { got: said });
    },
  }),
  defineCase({
    id: "REV-4.c.shows-reversed",
    advice: "Reverse what comes before you print it.",
    side: "client",
    grade: "MUST",
    title: "shows reversed what the server says",
    async run(t) {
      const server = await t.serve({ given });
      await t.start();
      const said = await server.hears("a line", (text) => !isExit(text));
      await t.prints(reversed(said.trim()), { withinMs: 3_000 });
    },
  }),
  defineCase({
    id: "REV-4.c.utf8-reversed",
    advice: "Decode the bytes as UTF-8 first, and reverse the text: not the bytes.",
    side: "client",
    grade: "SHOULD",
    title: "reverses by character, not by byte",
    async run(t) {
      const text = t.pick(["żółw", "naïveté", "élève", "žluťoučký"]).normalize("NFC");
      const server = await t.serve({
        given,
        deviation: { write: (bytes, nth) => [nth === 1 ? endedLike(bytes, text) : bytes] },
      });
      await t.start();
      await server.hears("a line", (line) => !isExit(line));
      await t.prints(reversed(text), { withinMs: 3_000 });
    },
  }),
  defineCase({
    id: "REV-5.c.exit",
    advice: "Send exit, close the socket, and end.",
    side: "client",
    grade: "MUST",
    title: "says exit, and ends",
    async run(t) {
      const server = await t.serve({ given });
      await t.start();
      await needsToSay(t, server, isExit, "its SCRIPT does not say exit");
      await server.hears(EXIT, isExit, { withinMs: 6_000 });
      await t.exits({ withinMs: 5_000 });
    },
  }),
];
