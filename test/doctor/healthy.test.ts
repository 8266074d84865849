/** Right servers of every role, in several languages: the doctor finds nothing wrong with any, whoever asks, and however often. */
import path from "node:path";
import { describe, expect, it } from "vitest";
import { shippedRoles } from "../../src/catalogue/shipped-roles.ts";
import { exitOf } from "../../src/doctor/finding.ts";
import { wordsOf } from "../../src/doctor/role-words.ts";
import {
  codes,
  compiled,
  examined,
  found,
  hasCompiler,
  hasJava,
  hasPython,
  isLinux,
  openForAll,
  started,
} from "./hospital.ts";

openForAll();

/** Of each role: words that the server that keeps every rule is told, and the one as it is handed in. */
const SERVERS: Readonly<Record<string, readonly [right: readonly string[], handedIn: readonly string[]]>> = {
  ack: [[], ["ack_server.py", "0"]],
  "address-book": [["/dev/null"], ["address_book_server.py", "0"]],
  bootstrap: [["store.txt"], ["bootstrap_server.py", "0"]],
  calculator: [[], ["calculator_server.py", "0"]],
  chat: [[], ["chat_server.py", "0"]],
  clock: [[], ["clock_server.py", "0"]],
  echo: [["."], ["echo_server.py", "0", "."]],
  "file-server": [
    ["pdf", "tok1", "."],
    ["file_server.py", "9", "0", "pdf", "tok1", "."],
  ],
  "knock-knock": [[], ["knock_server.py", "0"]],
  relay: [[], ["relay_server.py", "0"]],
  reverse: [[], ["reverse_server.py", "0", "4"]],
};
const LISTENS = /(?:listening on|on port|127\.0\.0\.1,) ?(\d+)/;
const here = import.meta.dirname;

const python = (file: string, words: readonly string[]) =>
  started("python3", ["-u", "-B", path.join(here, file), ...words], LISTENS);

describe.skipIf(!isLinux || !hasPython).concurrent("a server of Python", () => {
  it.each(Object.entries(SERVERS))(
    "that plays %s is healthy",
    { timeout: 90_000 },
    async (name, [words, handedIn]) => {
      const role = (await shippedRoles()).get(name);
      if (!role) throw new Error(`no role ${name}`);
      const { transport } = role;
      const right = await python(`../conformance/right/${name}-server.py`, ["0", ...words]);
      const [file = "", ...rest] = handedIn;
      const other = await python(`../peers/${file}`, rest);
      for (const { port } of [right, other]) {
        const plain = await examined(port, { transport });
        const probed = await examined(port, { transport, isProbing: true });
        expect([plain, probed].map(({ findings }) => exitOf(findings))).toEqual([0, 0]);
        expect(codes(plain)).toContain("healthy");
      }
      const asked = await examined(right.port, { transport, words: wordsOf(role) });
      expect(exitOf(asked.findings, name)).toBe(0);
      const spoken = asked.findings.filter(({ code }) => code === "speaks-as");
      expect(spoken.map(({ about }) => about)).toEqual([expect.objectContaining({ role: name })]);
    },
  );
});

/** Its answer is a calculator's. */
const healthy = ["healthy", "speaks-as", "waits-in", "held-by"];

describe.skipIf(!isLinux || !hasCompiler)("a server of C", () => {
  it("is healthy, and known by its name", async () => {
    const { port } = await started(compiled("reads-and-answers.c"), ["0"], LISTENS);
    for (let time = 0; time < 2; time += 1) {
      const examination = await examined(port);
      expect(codes(examination)).toEqual(healthy);
      expect(found(examination, "held-by").about).toMatchObject({ name: "reads-and-answe" });
    }
  });
});

describe.skipIf(!isLinux || !hasJava)("a server of Java", () => {
  it("is healthy, whatever its other threads do", async () => {
    const { port } = await started("java", [path.join(here, "ReadsAndAnswers.java")], LISTENS);
    const examination = await examined(port);
    // Which of its threads is looked at is chance.
    expect(codes(examination).filter((code) => code !== "waits-in")).toEqual(
      healthy.filter((code) => code !== "waits-in"),
    );
    expect(found(examination, "held-by").about).toMatchObject({ name: "java" });
  });
});
