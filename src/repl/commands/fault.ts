import * as z from "zod";
import { nearest } from "../../catalogue/instance-options.ts";
import { NetlabError } from "../../errors.ts";
import type { Fault } from "../../faults/fault.ts";
import type { FaultDocument } from "../../faults/fault-board.ts";
import { faultTable } from "../../faults/fault-folder.ts";
import { faultOfWords, shareOf } from "../../faults/fault-words.ts";
import { isConnectionTerm, selectInstances, selectStory } from "../../lab/selectors.ts";
import { duration } from "../../machines/_options.ts";
import { printable } from "../../printable.ts";
import { type Call, defineCommand } from "../command.ts";
import { table } from "../text-table.ts";

const options = z.object({
  direction: z
    .enum(["in", "out", "both"])
    .default("both")
    .describe("which way, seen from the role: in is what the peer sends"),
  leg: z
    .enum(["client", "server", "both"])
    .optional()
    .describe("of a proxy: on its connections with which side; default client"),
  chance: z
    .string()
    .default("100%")
    .transform((text, context) => {
      const share = shareOf(text);
      if (share === undefined) context.addIssue("must be a share, e.g. 20% or 0.2");
      return share ?? 1;
    })
    .describe("on this share of the connections"),
  for: duration().optional().describe("take it away after this time, e.g. 30s"),
  seed: z.coerce.number().int().min(0).default(1).describe("the same seed has the same faults"),
  all: z.boolean().default(false).describe("with rm: all of them"),
});
type Options = z.output<typeof options>;
type FaultCall = Call<Options>;

const actions: Readonly<Record<string, { usage: string; run: (call: FaultCall) => Promise<void> }>> = {
  add: { usage: "fault add SELECTOR NAME [attribute=value…]", run: add },
  ls: { usage: "fault ls", run: list },
  rm: { usage: "fault rm ID, or fault rm --all", run: remove },
  kinds: { usage: "fault kinds", run: kinds },
};

export default defineCommand({
  name: "fault",
  group: "connections",
  level: "operate",
  summary: "makes the line of a role or a connection worse on purpose: slow, cut in pieces, broken off",
  args: [
    {
      name: "action",
      summary: "add SELECTOR NAME [attribute=value…], ls, rm ID, kinds",
      choices: Object.keys(actions),
    },
    {
      name: "words",
      summary: "what the action needs",
      isOptional: true,
      isVariadic: true,
      completes: "selector",
    },
  ],
  options,
  example: "fault add calculator-1 latency=100ms --for 30s",
  notes: [
    "fault kinds lists the faults with their attributes. NAME=value is short for the attribute that is called as the fault is.",
    "What a role heard and said is in its story as it was: a replay needs no fault. explain looks for no mistake while one is on.",
  ],
  async run(call) {
    const { action: name = "" } = call.args;
    const action = actions[name];
    if (action) return action.run(call);
    const near = nearest(name, Object.keys(actions));
    throw new NetlabError("usage/fault-how", {
      usage: near
        ? `did you mean ${actions[near]?.usage}?`
        : Object.values(actions)
            .map(({ usage }) => usage)
            .join("; "),
    });
  },
});

async function add(call: FaultCall): Promise<void> {
  const [term, named, ...pairs] = call.rest;
  if (term === undefined || named === undefined)
    throw new NetlabError("usage/fault-how", { usage: `use ${actions.add?.usage}` });
  const document = await call.lab.faults.add({
    ...faultOfWords([named, ...pairs], await faultTable()),
    ...targetOf(call, term),
    direction: call.options.direction,
    chance: call.options.chance,
    forMs: call.options.for,
    seed: call.options.seed,
  });
  if (call.isJson) return call.data(document);
  const on = document.connections === 1 ? "1 connection now" : `${document.connections} connections now`;
  const later = document.target.includes("/") ? on : `${on}, and each one that comes`;
  call.out(`${document.id} is on ${document.target}: ${faultText(document)}; ${later}`);
}

/** The connections of a role, now and later; or a single one. */
function targetOf({ lab, options: { leg } }: FaultCall, term: string) {
  if (isConnectionTerm(term)) {
    const { subject, endedAt } = selectStory(lab, term);
    if (endedAt !== undefined) throw new NetlabError("usage/fault-ended", { id: subject.id });
    if (leg !== undefined) throw new NetlabError("usage/fault-leg", { target: subject.id });
    return { target: subject.id, transport: subject.transport };
  }
  const [instance, ...others] = selectInstances(lab, [term]);
  if (!instance || others.length > 0) throw new NetlabError("usage/fault-target", { term });
  const { id: target, transport, side } = instance;
  if (side === "proxy") return { target, transport, leg: leg === "both" ? undefined : (leg ?? "client") };
  if (leg !== undefined) throw new NetlabError("usage/fault-leg", { target });
  return { target, transport };
}

async function list({ lab, isJson, data, out, columns }: FaultCall): Promise<void> {
  const faults = lab.faults.list();
  if (isJson) return data(faults);
  if (faults.length === 0) return out("no fault is on any line");
  const rows = faults.map((one) => [
    one.id,
    one.target,
    faultText(one),
    String(one.connections),
    untilText(one),
  ]);
  out(table(["ID", "ON", "FAULT", "CONNS", "UNTIL"], rows, columns));
}

async function remove({ lab, rest, options, isJson, data, out }: FaultCall): Promise<void> {
  const ids = options.all ? lab.faults.list().map(({ id }) => id) : rest;
  if (ids.length === 0 && !options.all)
    throw new NetlabError("usage/fault-how", { usage: `use ${actions.rm?.usage}` });
  const removed: FaultDocument[] = [];
  for (const id of ids) removed.push(await lab.faults.remove(id));
  if (isJson) return data(removed);
  if (removed.length === 0) return out("no fault is on any line");
  out(removed.map((one) => `${one.id} is off ${one.target}: ${faultText(one)}`).join("\n"));
}

async function kinds({ isJson, data, out, columns }: FaultCall): Promise<void> {
  const faults = [...(await faultTable()).values()];
  const attributes = ({ attributes: { shape } }: Fault) =>
    Object.entries(shape).map(([name, schema]) => ({
      name,
      summary: (schema as z.ZodType).description ?? "",
    }));
  if (isJson)
    return data(
      faults.map((one) => ({
        name: one.name,
        summary: one.summary,
        transports: one.transports,
        isDestructive: one.isDestructive,
        attributes: attributes(one),
      })),
    );
  const rows = faults.map((one) => [
    one.name,
    one.transports.join(" "),
    attributes(one)
      .map(({ name }) => name)
      .join(" "),
    one.summary,
  ]);
  out(table(["FAULT", "OF", "ATTRIBUTES", "WHAT IT DOES"], rows, columns));
}

function faultText({ name, attributes, leg, direction, chance }: FaultDocument): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${printable(`${key}=${value}`)}`);
  const way = direction === "both" ? "" : ` (${direction})`;
  const some = chance < 1 ? ` on ${Math.round(chance * 100)} % of them` : "";
  const side = leg === null ? "" : ` (the ${leg}'s side)`;
  return `${name}${given.join("")}${side}${way}${some}`;
}

const untilText = ({ until }: FaultDocument) =>
  until === null ? "removed" : new Date(until).toLocaleTimeString("en-GB");
