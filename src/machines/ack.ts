/**
 * An acknowledger: whatever it is sent, it has got it. The message and its sender are in the sender's story [ACK-1].
 *
 *   serving ──operator.stop──→ closed
 *
 *   C> any datagram     S> Ok
 */
import { setup } from "xstate";
import * as z from "zod";
import { OK } from "../wire/ack.ts";
import { ackForm } from "../wire/forms/ack.ts";
import type { PeerMessage } from "../wire/message.ts";
import { defineRole, type Session } from "./_role.ts";
import type { World } from "./_world.ts";

const options = z.object({});
type Context = World<z.output<typeof options>>;

export const ackMachine = setup({
  types: { context: {} as Context, events: {} as { type: "operator.stop" }, input: {} as Context },
}).createMachine({
  id: "ack",
  context: ({ input }) => input,
  initial: "serving",
  states: {
    serving: { on: { "operator.stop": "closed" } },
    closed: { type: "final" },
  },
});

export default defineRole({
  name: "ack",
  summary: "acknowledges every datagram with Ok",
  side: "server",
  transport: "udp",
  port: 4386,
  options,
  machine: ackMachine,
  phases: {
    serving: { reads: "text", rule: "ACK-1", expects: "any datagram", handle: answer },
  },
  wire: ackForm,
  dialogue: { lines: [{ client: "hello" }, { server: OK }] },
  offers: () => "an Ok for every datagram",
  tryIt: ({ port }) => `netlabctl ack hello --port ${port}`,
});

function answer(_message: PeerMessage, { peer }: Session<Context>): undefined {
  peer.send(OK);
}
