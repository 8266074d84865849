/** A fault as it is typed: `latency=100ms`, `slicer average_size=1 delay=5ms`. One reader for the prompt and for lab files. */
import { nearest } from "../catalogue/instance-options.ts";
import { NetlabError } from "../errors.ts";
import { printable } from "../printable.ts";
import type { Fault } from "./fault.ts";
import type { FaultRequest } from "./fault-board.ts";

export type WordedFault = Pick<FaultRequest, "fault" | "given" | "attributes">;

/** `NAME=value` is short for the attribute that is called as the fault is. Throws a NetlabError that says what there is. */
export function faultOfWords(words: readonly string[], faults: ReadonlyMap<string, Fault>): WordedFault {
  const [named = "", ...pairs] = words;
  const fault = faultNamed(named.split("=")[0] ?? "", faults);
  const given = Object.fromEntries(
    (named.includes("=") ? [named, ...pairs] : pairs).map((word) => pairOf(word, fault)),
  );
  return { fault, given, attributes: attributesOf(fault, given) };
}

function faultNamed(name: string, faults: ReadonlyMap<string, Fault>): Fault {
  const wanted = name.replaceAll("-", "_");
  const fault = faults.get(wanted);
  if (fault) return fault;
  const near = nearest(wanted, [...faults.keys()]);
  throw new NetlabError("usage/fault-kind", {
    name,
    hint: near ? `did you mean ${near}?` : "fault kinds lists them",
  });
}

function pairOf(word: string, fault: Fault): [string, string] {
  const [key = "", ...value] = word.split("=");
  const name = key.replaceAll("-", "_");
  const known = Object.keys(fault.attributes.shape);
  if (!known.includes(name) || value.length === 0)
    throw new NetlabError("usage/fault-attribute", {
      fault: fault.name,
      why: `${printable(word)} is not one of its attributes; it has ${known.map((one) => `${one}=`).join(", ")}`,
    });
  return [name, value.join("=")];
}

function attributesOf(fault: Fault, given: Readonly<Record<string, string>>): Record<string, unknown> {
  const parsed = fault.attributes.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? "");
  throw new NetlabError("usage/fault-attribute", {
    fault: fault.name,
    why: `${name}=${printable(given[name] ?? "")}: ${issue?.message ?? ""}`,
  });
}

/** `20%` or `0.2`; undefined: it is no share. */
export function shareOf(text: string): number | undefined {
  if (!/^\d+(\.\d+)?%?$/.test(text)) return undefined;
  const share = text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
  return share <= 1 ? share : undefined;
}
