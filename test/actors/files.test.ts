/** Which files a peer may have, and how a file that is fetched comes to be [FILE-3]. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { localFiles } from "../../src/actors/files.ts";
import type { Files } from "../../src/machines/_world.ts";
import { temporaryFolder } from "./harness.ts";

let folder: string;
let files: Files;

beforeEach(async () => {
  folder = await temporaryFolder();
  const root = path.join(folder, "root");
  await mkdir(path.join(root, "inner"), { recursive: true });
  await writeFile(path.join(root, "server.pdf"), "a pdf");
  await writeFile(path.join(root, "inner", "deep.pdf"), "a deep pdf");
  await writeFile(path.join(root, ".pdf"), "no name, only an extension");
  await writeFile(path.join(root, "server.txt"), "a text");
  await writeFile(path.join(folder, "secret.pdf"), "a secret");
  await mkdir(path.join(folder, "rootless"));
  await writeFile(path.join(folder, "rootless", "secret.pdf"), "a secret too");
  await mkdir(path.join(root, "folder.pdf"));
  await symlink("server.pdf", path.join(root, "inside.pdf"));
  await symlink("../secret.pdf", path.join(root, "outside.pdf"));
  await symlink(folder, path.join(root, "up"));
  await symlink("../rootless", path.join(root, "neighbour"));
  await symlink("circle.pdf", path.join(root, "circle.pdf"));
  await symlink("nowhere.pdf", path.join(root, "dangling.pdf"));
  execFileSync("mkfifo", [path.join(root, "pipe.pdf")]);
  files = localFiles((name) => path.join(folder, name), path.join(folder, "downloads"));
  await mkdir(path.join(folder, "downloads"));
});

/** What a peer gets that asks for this name: the content, or why not. */
async function asked(name: string, extension = "pdf", root = "root"): Promise<string> {
  const answer = await files.open(root, name, extension === "any" ? undefined : extension);
  if (!answer.ok) return `no: ${answer.why}`;
  try {
    const into = Buffer.alloc(answer.file.sizeBytes + 1);
    const count = await answer.file.read(into, 0);
    return into.toString("utf8", 0, count);
  } finally {
    await answer.file.close();
  }
}

describe("a peer that asks for a file", () => {
  it.each([
    ["server.pdf", "a pdf"],
    ["./server.pdf", "a pdf"],
    ["inner/deep.pdf", "a deep pdf"],
    ["inside.pdf", "a pdf"],
    ["inner/./deep.pdf", "a deep pdf"],
  ])("gets %s", async (name, content) => {
    expect(await asked(name)).toBe(content);
  });

  it.each([
    ["../secret.pdf", "a path with .."],
    ["inner/../server.pdf", "a path with .."],
    ["..\\secret.pdf", "a path with .."],
    ["..", "a path with .."],
    ["/etc/passwd.pdf", "an absolute path"],
    ["server.pdf\0.pdf", "a NUL in the name"],
    ["\0", "a NUL in the name"],
    ["server.txt", "not a .pdf file"],
    ["server.PDF", "not a .pdf file"],
    ["server", "not a .pdf file"],
    ["server.pdf.txt", "not a .pdf file"],
    [".pdf", "not a .pdf file"],
    ["", "not a .pdf file"],
    [".", "not a .pdf file"],
    ["none.pdf", "there is no such file"],
    ["server.pdf/server.pdf", "there is no such file"],
    ["dangling.pdf", "there is no such file"],
    ["outside.pdf", "it leads out of the root"],
    ["up/secret.pdf", "it leads out of the root"],
    ["neighbour/secret.pdf", "it leads out of the root"],
    ["circle.pdf", "its symbolic links form a loop"],
    ["folder.pdf", "it is not a regular file"],
    ["pipe.pdf", "it is not a regular file"],
  ])("does not get %j", async (name, why) => {
    expect(await asked(name)).toBe(`no: ${why}`);
  });

  it("does not get one with a name that no disk has", async () => {
    expect(await asked(`${"x".repeat(300)}.pdf`)).toBe("no: the name is too long");
    expect(await asked(`${"x/".repeat(5_000)}x.pdf`)).toMatch(/^no: /);
  });

  it("gets any kind of file where the role says so, still none from outside", async () => {
    expect(await asked("server.txt", "any")).toBe("a text");
    expect(await asked("up/secret.pdf", "any")).toBe("no: it leads out of the root");
    expect(await asked(".", "any")).toBe("no: it is not a regular file");
  });

  it("gets no device, and none is opened for it", async () => {
    const devices = localFiles(() => "/dev", folder);
    expect(await devices.open("", "null", undefined)).toEqual({ ok: false, why: "it is not a regular file" });
  });

  it("gets nothing where the root is missing", async () => {
    expect(await asked("server.pdf", "pdf", "no-such-root")).toBe("no: there is no such file");
  });

  it("gets files where the root itself is a symbolic link", async () => {
    await symlink("root", path.join(folder, "link"));
    expect(await asked("server.pdf", "pdf", "link")).toBe("a pdf");
  });

  it("gets files where the root is the whole disk", async () => {
    const whole = localFiles(() => "/", folder);
    const answer = await whole.open("", path.join(folder, "secret.pdf").slice(1), "pdf");
    expect(answer).toMatchObject({ ok: true, file: { name: "secret.pdf", sizeBytes: 8 } });
    if (answer.ok) await answer.file.close();
  });
});

