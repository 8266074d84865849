import * as z from "zod";
import { entryDocument } from "../../lab/documents.ts";
import { roleOf } from "../../stories/editions.ts";
import type { Entry, Story } from "../../stories/story.ts";
import { type Call, defineCommand } from "../command.ts";
import { cutTo, follow, followOptions, lineStart } from "../following.ts";
import { type StepReason, stepReason } from "../step-reason.ts";
import { wrapped } from "../wrapped.ts";

/** Behind the time. */
const MARGIN = " ".repeat(13);

const options = z.object(followOptions);
type Options = z.output<typeof options>;

export default defineCommand({
  name: "trace",
  group: "connections",
  level: "observe",
  summary: "follows the steps of the machines live: event, states, guard and actions",
  args: [
    {
      name: "selector",
      summary: "only these; also state=… and event=…",
      isOptional: true,
      isVariadic: true,
      completes: "selector",
    },
  ],
  options,
  example: "trace chat event=peer.message",
  run: (call) =>
    follow({
      call,
      what: "steps",
      isWanted: (_, entry) => entry.kind === "transition",
      show: (story, entry) => entry.kind === "transition" && show(call, story, entry),
    }),
});

function show(call: Call<Options>, story: Story, entry: Extract<Entry, { kind: "transition" }>): void {
  const { lab, isJson, data, out, style, columns, options } = call;
  const { from, to, event } = entry;
  const machine = roleOf(story, lab.roles)?.machine;
  const reason = machine && stepReason(machine, entry);
  if (isJson) {
    const step = { from, to, event, guard: reason?.guard ?? null, actions: reason?.actions ?? [] };
    return data({ connection: story.subject.id, ...entryDocument(entry, story, options), ...step });
  }
  const line = cutTo(`${lineStart(story, entry)} ${event}: ${from} → ${to}`, columns);
  const why = reason ? detailOf(reason) : "";
  const rows = why === "" ? [] : wrapped(why, columns - MARGIN.length).map((row) => style.dim(MARGIN + row));
  out([line, ...rows].join("\n"));
}

function detailOf({ guard, actions, via }: StepReason): string {
  return [
    ...(guard ? [`because ${guard}`] : []),
    ...(via ? [`by way of ${via}`] : []),
    ...(actions.length > 0 ? [`does ${actions.join(", ")}`] : []),
  ].join("; ");
}
