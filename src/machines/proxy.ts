/**
 * Proxy: a student's own client talks to a student's own server through it. Every byte, FIN and reset goes on as it came; nothing is read
 * into it and nothing is answered. Each pair has two connections, and this is the life of both.
 *
 *   connecting ──server.connected──▶ relaying ──client.ended──▶ clientEnded ──server.ended──┐
 *       └─server.unreachable─┐           └──server.ended──▶ serverEnded ──client.ended──┐   │
 *                            ▼                                                          ▼   ▼
 *   any ──peer.closed────▶ closed ◀─────────────────────────────────────────────────────────┘
 */
import { setup } from "xstate";
import * as z from "zod";
import { hostPort } from "./_options.ts";
import { defineRole, type RoleEvent } from "./_role.ts";

const machine = setup({ types: { events: {} as RoleEvent } }).createMachine({
  id: "proxy",
  initial: "connecting",
  on: { "peer.closed": ".closed" },
  states: {
    connecting: { on: { "server.connected": "relaying", "server.unreachable": "closed" } },
    relaying: { on: { "client.ended": "clientEnded", "server.ended": "serverEnded" } },
    clientEnded: { on: { "server.ended": "closed" } },
    serverEnded: { on: { "client.ended": "closed" } },
    closed: { type: "final" },
  },
});

export default defineRole({
  name: "proxy",
  summary: "stands between your own client and your own server, and tells what each of them says",
  side: "proxy",
  transport: "tcp",
  port: 0,
  options: z.object({
    to: hostPort().describe("your server, e.g. localhost:4389"),
    as: z.string().min(1).describe("the role whose protocol the two speak, e.g. calculator"),
  }),
  machine,
  // No state waits for a message: bytes go on as they come.
  phases: {},
  steps: {
    connecting: "the client is connected; the connection to the server is being made",
    relaying: "what each side says goes on to the other",
    clientEnded: "the client has said all; the server may still speak",
    serverEnded: "the server has said all; the client may still speak",
    closed: "both connections are over",
  },
  descriptors: 2,
  offers: ({ to, as }) => `passes on to the ${as} at ${to.host}:${to.port}`,
});
