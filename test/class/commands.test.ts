/** The instructor's commands, on a class of three with one who has gone wrong. */
import path from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { documentSchemas } from "../../src/repl/document-schemas.ts";
import { slipsCsv } from "../../src/repl/slips.ts";
import { welcomeText } from "../../src/repl/welcome.ts";
import { KnownStories } from "../../src/web/known-stories.ts";
import { studentSource } from "../../src/web/sources/student-source.ts";
import { Conversation } from "../actors/conversation.ts";
import { eventually } from "../actors/harness.ts";
import { ClassDaemon } from "./class-daemon.ts";
import { type Answered, run } from "./class-session.ts";

const LAB = `title: Lab 3
roster: ./roster.csv
class: { pseudonyms: false }
each:
  - role: calculator
  - { role: file-server, service: "{id}", token: "{token}", bootstrap: "localhost:9" }
groups:
  - role: chat
`;
const ROSTER = "id,name,group,email\ns001,Ann Lee,A,ann@uni.example\ns002,Bob,B,\ns003,Carl <c>,B,\n";

let one: ClassDaemon;
beforeAll(async () => {
  one = await ClassDaemon.start({ "lab.yaml": LAB, "roster.csv": ROSTER });
  const wrong = await Conversation.open(one.daemon.lab.find("s002-calculator")?.port ?? 0);
  wrong.say("Bob\n1 plus 1\n");
  await eventually(() => expect(one.daemon.lab.students()[1]?.state).toBe("computing"));
  wrong.end("q\n");
  await wrong.over();
  await eventually(() => expect(one.daemon.lab.students()[1]?.card).toBeDefined());
});
afterAll(() => one.close());

const textOf = async (line: string, ...more: Parameters<typeof run>[2][]) =>
  (await run(one, line, ...more)).text;
async function documentOf(line: string): Promise<unknown> {
  const { documents, text } = await run(one, line);
  expect(text).toBe("");
  const [command = ""] = line.split(" ");
  expect(documentSchemas[command]?.parse(documents[0])).toEqual(documents[0]);
  return documents[0];
}

describe("class", () => {
  it("shows who needs help first, and no name", async () => {
    const text = await textOf("class");
    expect(text).toMatch(/^lab: 3 students, 0 connected, 0 stuck or waiting, 0 done; open\nSTUDENT/);
    expect(
      text
        .split("\n")
        .slice(2)
        .map((line) => line.split(/\s+/)[0]),
    ).toEqual(["s002", "s001", "s003"]);
    expect(text).toMatch(/s002 .* closed +CALC-0 +D\d+ /);
    expect(text).not.toMatch(/Ann|Bob|uni\.example/);
    expect(JSON.stringify(await documentOf("class --json"))).not.toMatch(/Ann|Bob|uni\.example/);
  });

  it("shows names to the daemon's user alone, who asks for them", async () => {
    expect(await textOf("class --names")).toMatch(/s001 +Ann Lee +A/);
    expect(await documentOf("class --names --json")).toContainEqual(
      expect.objectContaining({ id: "s001", name: "Ann Lee", email: "ann@uni.example" }),
    );
    expect(await run(one, "class --names", { level: "operate" })).toMatchObject({ exit: 5 });
    expect(await run(one, "who --names", { level: "observe" })).toMatchObject({ exit: 5 });
  });

  it("tells that one is done once it is stored, also where the question has the conversation judged", async () => {
    const small = await ClassDaemon.start({
      "lab.yaml": "roster: ./roster.csv\neach:\n  - role: calculator\n",
      "roster.csv": "id\ns001\n",
    });
    onTestFinished(() => small.close());
    const sql = new Database(path.join(small.folder, "data", "netlab.db"), { readonly: true });
    onTestFinished(() => void sql.close());
    const done = sql.prepare("SELECT student FROM class_progress WHERE done_at IS NOT NULL").pluck();
    const told: unknown[] = [];
    // The command is loaded by then, and nothing judges an ended conversation sooner than who asks at once.
    await run(small, "class --json");
    const asked = new Promise<Answered>((resolve) =>
      small.daemon.recorder.watch(({ endedAt }) => {
        if (endedAt === undefined) return;
        resolve(run(small, "class --json", { onData: () => void told.push(done.all()) }));
      }),
    );
    const peer = await Conversation.open(small.daemon.lab.find("s001-calculator")?.port ?? 0);
    peer.end("Ann\n1 + 1\nq\n");
    const { documents } = await asked;
    expect([documents[0], told]).toMatchObject([[{ id: "s001", done: true }], [["s001"]]]);
  });

  it("is drawn again and again with --watch", async () => {
    const { text } = await run(one, "class --watch --n 2 --every 100ms");
    expect(text.match(/^lab: 3 students/gm)).toHaveLength(2);
  });

  it("who tells whose token, seed or port it is", async () => {
    const { token, seed } = one.daemon.lab.class?.find("s003")?.derived ?? { token: "", seed: 0 };
    const port = one.daemon.lab.find("s003-calculator")?.port;
    expect(await textOf(`class who ${token}`)).toBe("s003: token");
    expect(await textOf(`class who ${seed}`)).toBe("s003: seed");
    expect(await textOf(`class who ${port}`)).toBe("s003: port of calculator");
    expect(await documentOf(`class who ${token} --json`)).toEqual([{ student: "s003", what: "token" }]);
    expect(await run(one, "class who nothing")).toMatchObject({
      exit: 4,
      text: 'no student has the value "nothing"',
    });
  });

  it("in a lab that is none says what to do", async () => {
    const none = await ClassDaemon.start({ "lab.yaml": "roles:\n  - { role: echo, port: 0 }\n" });
    expect(await run(none, "class")).toMatchObject({ exit: 4, text: expect.stringContaining("roster:") });
    await none.close();
  });
});

