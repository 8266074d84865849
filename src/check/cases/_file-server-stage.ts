/** File server on its stage: which files it has, and the steps of a transfer that cases share. */
import { createHash } from "node:crypto";
import { mkdir, readFile, symlink, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { ACKNOWLEDGEMENT, FOUND } from "../../wire/file-transfer.ts";
import type { ServerTester, TestConnection } from "../tester.ts";

export const SIZE_BYTES = 4;
const MIB = 1_048_576;
/** File above the folder that is served. */
export const OUTSIDE = "outside";
const NO_FILE =
  "which files it has is not known: name {root} in its command, or one of them with --set file=PATH";
export const NO_ROOT = "its command does not name {root}: which files it has is not known";

export interface Known {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Bytes that are no text, the same for the same salt and name. */
export const contentOf = (salt: string, name: string, outputLength: number) =>
  createHash("shake256", { outputLength }).update(`${salt}/${name}`).digest();

export const CONTENT_BYTES = 5_000;

const SIZES = { one: CONTENT_BYTES, two: 70, empty: 0, large: MIB, sparse: 32 * MIB } as const;

/** A file that a command with {root} is given. */
export function filled(t: ServerTester, which: keyof typeof SIZES): Known {
  if (!t.names("root")) t.skip(NO_ROOT);
  const { salt = "", service = "" } = t.words;
  const name = `${which}.${service}`;
  return { name, bytes: which === "sparse" ? Buffer.alloc(0) : contentOf(salt, name, SIZES[which]) };
}

/** A file that it has, one of ours or one of its own. */
export async function known(t: ServerTester): Promise<Known> {
  const { file } = t.words;
  if (t.names("root")) return filled(t, "one");
  if (file === undefined) t.skip(NO_FILE);
  return { name: path.basename(file), bytes: await readFile(file) };
}

export const tokenOf = ({ words }: ServerTester) => words.token ?? "";

/** Behind the token, whatever the server says to it: the words are cases of their own. */
export async function enter(t: ServerTester): Promise<TestConnection> {
  const client = await t.connect();
  client.say(tokenOf(t));
  await client.message();
  return client;
}

/** The size that is told behind `found`, glued to it or not, however the server ends its words. */
export async function announced(t: ServerTester, client: TestConnection, name: string): Promise<number> {
  client.say(name);
  await client.hears(FOUND);
  await t.until("a size of 4 bytes should come after found", () => client.unread.length >= SIZE_BYTES);
  await t.pause(20);
  // A zero may be the end of a word, or the first byte of a size.
  const extra = client.unread.length - SIZE_BYTES;
  const endings = /^[\r\n\0]*/.exec(client.unread.toString("latin1"))?.[0].length ?? 0;
  await client.read(Math.min(endings, Math.max(0, extra)));
  return (await client.read(SIZE_BYTES)).readInt32LE();
}

/** The whole way of one file, by its bytes. A size in another byte order is another case's affair. */
export async function fetches(
  t: ServerTester,
  client: TestConnection,
  { name, bytes }: Known,
): Promise<void> {
  await announced(t, client, name);
  client.send(ACKNOWLEDGEMENT);
  const got = await client.read(bytes.length, { withinMs: 5_000 });
  if (got.equals(bytes)) return;
  const at = got.findIndex((byte, index) => byte !== bytes[index]);
  t.fail(`byte ${at} of ${name} and what follows should be otherwise`, {
    expected: bytes.subarray(at, at + 32),
    got: got.subarray(at, at + 32),
  });
}

/** Files of each size, and such as are not to be had [FILE-3]. */
export async function fill(
  root: string,
  { salt, service, asked }: { salt: string; service: string; asked: string },
): Promise<void> {
  await mkdir(path.join(root, `folder.${service}`), { recursive: true });
  for (const [which, size] of Object.entries(SIZES)) {
    const name = `${which}.${service}`;
    if (which !== "sparse") await writeFile(path.join(root, name), contentOf(salt, name, size));
    // More than the kernel keeps for a client that does not read; its zeros take no room on a disk.
    else await writeFile(path.join(root, name), "").then(() => truncate(path.join(root, name), size));
  }
  await writeFile(path.join(root, asked), contentOf(salt, asked, CONTENT_BYTES));
  await mkdir(path.join(root, "..", "empty"));
  const outside = path.join(path.dirname(root), `${OUTSIDE}.${service}`);
  await writeFile(outside, salt);
  await writeFile(path.join(root, "notes.other"), salt);
  await symlink(outside, path.join(root, `link.${service}`));
}
