/** The address book that a lab file names: a beginning for an empty book, and nothing else. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Daemon } from "../../src/daemon.ts";
import addressBook from "../../src/machines/address-book.ts";
import { converse } from "../actors/harness.ts";
import { quietConfig } from "../quiet-config.ts";

const LAB = "book: names.csv\nroles:\n  - {role: address-book, port: 0, host: 127.0.0.1}\n";

let folder: string;
let daemon: Daemon | undefined;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "netlab-book-"));
  writeFileSync(path.join(folder, "lab.yaml"), LAB);
});
afterEach(async () => {
  await daemon?.close(0);
  rmSync(folder, { recursive: true, force: true });
});

const write = (...rows: string[]) => writeFileSync(path.join(folder, "names.csv"), `${rows.join("\n")}\n`);

async function start(): Promise<Daemon> {
  await daemon?.close(0);
  const config = { ...quietConfig(folder), lab: path.join(folder, "lab.yaml") };
  daemon = await Daemon.start(config, {
    roles: new Map([[addressBook.name, addressBook]]),
    isLogShown: false,
  });
  return daemon;
}

describe("the book of a lab", () => {
  it("is there for a client from the first start on", async () => {
    write("email,name", "luke@gmail.com,Luke Skywalker");
    const { instances } = (await start()).lab;
    const peer = await converse(instances[0]?.port ?? 0);
    peer.say("Q\x0eluke@gmail.com");
    await peer.hears("R\x0eLuke Skywalker");
  });

  it("overwrites nothing, and brings nothing back, where the book has an entry", async () => {
    write("luke@gmail.com,Luke", "leia@gmail.com,Leia");
    const { book } = (await start()).lab;
    await book.add("luke@gmail.com", "Luke S.");
    await book.remove("leia@gmail.com");
    const again = await start();
    expect(again.lab.book.list()).toEqual([{ email: "luke@gmail.com", name: "Luke S." }]);
  });

  it("is read again with the lab", async () => {
    write();
    const { lab } = await start();
    write("han@gmail.com,Han Solo");
    await lab.reload();
    expect(lab.book.find("han@gmail.com")).toBe("Han Solo");
  });

  it.each([
    ["a line that is none", ["email,name", "luke@gmail.com"], /^names\.csv:2: 1 column instead of two/],
    ["no file", undefined, /^cannot read the book .*names\.csv that the lab file names: ENOENT/],
  ])("is an error before anything starts where there is %s", async (_, rows, sentence) => {
    if (rows) write(...rows);
    await expect(start()).rejects.toThrow(sentence);
  });
});
