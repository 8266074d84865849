import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ConnectionFiles } from "../../src/actors/connection-files.ts";
import { localFiles } from "../../src/actors/files.ts";
import type { OpenFile } from "../../src/machines/_world.ts";
import { temporaryFolder } from "./harness.ts";

async function opened(): Promise<{ files: ConnectionFiles; file: OpenFile; folder: string }> {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, "a.txt"), "content");
  const files = new ConnectionFiles(localFiles(() => folder, folder));
  const answer = await files.open("", "a.txt", "txt");
  if (!answer.ok) throw new Error(answer.why);
  return { files, file: answer.file, folder };
}

describe("what a machine that threw had open", () => {
  it("is closed: a file that it read", async () => {
    const { files, file } = await opened();
    expect(await file.read(Buffer.alloc(7), 0)).toBe(7);
    await files.closeAll();
    await expect(file.read(Buffer.alloc(7), 0)).rejects.toThrow();
  });

  it("is discarded: a file that was not whole yet", async () => {
    const { files, folder } = await opened();
    const part = await files.create("b.txt", { overwrite: false });
    await part.write(Buffer.from("half"));
    await files.closeAll();
    expect(readdirSync(folder)).toEqual(["a.txt"]);
  });

  it("is closed: a file that was being opened still", async () => {
    const { files } = await opened();
    const late = files.open("", "a.txt", "txt");
    await files.closeAll();
    expect(await late).toEqual({ ok: false, why: "the connection that wanted it has ended" });
  });

  it("is left alone where it was whole, and twice is no harm", async () => {
    const { files, file, folder } = await opened();
    const part = await files.create("b.txt", { overwrite: false });
    await part.write(Buffer.from("whole"));
    await part.finish();
    await file.close();
    await files.closeAll();
    await files.closeAll();
    expect(readdirSync(folder).sort()).toEqual(["a.txt", "b.txt"]);
  });
});