describe("a file that is fetched", () => {
  const inDownloads = () => readdir(path.join(folder, "downloads"));
  const contentOf = (name: string) => readFile(path.join(folder, "downloads", name), "utf8");

  it("appears under its name only when it is whole, with its SHA-256", async () => {
    const part = await files.create("got.pdf", { overwrite: false });
    await part.write(Buffer.from("one "));
    await part.write(Buffer.from("two"));
    expect(await inDownloads()).toEqual(["got.pdf.part"]);
    expect(await part.finish()).toBe(createHash("sha256").update("one two").digest("hex"));
    expect(await inDownloads()).toEqual(["got.pdf"]);
    expect(await contentOf("got.pdf")).toBe("one two");
    expect(part.path).toBe(path.join(folder, "downloads", "got.pdf"));
  });

  it("leaves nothing when it is discarded, however often", async () => {
    const part = await files.create("got.pdf", { overwrite: false });
    await part.write(Buffer.from("half"));
    await part.discard();
    await part.discard();
    expect(await inDownloads()).toEqual([]);
  });

  it("stays when it is discarded after it was finished", async () => {
    const part = await files.create("got.pdf", { overwrite: false });
    await part.finish();
    await part.discard();
    expect(await inDownloads()).toEqual(["got.pdf"]);
  });

  it("never replaces another, unless that was wanted", async () => {
    await writeFile(path.join(folder, "downloads", "got.pdf"), "mine");
    await expect(files.create("got.pdf", { overwrite: false })).rejects.toMatchObject({
      code: "file-exists",
    });
    expect(await inDownloads()).toEqual(["got.pdf"]);
    const part = await files.create("got.pdf", { overwrite: true });
    await part.write(Buffer.from("new"));
    expect(await contentOf("got.pdf")).toBe("mine");
    await part.finish();
    expect(await contentOf("got.pdf")).toBe("new");
    expect(await inDownloads()).toEqual(["got.pdf"]);
  });

  it("does not replace one that came to be while it was written", async () => {
    const part = await files.create("got.pdf", { overwrite: false });
    await part.write(Buffer.from("late"));
    await writeFile(path.join(folder, "downloads", "got.pdf"), "first");
    await expect(part.finish()).rejects.toMatchObject({ code: "file-exists" });
    await part.discard();
    expect(await contentOf("got.pdf")).toBe("first");
    expect(await inDownloads()).toEqual(["got.pdf"]);
  });

  it("is refused where another transfer writes the same one, and that one is left alone", async () => {
    const first = await files.create("got.pdf", { overwrite: false });
    await expect(files.create("got.pdf", { overwrite: true })).rejects.toThrow(
      /got\.pdf\.part exists: another transfer writes it/,
    );
    await first.write(Buffer.from("still mine"));
    await first.finish();
    expect(await contentOf("got.pdf")).toBe("still mine");
  });

  it("is an error in words where its folder is missing", async () => {
    await expect(files.create("none/got.pdf", { overwrite: false })).rejects.toMatchObject({
      code: "file-not-written",
      message: expect.stringMatching(/^cannot write .*none\/got\.pdf\.part: ENOENT/),
    });
  });
});