describe("a class of many", () => {
  let many: ClassDaemon;
  beforeAll(async () => {
    const ids = Array.from({ length: 25 }, (_, index) => `t${index + 1},${index < 2 ? "A" : ""}\n`);
    const lab = "roster: ./roster.csv\neach:\n  - role: calculator\n  - role: chat\n";
    many = await ClassDaemon.start({ "lab.yaml": lab, "roster.csv": `id,group\n${ids.join("")}` });
  });
  afterAll(() => many.close());

  it("has its roles summed up on the first screen, which names the command that shows the class", () => {
    const text = welcomeText(many.daemon.lab, { columns: 80, hasColors: false });
    expect(text).toMatch(/calculator +25 on ports \d+-\d+\n +chat +25 on ports \d+-\d+\n +50 roles in all/);
    expect(text).toMatch(/\n +class +shows the class/);
    expect(text.split("\n").length).toBeLessThan(15);
    expect(welcomeText(one.daemon.lab, { columns: 80, hasColors: false })).toContain("s001-calculator");
  });

  it("has a command on a line of its own on the first screen, where it would be broken", () => {
    const lines = (columns: number) => welcomeText(one.daemon.lab, { columns, hasColors: false }).split("\n");
    const wide = lines(200).find((line) => line.includes("s001-calculator")) ?? "";
    const command = /(?:npx )?netlabctl calc --as ann --port \d+/.exec(wide)?.[0] ?? "";
    const narrow = lines(60);
    const at = narrow.findIndex((line) => line.includes("s001-calculator"));
    expect(narrow[at]).toMatch(/^ {2}s001-calculator +\d+\/tcp$/);
    expect(narrow[at + 1]).toBe(`      ${command}`);
  });

  it("is told a text in all rooms at once, and what came of it in one line", async () => {
    const { exit, text } = await run(many, "say chat Five minutes left");
    expect({ exit, text }).toEqual({ exit: 0, text: "no client is in the room: 25 roles" });
  });

  it("is told a text in a few rooms, with what came of it in each", async () => {
    const { text } = await run(many, "say group=A Five minutes left");
    expect(text).toBe("t1-chat: no client is in the room\nt2-chat: no client is in the room");
  });
});

describe("a selector", () => {
  it("takes a student's name for the newest connection, and for all that is the student's", async () => {
    expect(await textOf("explain s002")).toMatch(/^calculator-2\/c\d+\n/);
    expect(await textOf("ls s002")).toMatch(/calculator-2 .*\n.*file-server-2/);
    expect(await textOf("conns --all s002")).toMatch(/c\d+ +calculator-2/);
    expect(await run(one, "explain s009")).toMatchObject({ exit: 4 });
  });

  it("names the student whose name a wrong one is near", async () => {
    expect(await textOf("explain s03")).toBe('no role "s03" here; did you mean s003?');
  });

  it("takes a group for its students' roles and its own", async () => {
    const ids = (await run(one, "ls group=B --json")).documents[0] as { id: string }[];
    expect(ids.map(({ id }) => id)).toEqual([
      "calculator-2",
      "file-server-2",
      "calculator-3",
      "file-server-3",
      "chat-2",
    ]);
    expect(await run(one, "ls group=C")).toMatchObject({
      exit: 4,
      text: 'no group "C" in this class; there are A, B',
    });
  });

  it("lets say reach a group's rooms, and passes over what has none", async () => {
    const peer = await Conversation.open(one.daemon.lab.find("group-B-chat")?.port ?? 0);
    peer.say(":Bob:alop\n");
    await eventually(() => expect(one.daemon.lab.members("chat-2")).toHaveLength(1));
    expect((await run(one, "say group=B Five minutes left")).exit).toBe(0);
    await eventually(() => expect(peer.unread.toString()).toContain("Five minutes left"));
    peer.reset();
  });
});

