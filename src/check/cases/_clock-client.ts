/** Cases of the clock's client [CLOCK]. */
import { isClockRequest } from "../../wire/clock.ts";
import { type ClientCase, defineCase } from "../case.ts";

const FIRST_MS = 6_000;
/** Bounds of one to two seconds, with what a busy machine adds. */
const SOONEST_MS = 800;
const LATEST_MS = 3_500;

export const clockClientCases: readonly ClientCase[] = [
  defineCase({
    id: "CLOCK-0.c.asks",
    advice: "Send SEND_DATE or SEND_TIME as one datagram, in capitals.",
    side: "client",
    grade: "MUST",
    title: "asks with SEND_DATE or SEND_TIME",
    async run(t) {
      const server = await t.serve();
      await t.start();
      const first = await server.hears("SEND_DATE or SEND_TIME", () => true, { withinMs: FIRST_MS });
      if (!isClockRequest(first)) t.fail("a request is SEND_DATE or SEND_TIME", { got: first });
    },
  }),
  defineCase({
    id: "CLOCK-0.c.shows-answer",
    advice: "Print what recvfrom() gives.",
    side: "client",
    grade: "MUST",
    title: "shows the answer",
    async run(t) {
      const server = await t.serve();
      await t.start();
      await t.until("a request should come", () => server.said.length > 0, { withinMs: FIRST_MS });
      await t.prints(server.said[0] ?? "");
    },
  }),
  defineCase({
    id: "CLOCK-1.c.lost-answer",
    advice:
      "Give the socket a time limit of two seconds (settimeout(), SO_RCVTIMEO), and ask again when it is over.",
    side: "client",
    grade: "SHOULD",
    limitMs: 15_000,
    title: "gives up on an answer that is lost, and asks again",
    async run(t) {
      const server = await t.serve({ deviation: { write: () => [] } });
      await t.start();
      await server.hears("a request", () => true, { withinMs: FIRST_MS });
      await t.until(
        "a second request should come, though the answer to the first is lost",
        () => server.heard.length > 1,
        { withinMs: 7_000 },
      );
    },
  }),
  defineCase({
    id: "CLOCK-1.c.interval",
    advice: "Wait for one to two seconds between two requests.",
    side: "client",
    grade: "SHOULD",
    limitMs: 15_000,
    title: "asks again after one to two seconds",
    async run(t) {
      const server = await t.serve();
      await t.start();
      await server.hears("a request", () => true, { withinMs: FIRST_MS });
      const from = performance.now();
      await t.until("a second request should come", () => server.heard.length > 1, { withinMs: 6_000 });
      const ms = Math.round(performance.now() - from);
      if (ms < SOONEST_MS || ms > LATEST_MS)
        t.fail(`the second request came after ${ms} ms, and 1 to 2 s are due`);
    },
  }),
];
