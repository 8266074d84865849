/** Cases of the acknowledger's client [ACK]. */
import { OK } from "../../wire/ack.ts";
import { type ClientCase, defineCase } from "../case.ts";
import type { ClientTester, TestServer } from "../tester.ts";
import { CheckFailure } from "../verdict.ts";

const FIRST_MS = 6_000;

/** Skips where no datagram comes: that is a case of its own. */
async function sent(t: ClientTester, server: TestServer): Promise<void> {
  await t
    .until("", () => server.heard.length > 0, { withinMs: FIRST_MS })
    .catch((cause: unknown) => {
      if (cause instanceof CheckFailure) t.skip("the client sends no datagram");
      throw cause;
    });
}

export const ackClientCases: readonly ClientCase[] = [
  defineCase({
    id: "ACK-1.c.sends",
    advice: "Send the message with sendto(), as one datagram, to the host and port of the command line.",
    side: "client",
    grade: "MUST",
    limitMs: 10_000,
    title: "sends its message in a datagram",
    async run(t) {
      const server = await t.serve();
      await t.start();
      await server.hears("a datagram", () => true, { withinMs: FIRST_MS });
    },
  }),
  defineCase({
    id: "ACK-1.c.shows-answer",
    advice: "Print what recvfrom() gives.",
    side: "client",
    grade: "SHOULD",
    limitMs: 10_000,
    title: "shows the acknowledgement",
    async run(t) {
      const server = await t.serve();
      await t.start();
      await sent(t, server);
      await t.prints(OK);
    },
  }),
  defineCase({
    id: "ACK-1.c.gives-up",
    advice: "Give the socket a time limit (settimeout(), SO_RCVTIMEO or select()): a datagram may be lost.",
    side: "client",
    grade: "SHOULD",
    limitMs: 20_000,
    title: "does not wait for ever for an acknowledgement that is lost",
    async run(t) {
      const server = await t.serve({ deviation: { write: () => [] } });
      await t.start();
      await sent(t, server);
      await t.typed();
      t.endInput();
      await t.exits({ withinMs: 10_000 });
    },
  }),
];
