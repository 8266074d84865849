/** Cases of a teller of knock-knock jokes [KNOCK]. */
import { HA, isKnock, KNOCK } from "../../wire/knock-knock.ts";
import { type ClientCase, defineCase } from "../case.ts";

const LATE_MS = 900;

export const knockScript = (name: string, line: string) => [KNOCK, name, line];

export const knockClientCases: readonly ClientCase[] = [
  defineCase({
    id: "KNOCK-1.c.opens",
    advice: "Send Knock knock.. as the first message, with both dots.",
    side: "client",
    grade: "MUST",
    title: `opens with ${KNOCK}`,
    async run(t) {
      const server = await t.serve();
      await t.start();
      const first = await server.hears(KNOCK, () => true);
      if (!isKnock(first)) t.fail(`the first message should be ${KNOCK}`, { expected: KNOCK, got: first });
    },
  }),
  defineCase({
    id: "KNOCK-1.c.shows-answers",
    advice: "Print what recv() gives after each line.",
    side: "client",
    grade: "SHOULD",
    title: "shows what the listener answers",
    async run(t) {
      await t.serve();
      await t.start();
      if (!(await t.showsAll())) t.fail("everything that the listener says should be on the screen");
    },
  }),
  defineCase({
    id: "KNOCK-2.c.waits-its-turn",
    advice: "Call recv() after each send(): the next line is due when the answer is there.",
    side: "client",
    grade: "MUST",
    title: "waits for each answer before it goes on",
    async run(t) {
      const server = await t.serve({
        deviation: { write: (bytes, nth) => (nth === 0 ? [{ waitMs: LATE_MS }, bytes] : [bytes]) },
      });
      await t.start();
      await server.hears(KNOCK, () => true);
      await t.pause(LATE_MS / 2);
      const [, early] = server.heard;
      if (early !== undefined)
        t.fail("the next line should wait for the answer to the one before", { got: early });
    },
  }),
  defineCase({
    id: "KNOCK-2.c.ends",
    advice: "After the answer to the punch line close the socket, and end.",
    side: "client",
    grade: "MUST",
    title: "ends after the laughter",
    async run(t) {
      const server = await t.serve();
      await t.start();
      await server.hears("the punch line", () => server.heard.length >= 3, { withinMs: 6_000 });
      await t.typed();
      if (!server.said.some((said) => said.startsWith(HA))) t.skip("the joke does not come to its laughter");
      await t.exits({ withinMs: 3_000 });
    },
  }),
];
