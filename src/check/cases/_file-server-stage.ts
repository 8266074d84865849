/** File server on its stage: which files it has, and the steps of a transfer that cases share. */
import { createHash } from "node:crypto";
import { mkdir, readFile, symlink, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { ACKNOWLEDGEMENT } from "../../wire/file-transfer.ts";
import { octets } from "../octets.ts";
import type { ServerTester, TestConnection } from "../tester.ts";
import { CheckFailure } from "../verdict.ts";

const SHOWN_BYTES = 32;
const MIB = 1_048_576;
/** File above the folder that is served. */
export const OUTSIDE = "outside";
const NO_FILE =
  "which files it has is not known: name {root} in its command, or one of them with --set file=PATH";
export const NO_ROOT =
  "which files it has is not known: write {root} in --run, where the folder belongs that it serves";

export interface Known {
  readonly name: string;
  readonly bytes: Buffer;
  readonly size: number;
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
  const size = SIZES[which];
  return { name, size, bytes: which === "sparse" ? Buffer.alloc(0) : contentOf(salt, name, size) };
}

/** A file that it has, one of ours or one of its own. */
export async function known(t: ServerTester): Promise<Known> {
  const { file } = t.words;
  if (t.names("root")) return filled(t, "one");
  if (file === undefined) t.skip(NO_FILE);
  const bytes = await readFile(file);
  return { name: path.basename(file), bytes, size: bytes.length };
}

export const tokenOf = ({ words }: ServerTester) => words.token ?? "";

/** Behind the token, whatever the server says to it, or whether it says anything: the words are cases of their own. */
export async function enter(t: ServerTester): Promise<TestConnection> {
  const client = await t.connect();
  client.say(tokenOf(t));
  await client.message().catch(() => undefined);
  return client;
}

/** Ways in which programs tell a size, the rule's own first. */
const SIZE_FORMS = [
  { form: "right", encode: (size: number) => integer(4, (to) => to.writeInt32LE(size)) },
  { form: "high byte first", encode: (size: number) => integer(4, (to) => to.writeInt32BE(size)) },
  { form: "in digits", encode: (size: number) => Buffer.from(String(size)) },
] as const;

function integer(sizeBytes: number, write: (to: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  write(bytes);
  return bytes;
}

export interface Announced {
  /** Word before the size. */
  readonly word: Buffer;
  readonly form: (typeof SIZE_FORMS)[number]["form"];
}

/**
 * Answer to the name of a file, up to its size: in whatever words, and however the size is told, for each of the two fails the case of that
 * alone. Undefined: the size is nowhere, and what came lies unread.
 */
export async function announced(
  client: TestConnection,
  { name, size }: Pick<Known, "name" | "size">,
): Promise<Announced | undefined> {
  client.say(name);
  const heard = await client.hearsOne(SIZE_FORMS.map(({ encode }) => encode(size)));
  const { form } = SIZE_FORMS[heard?.which ?? -1] ?? {};
  if (!heard && client.unread.length === 0) await client.message();
  return heard && form && { word: heard.before, form };
}

/** Of cases that need to know where the size ends. */
export const SIZE_UNKNOWN = "where the size is cannot be told: see FILE-0.size-is-int32-le";

/** The whole way of one file, by its bytes; what stands before them fails the cases of that alone. */
export async function fetches(client: TestConnection, file: Known): Promise<void> {
  await announced(client, file);
  client.send(ACKNOWLEDGEMENT);
  await comes(client, file);
  // A server that did not wait for the acknowledgement reads it now, and by itself: what is said next is another message.
  await client.taken();
}

/** Waits for its bytes, behind whatever else. */
export async function comes(client: TestConnection, { name, bytes }: Known): Promise<void> {
  const heard = await client.hearsOne([bytes], { withinMs: 5_000 });
  if (heard) return;
  const got = client.unread;
  const at = bytes.findIndex((byte, index) => byte !== got[index]);
  const where = at > 0 ? `, and from byte ${at} on others came` : "";
  throw new CheckFailure(`the ${bytes.length} bytes of ${name} should come${where}, and ${got.length} came`, {
    expected: octets(bytes.subarray(at, at + SHOWN_BYTES)),
    got: octets(got.subarray(at, at + SHOWN_BYTES)),
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
