/** The JSON documents of the control protocol, everywhere the same. Times are RFC 3339, sizes bytes, absent is null. */

import type { Instance } from "../actors/instance.ts";
import { secretKeysOf } from "../catalogue/instance-options.ts";
import { formatHostPort, parseHostPort } from "../machines/_options.ts";
import type { Registration } from "../machines/_world.ts";
import { describeEntry, shownEntry } from "../stories/entry-text.ts";
import { MASK } from "../stories/redaction.ts";
import { type Entry, type Story, wallMs } from "../stories/story.ts";
import { verdictOf } from "../stories/verdict.ts";

const time = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());

export interface Masking {
  readonly showTokens?: boolean | undefined;
}

export function instanceDocument(instance: Instance, { showTokens }: Masking = {}) {
  const { spec, role } = instance;
  return {
    id: instance.id,
    type: role.name,
    name: spec.options.name ?? null,
    label: spec.options.label ?? null,
    state: instance.state,
    transport: role.transport,
    host: spec.options.host,
    port: instance.port,
    alsoPorts: [...(instance.service.otherPorts ?? [])],
    options: shownOptions(instance, showTokens === true),
    connections: instance.service.peers,
    restarts: instance.restarts,
    startedAt: time(instance.startedAt),
    lastError: instance.lastError ?? null,
  };
}

/** The options in force, secrets masked. */
function shownOptions(instance: Instance, showTokens: boolean): Record<string, unknown> {
  const secrets = new Set(secretKeysOf(instance.role));
  const { host, port, name, label, ...options } = instance.spec.options as unknown as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key,
      secrets.has(key) && !showTokens ? MASK : plainValue(value),
    ]),
  );
}

function plainValue(value: unknown): unknown {
  const isAddress = typeof value === "object" && value !== null && "host" in value && "port" in value;
  return isAddress ? formatHostPort(value as { host: string; port: number }) : (value ?? null);
}

export function connectionDocument(story: Story, now: number) {
  const { subject } = story;
  return {
    id: subject.id,
    role: subject.instance,
    label: subject.label ?? null,
    remote: formatHostPort({ host: subject.remote.address, port: subject.remote.port }),
    state: story.endedAt === undefined ? story.state : "closed",
    waitsFor: story.waitsFor ?? null,
    since: time(story.openedAt),
    bytesIn: story.bytesIn,
    bytesOut: story.bytesOut,
    framing: story.framing,
    lastRule: story.lastRule ?? null,
    verdict: verdictOf(story, now),
  };
}

/** One entry of a story, its bytes in hex; tokens in it are hidden. */
export function entryDocument(entry: Entry, story: Story, openness: Masking = {}) {
  const { subject } = story;
  const shown = shownEntry(entry, subject, openness);
  return {
    at: new Date(wallMs(story, entry)).toISOString(),
    us: entry.at,
    kind: entry.kind,
    text: describeEntry(entry, subject, openness).trim(),
    ...("size" in shown ? { size: shown.size } : {}),
    ...("bytes" in shown ? { hex: shown.bytes.toString("hex") } : {}),
  };
}

export function registrationDocument(entry: Registration, { showTokens }: Masking = {}) {
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

export { MASK, parseHostPort };
