/** Instances in words, for lists and for answers. */
import type { Instance } from "../actors/instance.ts";
import { formatHostPort } from "../machines/_options.ts";
import { printable } from "../printable.ts";
import { type Style, styleWord } from "../repl/style.ts";

/** `127.0.0.1:1236 [::1]:1236 (also 54276)`, or the port it wants. */
export function whereOf(instance: Instance): string {
  const { service, role, port } = instance;
  if (role.side === "client") return "";
  if (service.hosts.length === 0) return `(${instance.spec.options.host}:${port === 0 ? "any" : port})`;
  const places = service.hosts.map((host) => formatHostPort({ host, port })).join(" ");
  return `${places}${(service.otherPorts ?? []).map((other) => ` (also ${other})`).join("")}`;
}

/** What a person wants to know of it in a word or two: its peers, its run's state, or why it failed. */
export function noteOf(instance: Instance): string {
  const { lastError, state, role, service, result } = instance;
  if (lastError && state !== "running") return printable(lastError);
  if (role.side === "client") return result === undefined ? (service.machineState ?? "") : resultOf(result);
  return "";
}

function resultOf(result: unknown): string {
  const { path, sizeBytes } = result as { path?: string; sizeBytes?: number };
  return path === undefined ? printable(JSON.stringify(result)) : `saved ${path}, ${sizeBytes} bytes`;
}

export function instanceLine(instance: Instance, style: Style): string {
  const { id, spec, state, role } = instance;
  const name = spec.options.name ? ` (${spec.options.name})` : "";
  const where = whereOf(instance);
  const note = noteOf(instance);
  const place = state === "running" && where ? ` on ${where}/${role.transport}` : "";
  return `${style.bold(id)}${name} is ${styleWord(style, state)}${place}${note ? `: ${note}` : ""}`;
}
