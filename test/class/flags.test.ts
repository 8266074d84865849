/** Flags of a class: in each student's copy of a file, handed in once, another's refused, and counted in class and gradebook. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { flagOf, withFlag } from "../../src/class/flags.ts";
import { documentSchemas } from "../../src/repl/document-schemas.ts";
import { ClassDaemon } from "./class-daemon.ts";
import { run } from "./class-session.ts";

const LAB = `roster: ./roster.csv
class: { files: ./files, flags: true }
each:
  - { role: file-server, service: txt, token: "{token}", root: "{files}" }
`;
const FILES = {
  "roster.csv": "id\ns001\ns002\ns003\n",
  "files/server.txt": "It says: {flag}, and {flag} again\n",
  "files/second.txt": "{flag}\n",
  "files/plain.txt": "no flag\n",
};
let one: ClassDaemon | undefined;
afterEach(() => one?.close());

async function start(lab = LAB, files: Readonly<Record<string, string>> = FILES): Promise<ClassDaemon> {
  one = await ClassDaemon.start({ "lab.yaml": lab, ...files });
  return one;
}

const copyOf = ({ daemon }: ClassDaemon, id: string, file: string) =>
  readFileSync(path.join(daemon.lab.class?.plan?.filesFolder ?? "", id, file), "utf8");
const flagIn = (text: string) => /flag-[2-9a-z]{10}/.exec(text)?.[0] ?? "";

describe("a flag", () => {
  it("is the student's own in each file, where the original has its place, and the same after a restart", async () => {
    const running = await start();
    const copies = () =>
      ["s001", "s002"].flatMap((id) => ["server.txt", "second.txt"].map((file) => copyOf(running, id, file)));
    const before = copies();
    expect(before[0]).toMatch(/^[A-Z][a-z] [a-z]{4}: (flag-[2-9a-z]{10}), [a-z]{3} \1 [a-z]{5}\n$/);
    expect(new Set(before.map(flagIn)).size).toBe(4);
    expect(copyOf(running, "s001", "plain.txt")).toMatch(/^[a-z]{2} [a-z]{4}\n$/);
    await running.again();
    expect(copies()).toEqual(before);
  });

  it("stands only where it has a place, at whatever byte that is", () => {
    const original = Buffer.from("ü{flag}{flag}\n");
    const own = Buffer.from("ü{abcd}{efgh}\n");
    expect(withFlag(original, own, "flag-x").toString()).toBe("üflag-xflag-x\n");
    const of = (id: string, file: string) => flagOf({ secret: Buffer.alloc(32), lab: "lab" }, id, file);
    expect(of("s1", "a")).not.toBe(of("s", "1a"));
  });

  it("is taken from the student whose it is, counted once, and told to whom it belongs", async () => {
    const running = await start();
    const flag = flagIn(copyOf(running, "s001", "server.txt"));
    const submit = (words: string, level?: "observe") => run(running, `submit ${words}`, level && { level });
    expect(await submit(`${flag} --student s002`)).toMatchObject({
      exit: 1,
      text: "not taken from s002: it is the flag of server.txt of s001",
    });
    expect(await submit(`${flag.toUpperCase()} --student s001`)).toMatchObject({
      exit: 0,
      text: "s001: the flag of server.txt, 1 of 2 handed in",
    });
    expect((await submit(flag)).text).toBe("s001: the flag of server.txt again, 1 of 2 handed in");
    const { documents } = await submit(`${flagIn(copyOf(running, "s001", "second.txt"))} --json`);
    expect(documents).toEqual([{ student: "s001", file: "second.txt", isNew: true, passed: 2, of: 2 }]);
    expect(documentSchemas.submit?.parse(documents[0])).toEqual(documents[0]);
    expect(await submit("flag-2222222222")).toMatchObject({
      exit: 4,
      text: '"flag-2222222222" is not a flag of any student in this class',
    });
    expect(await submit(flag, "observe")).toMatchObject({ exit: 5 });
    expect((await run(running, `class who ${flag}`)).text).toBe("s001: flag of server.txt");
  });

  it("counts in class and in the gradebook, where who was checked and handed in none has lost them", async () => {
    const running = await start();
    const { lab } = running.daemon;
    const passed = { id: "CASE-1", status: "passed", grade: "MUST", weight: 2, message: "" };
    const report = { version: "1", seed: 1, role: "chat", side: "server", target: "x", at: 1 } as const;
    for (const student of ["s001", "s002"]) await lab.keepCheck({ ...report, student, results: [passed] });
    await run(running, `submit ${flagIn(copyOf(running, "s001", "server.txt"))}`);
    expect(lab.students().map(({ checks, done }) => [checks, done])).toEqual([
      [{ passed: 2, of: 3 }, false],
      [{ passed: 1, of: 1 }, true],
      [undefined, false],
    ]);
    const { documents } = await run(running, "class gradebook --names --json");
    expect(documents[0]).toMatchObject([
      { points: 75, lost: ["second.txt"] },
      { points: 50, lost: ["second.txt", "server.txt"] },
      { points: null },
    ]);
  });

  it.each([
    [
      "no file has a place for one",
      LAB,
      { ...FILES, "files/server.txt": "x\n", "files/second.txt": "\0{flag}" },
    ],
    ["there are no files", LAB.replace("files: ./files, ", "").replace(', root: "{files}"', ""), FILES],
  ])("is refused where %s, with what to do", async (_, lab, files) => {
    await expect(start(lab, files)).rejects.toThrow(
      "class: flags: true needs a text file with {flag} in it in the folder of files:",
    );
  });
});
