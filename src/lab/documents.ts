/** The JSON documents of the control protocol, everywhere the same. Times are RFC 3339, sizes bytes, absent is null. */

import { optionsAsData } from "../catalogue/instance-options.ts";
import { formatHostPort, parseHostPort } from "../machines/_options.ts";
import type { Registration } from "../machines/_world.ts";
import { hexOf } from "../printable.ts";
import { contextOf } from "../stories/editions.ts";
import { describeEntry, shownEntry, type Visibility } from "../stories/entry-text.ts";
import { MASK } from "../stories/redaction.ts";
import { type Entry, type Story, wallMs } from "../stories/story.ts";
import type { Judged } from "../stories/verdict.ts";
import type { LabInstance } from "./lab-instance.ts";

const time = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());

export type InstanceDocument = ReturnType<typeof instanceDocument>;
export type ConnectionDocument = ReturnType<typeof connectionDocument>;

export function instanceDocument(instance: LabInstance, { showTokens }: Visibility = {}) {
  const { id, type, name, label, state, transport, options, port } = instance;
  return {
    id,
    type,
    name: name ?? null,
    label: label ?? null,
    state,
    transport,
    host: options.host,
    port,
    alsoPorts: [...instance.otherPorts],
    options: shownOptions(instance, showTokens === true),
    connections: instance.connections,
    restarts: instance.restarts,
    startedAt: time(instance.startedAt),
    lastError: instance.lastError ?? null,
  };
}

/** The options in force that do something, secrets masked. */
function shownOptions(
  { options: all, secrets, withoutEffect }: LabInstance,
  showTokens: boolean,
): Record<string, unknown> {
  const { host, port, name, label, ...options } = optionsAsData(all) as unknown as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(options)
      .filter(([key]) => !withoutEffect.includes(key))
      .map(([key, value]) => [key, secrets.includes(key) && !showTokens ? MASK : plainValue(value)]),
  );
}

function plainValue(value: unknown): unknown {
  const isAddress = typeof value === "object" && value !== null && "host" in value && "port" in value;
  return isAddress ? formatHostPort(value as { host: string; port: number }) : (value ?? null);
}

export function connectionDocument(
  story: Story,
  { verdict, cards }: Pick<Judged, "verdict"> & { readonly cards: readonly { readonly id: string }[] },
) {
  const { subject } = story;
  return {
    id: subject.id,
    role: subject.instance,
    label: subject.label ?? null,
    leg: subject.leg ?? null,
    pair: subject.pair ?? null,
    remote: formatHostPort({ host: subject.remote.address, port: subject.remote.port }),
    state: story.endedAt === undefined ? story.state : "closed",
    waitsFor: story.endedAt === undefined ? (story.waitsFor ?? null) : null,
    since: time(story.openedAt),
    bytesIn: story.bytesIn,
    bytesOut: story.bytesOut,
    framing: story.framing,
    lastRule: story.lastRule ?? null,
    verdict,
    cards: cards.map(({ id }) => id),
  };
}

/** An entry of a story, its bytes in hex; those of a token are `**`, and then `hidden` is true. */
export function entryDocument(entry: Entry, story: Story, visibility: Visibility = {}) {
  const context = contextOf(story);
  const shown = shownEntry(entry, context, visibility);
  const hidden = shown.hidden ?? [];
  return {
    at: new Date(wallMs(story, entry)).toISOString(),
    us: entry.at,
    kind: entry.kind,
    text: describeEntry(entry, context, visibility).trim(),
    ...("size" in shown ? { size: shown.size } : {}),
    ...("bytes" in shown ? { hex: hexOf(shown.bytes, hidden, "") } : {}),
    ...(hidden.length > 0 ? { hidden: true } : {}),
    ...(entry.kind === "gap"
      ? { omitted: entry.omitted, bytesIn: entry.bytesIn, bytesOut: entry.bytesOut }
      : {}),
  };
}

export function registrationDocument(entry: Registration, { showTokens }: Visibility = {}) {
  return {
    ip: entry.ip,
    port: entry.port,
    service: entry.service,
    token: showTokens ? entry.token : MASK,
    registeredAt: time(entry.registeredAt),
    lastSeenAt: time(entry.lastSeenAt),
    expiresAt: time(entry.expiresAt),
  };
}

/** A document, or each of several, with the node that answers: for a lab of several nodes. */
export function withNode(document: unknown, node: string): unknown {
  if (Array.isArray(document)) return document.map((one) => withNode(one, node));
  return typeof document === "object" && document !== null ? { node, ...document } : document;
}

export { MASK, parseHostPort };
