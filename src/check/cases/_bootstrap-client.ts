/** Cases of those who speak to a registry: file servers that register, clients that discover [BOOT]. */
import { DISCOVER, END, parseBootstrapRequest, REGISTER, registration } from "../../wire/bootstrap.ts";
import { type ClientCase, defineCase } from "../case.ts";
import type { ClientTester, TestServer } from "../tester.ts";

const FIRST_MS = 6_000;

export const bootstrapScript = (token: string) => [
  registration({ ip: "127.0.0.1", port: 1236, service: "pdf", token }),
  DISCOVER,
];

/** Answers each DISCOVERY with these datagrams. */
async function answering(t: ClientTester, ...datagrams: readonly string[]): Promise<TestServer> {
  const server = await t.serve({
    deviation: {
      write: (bytes) => (bytes.toString() === END ? datagrams.map((one) => Buffer.from(one)) : []),
    },
  });
  await t.start();
  return server;
}

async function discovers(t: ClientTester, server: TestServer): Promise<void> {
  await t
    .until("DISCOVERY should come", () => server.heard.some((one) => one.startsWith(DISCOVER)), {
      withinMs: FIRST_MS,
    })
    .catch((error) => {
      if (server.heard.some((one) => one.startsWith(REGISTER))) t.skip("it registers, and asks for no list");
      throw error;
    });
}

export const bootstrapClientCases: readonly ClientCase[] = [
  defineCase({
    id: "BOOT-1.c.registers",
    advice: "Send REGISTRN,address,port,service,token as one datagram.",
    side: "client",
    grade: "MUST",
    title: "registers with REGISTRN, address, port, service and token",
    async run(t) {
      const server = await t.serve();
      await t.start();
      await t.until("a request should come", () => server.heard.length > 0, { withinMs: FIRST_MS });
      await t.typed();
      const said = server.heard.find((one) => !one.startsWith(DISCOVER));
      if (said === undefined) return t.skip("it asks for the list, and registers nothing");
      const parsed = parseBootstrapRequest(said);
      if (!parsed.ok || parsed.value.type !== "register")
        t.fail("a registration is REGISTRN,<ip>,<port>,<service>,<token>", { got: said });
    },
  }),
  defineCase({
    id: "BOOT-4.c.reads-until-end",
    advice: "Go on with recvfrom() until a datagram is end.",
    side: "client",
    grade: "MUST",
    title: "reads every datagram of a list, up to its end",
    async run(t) {
      const ports = [t.int(10_000, 20_000), t.int(20_001, 30_000), t.int(30_001, 40_000)];
      const lists = ports.map((port, nth) => `198.18.0.${nth + 1},${port},pdf,${t.word()}`);
      const server = await answering(t, ...lists, END);
      await discovers(t, server);
      for (const port of ports) await t.prints(String(port));
    },
  }),
  defineCase({
    id: "BOOT-4.c.lost-end-gives-up",
    advice:
      "Give the socket a time limit (settimeout(), SO_RCVTIMEO or select()): the datagram end may be lost.",
    side: "client",
    grade: "SHOULD",
    limitMs: 20_000,
    title: "does not wait for ever for an end that is lost",
    async run(t) {
      const server = await answering(t, `198.18.0.1,1236,pdf,${t.word()}`);
      await discovers(t, server);
      await t.typed();
      t.endInput();
      await t.exits({ withinMs: 10_000 });
    },
  }),
  defineCase({
    id: "BOOT-4.c.end-alone",
    advice: "Look for end first: a list may be empty, and then end is all that comes.",
    side: "client",
    grade: "SHOULD",
    limitMs: 10_000,
    title: "takes end alone for an empty list",
    async run(t) {
      const server = await answering(t, END);
      await discovers(t, server);
      await t.typed();
      t.endInput();
      await t.exits({ withinMs: 4_000 });
      if (t.crash !== undefined) t.fail("the client should survive an empty list", { got: t.crash });
    },
  }),
];
