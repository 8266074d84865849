/** The files that one connection holds, as its machine sees them: each is let go of once. */
import { describe, expect, it } from "vitest";
import { ConnectionFiles } from "../../src/actors/connection-files.ts";
import { FakeFile, FakeFiles, FakePart } from "../fake-files.ts";

describe("the files of a connection", () => {
  const held = () => {
    const files = new FakeFiles();
    return { files, connection: new ConnectionFiles(files) };
  };

  it("are read through it, by their own name and size, until they are closed", async () => {
    const { files, connection } = held();
    expect(connection.isHolding).toBe(false);
    const opening = connection.open("files", "a.txt", "txt");
    const file = new FakeFile("a.txt", 7);
    await files.opens.resolve({ ok: true, file });
    const answer = await opening;
    if (!answer.ok) throw new Error(answer.why);
    expect([files.opens.last, answer.file.name, answer.file.sizeBytes]).toEqual([
      "files/a.txt as .txt",
      "a.txt",
      7,
    ]);
    expect([connection.isHolding, await answer.file.read(Buffer.alloc(1), 0)]).toEqual([true, 0]);
    await answer.file.close();
    expect([connection.isHolding, file.isOpen]).toEqual([false, false]);
  });

  it("are not held where there is none", async () => {
    const { files, connection } = held();
    const opening = connection.open("files", "a.txt", undefined);
    await files.opens.resolve({ ok: false, why: "no such file", listed: ["b.txt"] });
    expect(await opening).toEqual({ ok: false, why: "no such file", listed: ["b.txt"] });
    expect(connection.isHolding).toBe(false);
  });

  it.each(["finish", "discard"] as const)(
    "are written through it until they are whole or given up: %s",
    async (end) => {
      const { files, connection } = held();
      const creating = connection.create("a.txt", { overwrite: true });
      const part = new FakePart("downloads/a.txt");
      await files.creates.resolve(part);
      const made = await creating;
      await made.write(Buffer.from("abc"));
      expect([files.creates.last, made.path, part.written]).toEqual([
        { path: "a.txt", overwrite: true },
        "downloads/a.txt",
        "abc",
      ]);
      expect(connection.isHolding).toBe(true);
      expect(await made[end]()).toBe(end === "finish" ? "sha256 of abc" : undefined);
      expect([connection.isHolding, part.state]).toEqual([
        false,
        end === "finish" ? "finished" : "discarded",
      ]);
    },
  );

  it("that come when it is over are closed and discarded at once", async () => {
    const { files, connection } = held();
    const opening = connection.open("files", "a.txt", "txt");
    const creating = connection.create("b.txt", { overwrite: false });
    await connection.closeAll();
    const file = new FakeFile("a.txt", 7);
    const part = new FakePart("b.txt");
    await files.opens.resolve({ ok: true, file });
    await files.creates.resolve(part);
    expect(await opening).toEqual({ ok: false, why: "the connection that wanted it has ended" });
    await creating;
    expect([file.isOpen, part.state]).toEqual([false, "discarded"]);
  });

  it("are closed once at its end, each of them, and held no more", async () => {
    const { files, connection } = held();
    const opened: FakeFile[] = [];
    for (const name of ["a", "b"]) {
      const opening = connection.open("", name, undefined);
      opened.push(new FakeFile(name, 1));
      await files.opens.resolve({ ok: true, file: opened.at(-1) as FakeFile });
      await opening;
    }
    await connection.closeAll();
    expect([opened.map(({ isOpen }) => isOpen), connection.isHolding]).toEqual([[false, false], false]);
  });
});
