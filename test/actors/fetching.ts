/** One run of the file client against a server that a script plays. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { expect } from "vitest";
import type { Clock } from "../../src/machines/_world.ts";
import type { FetchResult } from "../../src/machines/file-client.ts";
import type { Conversation } from "./conversation.ts";
import { eventually, openLab, turns } from "./harness.ts";
import { scriptedServer } from "./scripted-server.ts";

export const CONTENT = "what is in the file";

export type Script = (client: Conversation) => Promise<void>;

/** One run of the client against this server; `outcome` waits for its end, so that a clock can be moved before. */
export async function fetchFrom(script: Script, clock?: Clock) {
  const lab = await openLab([], clock ? { clock } : {});
  const { port, complaints } = await scriptedServer(script);
  const given = { service: "pdf", file: "server.pdf", server: `127.0.0.1:${port}`, token: "server1" };
  const instance = lab.supervisor.add({ role: "file-client", given });
  instance.start();
  const ended = instance.reaches((state) => state === "stopped" || state === "failed");
  const folder = path.join(lab.folder, "downloads");
  const outcome = async () => {
    await ended;
    await eventually(() => expect(lab.recorder.live()).toEqual([]));
    return { ...(instance.result as FetchResult), saved: await readdir(folder), complaints };
  };
  return { lab, folder, instance, outcome };
}

export const int32 = (size: number, order: "little" | "big" = "little") => {
  const bytes = Buffer.alloc(4);
  if (order === "little") bytes.writeInt32LE(size);
  else bytes.writeInt32BE(size);
  return bytes;
};

/** `word` in a buffer of this size, padded with NULs. */
export const padded = (word: string, size: number) => Buffer.concat([Buffer.from(word)], size);

/** So that two writes are two reads: the other side has had its turn. */
export const pause = () => turns(10);

/** Up to the size, as it should be. */
export async function tellsSize(client: Conversation, size: Buffer): Promise<void> {
  await client.hears("server1");
  client.say("valid");
  await client.hears("server.pdf");
  client.say("found");
  await pause();
  client.say(size);
}
