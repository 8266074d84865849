/** Whose a file is, by its SHA-256. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ClassDaemon } from "./class-daemon.ts";
import { run } from "./class-session.ts";

const LAB =
  'roster: ./roster.csv\nclass: { files: ./files }\neach:\n  - { role: file-server, service: txt, token: "{token}", root: "{files}", bootstrap: "localhost:9" }\n';

let one: ClassDaemon;
let hash: string;
beforeAll(async () => {
  one = await ClassDaemon.start({
    "lab.yaml": LAB,
    "roster.csv": "id\ns001\ns002\n",
    "files/notes.txt": "so many letters, and so few of them the same\n".repeat(20_000),
  });
  const file = path.join(one.daemon.lab.class?.plan?.filesFolder ?? "", "s002", "notes.txt");
  hash = createHash("sha256").update(readFileSync(file)).digest("hex");
});
afterAll(() => one.close());

it("a copied file is that of the student who was given it", async () => {
  expect((await run(one, `class who ${hash}`)).text).toBe("s002: SHA-256 of notes.txt");
  expect(await run(one, `class who ${"0".repeat(64)}`)).toMatchObject({ exit: 4 });
});

it("a search that is interrupted reads no further", async () => {
  expect(await one.daemon.lab.class?.who(hash, AbortSignal.abort())).toEqual([]);
});
