/** A file that is replaced in one step: a reader sees the old one or the new one, never half. */
import { randomUUID } from "node:crypto";
import { rename, rm, stat, writeFile } from "node:fs/promises";

export async function replaceFile(file: string, text: string): Promise<void> {
  // A device or a pipe cannot be replaced; it is written as it is.
  const before = await stat(file).catch(() => undefined);
  if (before && !before.isFile()) return await writeFile(file, text);
  const fresh = `${file}.${randomUUID().slice(0, 8)}`;
  try {
    await writeFile(fresh, text);
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