describe("who", () => {
  it("lists those who get nowhere, and says where there is none", async () => {
    expect(await textOf("who --stuck 2m")).toBe("no student is stuck or waiting for 2m or longer");
    const peer = await Conversation.open(one.daemon.lab.find("s001-calculator")?.port ?? 0);
    peer.say("Ann\n");
    await eventually(() => expect(one.daemon.lab.students()[0]?.state).toBe("computing"));
    peer.say("1 + ");
    await eventually(() => expect(one.daemon.lab.students()[0]?.stuckMs).toBeGreaterThan(0), 30_000);
    expect(await textOf("who")).toMatch(/s001 .* stuck \ds/);
    expect(await documentOf("who --json")).toHaveLength(1);
    expect((await textOf("class")).split("\n")[2]).toMatch(/^s001/);
    // A newer connection that ended well hides none that is stuck.
    const newer = await Conversation.open(one.daemon.lab.find("s001-calculator")?.port ?? 0);
    newer.end("Ann\n1 + 1\nq\n");
    await newer.over();
    await eventually(() => expect(one.daemon.lab.students()[0]?.connected).toBe(1));
    const row = one.daemon.lab.students()[0];
    expect([row?.state, row?.stuckMs]).toEqual(["computing", expect.any(Number)]);
    expect(one.daemon.lab.stories().find(({ subject }) => subject.id === row?.connection)?.endedAt).toBe(
      undefined,
    );
    peer.reset();
    await eventually(() => expect(one.daemon.lab.students()[0]?.connected).toBe(0));
  });
});

describe("hint", () => {
  it("is kept with the student, and told by explain", async () => {
    expect(await textOf("hint S002 d01 look at your loop", { level: "observe" })).toMatch(
      /^sent to s002: D01 /,
    );
    expect((await textOf("explain s002")).replace(/\s+/g, " ")).toMatch(
      / hint \d\d:\d\d(?: on \S+)?, D01: Deadlock: .* - look at your loop /,
    );
    one.clock.push(86_400_000);
    expect((await textOf("explain s002")).replace(/\s+/g, " ")).toMatch(
      / hint \d\d:\d\d on \d{4}-\d\d-\d\d, D01: Deadlock: /,
    );
    one.clock.push(-86_400_000);
    expect(await documentOf("hint s002 D01 --json")).toMatchObject({ student: "s002", card: "D01" });
    const { documents } = await run(one, "explain s002 --json");
    expect(documents[0]).toMatchObject({
      hints: [{ card: "D01", text: "look at your loop" }, { card: "D01" }],
    });
    expect(documentSchemas.explain?.parse(documents[0])).toEqual(documents[0]);
    const me = studentSource(one.daemon.lab, "s002", new KnownStories(one.daemon.lab));
    me.look(Date.now());
    const state = JSON.parse(me.since()) as { hints?: { card: string; text: string }[] };
    expect(state.hints?.map(({ card, text }) => [card, text])).toEqual([
      ["D01", ""],
      ["D01", "look at your loop"],
    ]);
    me.close();
    expect(await run(one, "hint s002 D99")).toMatchObject({ exit: 2 });
    expect(await run(one, "hint s02 D01")).toMatchObject({
      exit: 4,
      text: 'no student "s02" in this class; did you mean s002?',
    });
  });
});

describe("freeze and open", () => {
  it("shut the class and open it, for a time or for good", async () => {
    expect(await documentOf("freeze --json")).toEqual({ frozen: true, openUntil: null });
    expect(await textOf("class")).toMatch(/; frozen: no new connections\n/);
    expect(await textOf("open +10m")).toMatch(/^the class is open until \d\d:\d\d$/);
    const [first, second] = [await documentOf("open +10m --json"), await documentOf("open +10m --json")];
    expect(first).toMatchObject({ frozen: true });
    const minutes = (document: unknown) => Date.parse((document as { openUntil: string }).openUntil) / 60_000;
    expect(minutes(second) - minutes(first)).toBeCloseTo(10, 3);
    expect(await textOf("open")).toBe("the class is open");
    expect(await run(one, "open soon")).toMatchObject({ exit: 2 });
    expect(await run(one, "open +10")).toMatchObject({
      exit: 2,
      text: 'open: "+10" is not a time: write +10m, +1h or nothing',
    });
    expect(await run(one, "freeze", { level: "observe" })).toMatchObject({ exit: 5 });
  });
});

