/** Who may in, for how long, and who no longer. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { KEY_MS, Sessions } from "../../src/web/sessions.ts";
import { WebMemory, webFile } from "../../src/web/web-memory.ts";

const DAY_MS = 24 * 3_600_000;
let folder: string;
let now: number;
let memory: WebMemory;
let sessions: Sessions;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "netlab-sessions-"));
  now = Date.UTC(2026, 10, 30);
  restart();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A daemon that begins anew, on the same folder. */
function restart(): void {
  memory = new WebMemory(folder);
  sessions = new Sessions(memory, () => now);
}

const logIn = (key: string) => sessions.login(key)?.session ?? "";
const linkFor = (label: string, isNew = false) => sessions.linkOf(label, now + 30 * DAY_MS, isNew).text;

describe("a login link's key", () => {
  it("logs in, once", () => {
    const key = sessions.newKey("operator");
    expect(sessions.levelOf(logIn(key))).toBe("operator");
    expect(sessions.login(key)).toBeUndefined();
  });

  it("is good for a minute", () => {
    const [late, soon] = [sessions.newKey("operator"), sessions.newKey("observer")];
    now += KEY_MS;
    expect(sessions.login(soon)?.level).toBe("observer");
    now += 1;
    expect(sessions.login(late)).toBeUndefined();
  });

  it("is no session by itself, and another text is no key", () => {
    const key = sessions.newKey("operator");
    expect(sessions.levelOf(key)).toBeUndefined();
    for (const text of ["", ".", "..", "a.b", "a.b.c", `${key}x`])
      expect(sessions.login(text)).toBeUndefined();
  });

  it("goes with a restart", () => {
    const key = sessions.newKey("operator");
    memory.keepOn(undefined);
    restart();
    expect(sessions.login(key)).toBeUndefined();
  });
});

describe("a session", () => {
  it("outlives a restart", () => {
    memory.newKey();
    const session = logIn(sessions.newKey("operator"));
    restart();
    expect(sessions.levelOf(session)).toBe("operator");
  });

  it("outlives the first one too: the key is on disk before it signs anything", () => {
    const session = logIn(sessions.newKey("operator"));
    restart();
    expect(sessions.levelOf(session)).toBe("operator");
  });

  it("ends after a day", () => {
    const session = logIn(sessions.newKey("operator"));
    now += DAY_MS;
    expect(sessions.levelOf(session)).toBe("operator");
    now += 1;
    expect(sessions.levelOf(session)).toBeUndefined();
  });

  it("cannot be made, or made better", () => {
    const session = logIn(sessions.newKey("observer"));
    const [payload = "", seal = ""] = session.split(".");
    const better = Buffer.from(
      Buffer.from(payload, "base64url").toString().replace("observer", "operator"),
    ).toString("base64url");
    expect(sessions.levelOf(`${better}.${seal}`)).toBeUndefined();
    expect(sessions.levelOf(`${payload}.${seal.slice(0, -1)}`)).toBeUndefined();
    expect(sessions.levelOf(`${payload}.`)).toBeUndefined();
    expect(sessions.levelOf(payload)).toBeUndefined();
  });

  it("ends with all others when they are revoked", () => {
    const [session, link] = [logIn(sessions.newKey("operator")), linkFor("s042")];
    const student = logIn(link);
    memory.newKey();
    expect([sessions.levelOf(session), sessions.levelOf(student), sessions.login(link)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("a student's link", () => {
  it("logs in many times, as that student", () => {
    const link = linkFor("s042");
    for (const _ of [1, 2, 3]) expect(sessions.levelOf(logIn(link))).toBe("student:s042");
  });

  it("is the same each time, over a restart too, so that a printed one goes on working", () => {
    const link = linkFor("s042");
    now += DAY_MS;
    restart();
    expect(linkFor("s042")).toBe(link);
  });

  it("ends at its date, and so do its sessions", () => {
    const link = linkFor("s042");
    const session = logIn(link);
    now += 30 * DAY_MS + 1;
    expect([sessions.login(link), sessions.levelOf(session)]).toEqual([undefined, undefined]);
  });

  it("is ended by another one, with its sessions, and no other student's is", () => {
    const [old, others] = [linkFor("s042"), linkFor("s043")];
    const session = logIn(old);
    const next = linkFor("s042", true);
    expect([sessions.login(old), sessions.levelOf(session)]).toEqual([undefined, undefined]);
    expect(sessions.login(next)?.level).toBe("student:s042");
    expect(sessions.login(others)?.level).toBe("student:s043");
  });

  it("is ended for good where the student is forgotten, also if one of that name comes back, and no name is kept", () => {
    linkFor("s042");
    const [old, others] = [linkFor("s042", true), linkFor("s043")];
    const session = logIn(old);
    expect(memory.forgetLinks(["s042", "amber-otter"])).toBe(true);
    restart();
    expect(readFileSync(webFile(folder), "utf8")).not.toContain("s042");
    expect([sessions.login(old), sessions.levelOf(session)]).toEqual([undefined, undefined]);
    const next = linkFor("s042");
    expect([sessions.login(old), sessions.levelOf(session)]).toEqual([undefined, undefined]);
    for (const link of [next, others]) expect(sessions.login(link)).toBeDefined();
    expect(memory.forgetLinks(["s044"])).toBe(false);
  });

  it("is made for a whole class at once, and one that is in force stays", () => {
    const before = linkFor("s042");
    memory.addLinks(["s042", "s043", "s044"], now + 30 * DAY_MS, now);
    expect([memory.link("s042")?.serial, memory.link("s044")?.serial]).toEqual([1, 1]);
    expect(linkFor("s042")).toBe(before);
    restart();
    expect(sessions.login(linkFor("s044"))?.level).toBe("student:s044");
    now += 31 * DAY_MS;
    memory.addLinks(["s042"], now + DAY_MS, now);
    expect(memory.link("s042")?.serial).toBe(2);
  });

  it("is no session, and a session is no link", () => {
    const link = linkFor("s042");
    expect(sessions.levelOf(link)).toBeUndefined();
    expect(sessions.login(logIn(link))).toBeUndefined();
  });

  it("takes a label as it is: it gives no other level", () => {
    for (const label of ["operator", "constructor", "__proto__", "a:b"])
      expect(sessions.levelOf(logIn(linkFor(label)))).toBe(`student:${label}`);
  });
});

describe("the file of the keys", () => {
  it("is its owner's only, also where one of before was not", () => {
    writeFileSync(webFile(folder), "{}", { mode: 0o644 });
    restart();
    linkFor("s042");
    expect(statSync(webFile(folder)).mode & 0o777).toBe(0o600);
  });

  it("that cannot be read ends the sessions of before, and nothing else", () => {
    const session = logIn(sessions.newKey("operator"));
    writeFileSync(webFile(folder), "not what was written");
    restart();
    expect(sessions.levelOf(session)).toBeUndefined();
    expect(sessions.levelOf(logIn(sessions.newKey("operator")))).toBe("operator");
  });
});
