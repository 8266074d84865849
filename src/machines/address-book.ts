/**
 * An address book: a client asks for an e-mail address and is told the name; one query a connection.
 *
 *   awaitingQuery → answered
 *        └────────→ closed
 *
 *   C> 51 0e  luke@gmail.com      S> 52 0e  Luke Skywalker      (or  52 09  Error 404)
 *   C> anything else              S> 52 1f  Error: Unknown message protocol
 */
import { setup } from "xstate";
import * as z from "zod";
import { cause, causeOf } from "../stories/causes.ts";
import {
  decodeAnswer,
  decodeQuery,
  encodeAnswer,
  encodeQuery,
  fits,
  type HeaderForm,
  type Query,
  queryIn,
  TOO_MANY_CLIENTS,
  UNKNOWN_ADDRESS,
  UNKNOWN_PROTOCOL,
} from "../wire/address-record.ts";
import { addressBookForm } from "../wire/forms/address-book.ts";
import type { Assumption, Overheard, Reply } from "./_assumed.ts";
import { defineRole } from "./_role.ts";
import type { PeerWorld } from "./_world.ts";

const options = z.object({});
type Options = z.output<typeof options>;
type Context = PeerWorld<Options>;

type Event = { type: "peer.message"; value: Query } | { type: "peer.ended" } | { type: "peer.closed" };

export const addressBookMachine = setup({
  types: { context: {} as Context, events: {} as Event, input: {} as Context },
  guards: {
    isQuery: ({ event }) => event.type === "peer.message" && event.value.ok,
  },
  actions: {
    sayName: ({ context, event }) => event.type === "peer.message" && sayName(context, event.value),
    sayUnknownProtocol: ({ context, event }) =>
      event.type === "peer.message" && sayUnknownProtocol(context, event.value),
  },
}).createMachine({
  id: "address-book",
  context: ({ input }) => input,
  initial: "awaitingQuery",
  on: { "peer.closed": ".closed" },
  states: {
    awaitingQuery: {
      on: {
        "peer.message": [
          { guard: "isQuery", target: "answered", actions: "sayName" },
          { target: "closed", actions: "sayUnknownProtocol" },
        ],
        "peer.ended": "closed",
      },
    },
    answered: { type: "final" },
    closed: { type: "final" },
  },
});

export default defineRole({
  name: "address-book",
  summary: "tells the name that belongs to an e-mail address, one query a connection",
  side: "server",
  transport: "tcp",
  port: 8080,
  options,
  machine: addressBookMachine,
  phases: {
    awaitingQuery: { reads: "record", rule: "BOOK-1", expects: "a query", decode: decodeQuery },
  },
  wire: addressBookForm,
  dialogue: {
    lines: [
      { client: encodeQuery("8bit", "nobody@example.org").toString() },
      { server: encodeAnswer("8bit", UNKNOWN_ADDRESS).toString() },
    ],
    closes: true,
  },
  assume,
  refusal: () => encodeAnswer("8bit", TOO_MANY_CLIENTS),
  offers: () => "names by e-mail address",
  tryIt: ({ port }) => `netlabctl lookup luke@gmail.com --port ${port}`,
});

/** The name behind an address is what it answered, in the form in which it was asked. */
function assume({ opening, server }: Overheard): Assumption {
  const query = queryIn(opening);
  const form = query?.form ?? "8bit";
  return {
    world: { addressee: (_email, reply) => nameIn(form, reply) },
    isUnclear: server[0]?.includes(TOO_MANY_CLIENTS) === true,
  };
}

function nameIn(form: HeaderForm, { bytes }: Reply): string | "none" | undefined {
  if (bytes.length === 0) return "none";
  const decoded = decodeAnswer(form, { bytes, stillMs: Number.POSITIVE_INFINITY, ended: true });
  if (!decoded || !("value" in decoded) || !decoded.value.ok) return undefined;
  const { text } = decoded.value;
  return text === UNKNOWN_ADDRESS ? "none" : text;
}

/** [BOOK-2] Header and name leave in one write, in the form in which was asked [BOOK-1]. */
function sayName({ addressBook, peer }: Context, query: Query): void {
  if (!query.ok) return;
  const { form, email } = query;
  const name = addressBook.find(email);
  if (name === undefined) peer.remark(cause("unknown-address", { email }));
  else if (!fits(form, name)) peer.remark(cause("name-cut", { form }));
  peer.sendBytes(encodeAnswer(form, name ?? UNKNOWN_ADDRESS));
}

/** [BOOK-4] */
function sayUnknownProtocol({ peer }: Context, query: Query): void {
  if (query.ok) return;
  peer.refuseBytes(encodeAnswer(query.form, UNKNOWN_PROTOCOL), causeOf(query.why));
}