describe("handout", () => {
  it("prints a line a student with ports and token, names only where they are asked for", async () => {
    const { token, seed } = one.daemon.lab.class?.find("s001")?.derived ?? {};
    const ports = ["s001-calculator", "s001-file-server", "group-A-chat"].map(
      (name) => one.daemon.lab.find(name)?.port,
    );
    const text = await textOf("handout --host lab.example");
    expect(text.split("\n").slice(1, 3)).toEqual([
      "student,group,host,calculator,file-server,chat of the group,token,seed",
      `s001,A,lab.example,${ports.join(",")},${token},${seed}`,
    ]);
    expect(text).not.toContain("Ann");
    expect(await textOf("handout --names")).toContain("s001,Ann Lee,A,localhost");
    await documentOf("handout --json");
    expect(await run(one, "handout", { level: "operate" })).toMatchObject({ exit: 5 });
  });

  it("has a column for each owner's role, which stays empty where a student has no group", () => {
    const role = (whose: "own" | "group" | "shared", port: number) =>
      ({ role: "chat", whose, host: "lab", port, transport: "tcp", tryIt: undefined }) as const;
    const common = { token: "t", seed: 1 };
    const ofAll = role("shared", 9);
    const text = slipsCsv([
      { student: "s001", group: "", roles: [role("own", 1), role("own", 2), ofAll], ...common },
      {
        student: "s002",
        group: "B",
        roles: [role("own", 3), role("own", 4), role("group", 5), ofAll],
        ...common,
      },
    ]);
    expect(text).toBe(
      "student,group,host,chat,chat 2,chat of the group,chat of all,token,seed\n" +
        "s001,,lab,1,2,,9,t,1\ns002,B,lab,3,4,5,9,t,1\n",
    );
  });

  it("is a page with a sheet a student, in which no text of the roster is markup", async () => {
    const { files } = await run(one, "handout --names --html slips.html");
    const page = files["slips.html"] ?? "";
    expect(page.match(/<section>/g)).toHaveLength(3);
    expect(page).toContain("Carl &lt;c&gt;");
    expect(page).toContain("<code>netlabctl calc --as ann --port");
  });
});

describe("keep-check", () => {
  it("keeps whose program was checked, and sql shows no name to those who ask for none", async () => {
    const report = JSON.stringify({
      format: "netlab-check/1",
      version: "1",
      role: "calculator",
      side: "server",
      seed: 1,
      started: "2026-01-01T00:00:00.000Z",
      program: { run: null, at: "127.0.0.1:1" },
      results: [{ id: "CALC-1", status: "passed", grade: "MUST", weight: 1, message: "" }],
    });
    const kept = await run(one, "keep-check r.json --student s001", { reads: { "r.json": report } });
    expect(kept.exit).toBe(0);
    expect(one.daemon.lab.students()[0]).toMatchObject({ checks: { passed: 1, of: 1 }, done: true });
    expect(await textOf("class")).toMatch(/s001 .* done .* 1\/1/);
    expect((await run(one, "keep-check r.json --student s009", { reads: { "r.json": report } })).exit).toBe(
      4,
    );
    const question =
      "select s.id, s.name, s.email, c.student from students s join checks c on c.student = s.id";
    expect((await run(one, `sql --json --timeout 30s ${question}`)).documents[0]).toEqual([
      { id: "s001", name: "****", email: "****", student: "s001" },
    ]);
    expect((await run(one, `sql --json --timeout 30s --show-tokens ${question}`)).documents[0]).toMatchObject(
      [{ name: "Ann Lee", email: "ann@uni.example" }],
    );
    const hidden = LAB.replace("pseudonyms: false", "pseudonyms: true");
    one.write("lab.yaml", hidden);
    await one.daemon.lab.reload();
    expect(JSON.stringify((await run(one, `sql --json --timeout 30s ${question}`)).documents)).not.toMatch(
      /s00\d|Ann/,
    );
    expect(await textOf("class")).not.toMatch(/s00\d|Ann/);
    one.write("lab.yaml", LAB);
    await one.daemon.lab.reload();
    expect(one.daemon.lab.students()[0]?.id).toBe("s001");
  });
});

describe("reload", () => {
  it("asks before students leave, and forget removes what is kept of one who has left", async () => {
    one.write("roster.csv", ROSTER.replace("s003,Carl <c>,B,\n", ""));
    const asked = await run(one, "reload");
    expect(asked.exit).toBe(5);
    expect(asked.text).toContain("1 no longer in the roster (s003): their connections end. Go on? y/N");
    expect(one.daemon.lab.students()).toHaveLength(3);
    expect(await textOf("class forget s003")).toBe(
      "s003 is in the roster: take the line out of it and reload first, or the next reading brings it back",
    );
    expect(await run(one, "reload", { answers: ["y"] })).toMatchObject({ exit: 0 });
    expect(one.daemon.lab.students()).toHaveLength(2);
    expect(await run(one, "class forget s003", { level: "operate" })).toMatchObject({ exit: 5 });
    expect(await textOf("class forget s003")).toMatch(
      /^removed the place, the progress and the hints of s003\nand 0 connections of the journal, 0 results/,
    );
    expect(await run(one, "class forget s003")).toMatchObject({ exit: 4 });
  });
});
