/** The common part of start, stop, restart and remove: the same verb for every instance that a selector names. */
import { exitCodes, NetlabError } from "../errors.ts";
import { instanceDocument } from "../lab/documents.ts";
import type { LabInstance } from "../lab/lab.ts";
import { selectInstances } from "../lab/selectors.ts";
import type { Argument, Call } from "./command.ts";
import { instanceLine } from "./instance-lines.ts";

export const SELECTED: Argument = {
  name: "selector",
  summary: "an id, a name or a role; several are taken together",
  isVariadic: true,
  completes: "instance",
};

export async function operate(
  call: Call,
  act: (id: string) => Promise<LabInstance>,
  say: (instance: LabInstance) => string = (instance) => instanceLine(instance, call.style),
): Promise<number> {
  const { lab, rest, out, data, isJson } = call;
  // Each word names instances of its own here: `stop echo-1 chat-1` is both.
  const ids = [...new Set(rest.flatMap((term) => selectInstances(lab, [term]).map(({ id }) => id)))];
  if (ids.length === 0) throw new NetlabError("no-such-instance/nothing", { term: rest.join(" ") });
  const instances = await Promise.all(ids.map(act));
  if (isJson)
    data(
      instances.length === 1 && instances[0]
        ? instanceDocument(instances[0])
        : instances.map((one) => instanceDocument(one)),
    );
  else for (const instance of instances) out(say(instance));
  return instances.some(({ state }) => state === "failed") ? exitCodes.refused : exitCodes.done;
}
