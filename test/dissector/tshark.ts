/** What tshark shows of a capture, with our dissectors: messages by conversation, those that were only the beginning of one left out. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { CaptureEncoder, captureHead } from "../../src/capture/capture-encoder.ts";
import { protocolName } from "../../src/capture/exported-message.ts";
import { shippedRoles } from "../../src/catalogue/shipped-roles.ts";
import { dissectorLua } from "../../src/dissector/dissector.ts";
import type { Entry } from "../../src/stories/entry.ts";
import { captured, octets } from "../capture/scene.ts";
import { type Conversation, NOT_KNOWN, type Speaker, type Told } from "./corpus.ts";

const FIRST_PORT = 20_000;
const MB = 1_048_576;

/** A file of these conversations, each with a client's port of its own, from 20,000 on. */
export async function captureFile(file: string, conversations: readonly Conversation[]): Promise<string> {
  const roles = await shippedRoles();
  const stories = conversations.map(({ role: name, segments }, index) => {
    const role = roles.get(name);
    let at = 0;
    const entries = segments.map(({ from, bytes, afterMs }): Entry => {
      at += afterMs * 1_000 + 1;
      return octets(from === "client" ? "in" : "out", at, bytes);
    });
    return captured([{ kind: "opened", at: 0, state: "any" }, ...entries], {
      id: `${name}-1/c${index}`,
      role: name,
      transport: role?.transport ?? "tcp",
      local: { address: "127.0.0.1", port: role?.port ?? 0 },
      remote: { address: "127.0.0.1", port: FIRST_PORT + index },
    });
  });
  // One after another: all at once would be a second that no machine has.
  const blocks = stories.flatMap((story) => new CaptureEncoder().stories([story]));
  writeFileSync(file, Buffer.concat([captureHead("0.0.0", []), ...blocks]));
  return file;
}

export async function dissectorFile(folder: string): Promise<string> {
  const roles = [...(await shippedRoles()).values()].flatMap((role) =>
    role.wire ? [{ role, form: role.wire, ports: [role.port] }] : [],
  );
  const file = path.join(folder, "netlabd.lua");
  writeFileSync(file, dissectorLua(roles, "0.0.0"));
  return file;
}

/** Standard output of tshark with our dissectors. */
export async function tshark(lua: string, file: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("tshark", ["-X", `lua_script:${lua}`, "-r", file, ...args], {
    maxBuffer: 512 * MB,
  });
  return stdout;
}

type Json = { readonly [key: string]: unknown };
const many = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

interface Shown extends Told {
  readonly frame: number;
  readonly isUnfinished: boolean;
}

/** Messages by the client's port, in order. */
export async function messagesShown(
  lua: string,
  file: string,
  ...args: string[]
): Promise<Map<number, Told[]>> {
  const protocols = [...(await shippedRoles()).values()]
    .filter(({ wire }) => wire)
    .map(({ name }) => protocolName(name));
  const only = ["-Y", protocols.join(" or "), "-J", ["frame", "tcp", "udp", ...protocols].join(" ")];
  const json = await tshark(lua, file, "-T", "json", "--no-duplicate-keys", ...only, ...args);
  const shown = new Map<number, Shown[]>();
  for (const packet of JSON.parse(json) as Json[]) readPacket(packet, shown);
  return new Map(
    [...shown].map(([port, messages]) => [
      port,
      messages.map(({ from, name, fields }) => ({ from, name, fields })),
    ]),
  );
}

function readPacket(packet: Json, shown: Map<number, Shown[]>): void {
  const layers = (packet._source as Json).layers as Json;
  const frame = Number((layers.frame as Json)["frame.number"]);
  const ports = ["tcp", "udp"].flatMap((layer) => {
    const head = layers[layer] as Json | undefined;
    return head ? [Number(head[`${layer}.srcport`]), Number(head[`${layer}.dstport`])] : [];
  });
  const port = ports.find((one) => one >= FIRST_PORT) ?? 0;
  const messages = shown.get(port) ?? [];
  shown.set(port, messages);
  for (const [name, layer] of Object.entries(layers).filter(([key]) => key.startsWith("netlabd_"))) {
    const parts = many(layer) as Json[];
    for (const part of parts) {
      const [begins] = many(part[`${name}.begins_in`]);
      const added = many(part[`${name}.message_tree`]).map((tree, index) =>
        messageOf(name, String(many(part[`${name}.message`])[index]), tree as Json, frame),
      );
      if (begins !== undefined && added[0]) forget(messages, added[0].from, Number(begins));
      for (const message of added) add(messages, message);
    }
  }
}

/** What was shown from that frame on was the beginning of what comes now: of the frame itself, its last message. */
function forget(messages: Shown[], from: Speaker, begins: number): void {
  const ofSide = messages.filter((one) => one.from === from);
  const stale = new Set([
    ...ofSide.filter(({ frame }) => frame > begins),
    ofSide.findLast(({ frame }) => frame === begins),
  ]);
  messages.splice(0, messages.length, ...messages.filter((one) => !stale.has(one)));
}

/** Pieces of a file are one. */
function add(messages: Shown[], message: Shown): void {
  const before = messages.findLast(({ from }) => from === message.from);
  if (message.name !== "content" || before?.name !== "content" || !before.isUnfinished) {
    messages.push(message);
    return;
  }
  const [[field = "", size = 0] = []] = before.fields;
  const [[, more = 0] = []] = message.fields;
  messages[messages.indexOf(before)] = { ...message, fields: [[field, Number(size) + Number(more)]] };
}

const COMMON = [
  "from",
  "rule",
  "state",
  "next",
  "error",
  "ends",
  "unfinished",
  "header",
  "record_type",
  "record_length",
  "came",
  "told",
  "other",
];

function messageOf(protocol: string, name: string, tree: Json, frame: number): Shown {
  const fields = Object.entries(tree)
    .filter(([key]) => key.startsWith(`${protocol}.`) && !COMMON.includes(key.slice(protocol.length + 1)))
    .flatMap(([key, value]) => {
      const field = key.slice(protocol.length + 1);
      return many(value).map((one) => [field, shownValue(field, one)] as const);
    });
  return {
    frame,
    from: tree[`${protocol}.from`] as Speaker,
    name: name === NOT_KNOWN ? NOT_KNOWN : name,
    fields,
    isUnfinished: tree[`${protocol}.unfinished`] !== undefined,
  };
}

const OF_BYTES = ["acknowledgement", "content"];

const shownValue = (field: string, value: unknown): string | number =>
  OF_BYTES.includes(field) ? String(value).split(":").length : String(value);
