/** Instances in words, for lists and for answers. */
import type { PeerVerdicts } from "../lab/instance-verdicts.ts";
import type { LabInstance } from "../lab/lab.ts";
import { formatHostPort } from "../machines/_options.ts";
import { printable } from "../printable.ts";
import { type Style, styleWord } from "./style.ts";

/** `127.0.0.1:1236 [::1]:1236 (also 54276)`, or the port it wants. */
export function whereOf({ hosts, side, port, otherPorts, options }: LabInstance): string {
  if (side === "client") return "";
  if (hosts.length === 0) return `(${options.host}:${port === 0 ? "any" : port})`;
  const places = hosts.map((host) => formatHostPort({ host, port })).join(" ");
  return `${places}${otherPorts.map((other) => ` (also ${other})`).join("")}`;
}

/** Note on it for a person, in a word or two: its peers, its run's state, or why it failed. */
export function noteOf({ lastError, state, side, machineState, result }: LabInstance): string {
  if (lastError && state !== "running") return printable(lastError);
  if (side === "client") return result === undefined ? (machineState ?? "") : resultOf(result);
  return "";
}

/** `2 waiting, 1 violation: D01 D17`: what is wrong with its peers. */
export function troubleOf({ verdicts, cards }: PeerVerdicts): string {
  const counts = Object.entries(verdicts).map(([verdict, count]) => `${count} ${verdict}`);
  return `${counts.join(", ")}${cards.length > 0 ? `: ${cards.join(" ")}` : ""}`;
}

function resultOf(result: unknown): string {
  const { path, sizeBytes } = result as { path?: string; sizeBytes?: number };
  return path === undefined
    ? printable(JSON.stringify(result))
    : `saved ${path}, ${sizeBytes} byte${sizeBytes === 1 ? "" : "s"}`;
}

export function instanceLine(instance: LabInstance, style: Style): string {
  const { id, state, transport } = instance;
  const name = instance.name ? ` (${instance.name})` : "";
  const where = whereOf(instance);
  const note = noteOf(instance);
  const place = state === "running" && where ? ` on ${where}/${transport}` : "";
  return `${style.bold(id)}${name} is ${styleWord(style, state)}${place}${note ? `: ${note}` : ""}`;
}
