/** The page's server over real sockets: who is let in, what each level is told, and what a page that does not read costs. */
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { shippedRoles } from "../../src/catalogue/shipped-roles.ts";
import type { LabWeb } from "../../src/lab/lab-web.ts";
import type { ConnectionState, MeState, MomentState, RoleState, WallState } from "../../src/web/protocol.ts";
import { buildWhereStale } from "../e2e/build.ts";
import { eventually } from "../e2e/eventually.ts";
import { daemon, run, spawn, useDaemon } from "../repl/drawing-lab.ts";
import { ask, logIn, PageVisitor } from "./page-visitor.ts";

// The page's files are built, whatever runs the server.
buildWhereStale();
useDaemon([...(await shippedRoles()).values()]);

const REQUEST = { port: 0, host: "localhost", names: [], isOwners: false } as const;
const pages: PageVisitor[] = [];
afterEach(() => {
  for (const page of pages.splice(0)) page.socket.terminate();
});

async function opened(): Promise<{ web: LabWeb; address: string }> {
  const web = await daemon.lab.web();
  const { address } = await web.open(REQUEST);
  return { web, address };
}

async function visitor(link: { readonly link: string }): Promise<PageVisitor> {
  const page = await PageVisitor.with(link.link);
  pages.push(page);
  return page;
}

/** A calculator for this student, and a conversation with it: answers its id. */
async function conversation(label: string, text = "ann\n1 plus 2\n"): Promise<string> {
  const { id, port } = await spawn("calculator", { label });
  const client = connect(port, "127.0.0.1");
  await once(client, "connect");
  client.end(text);
  await eventually(() => {
    const story = daemon.lab.stories().find(({ subject }) => subject.instance === id);
    expect(story?.endedAt).toBeDefined();
  });
  return daemon.lab.stories().find(({ subject }) => subject.instance === id)?.subject.id ?? "";
}

describe("a certificate", () => {
  it("that is none is refused with what is wrong, and the page stays off", async () => {
    const web = await daemon.lab.web();
    await expect(web.open({ ...REQUEST, tls: { cert: "none", key: "none" } })).rejects.toThrow(
      /^web: --cert is not a certificate in PEM, or --key is not its key \(/,
    );
    expect(web.status()).toBeUndefined();
  });
});

describe("a request", () => {
  it("gets the page with every fence up, and changes nothing", async () => {
    const { address } = await opened();
    const { status, headers, bytes } = await ask(address);
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(bytes.toString()).toContain("page.js");
    const policy = String(headers["content-security-policy"]);
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"])
      expect(policy).toContain(part);
    expect(policy).not.toContain("unsafe");
    expect([
      headers["x-content-type-options"],
      headers["referrer-policy"],
      headers["cross-origin-opener-policy"],
      headers["cross-origin-resource-policy"],
      headers["cache-control"],
      headers["set-cookie"],
    ]).toEqual(["nosniff", "no-referrer", "same-origin", "same-origin", "no-store", undefined]);
  });

  it("is refused under any other host, whatever it asks for", async () => {
    const { address } = await opened();
    const { port } = new URL(address);
    for (const host of [`evil.test:${port}`, `127.0.0.1.evil.test:${port}`, "127.0.0.1:1"]) {
      expect((await ask(address, { headers: { host } })).status, host).toBe(421);
      const login = { path: "/login", method: "POST", headers: { host, origin: `http://${host}` } };
      expect((await ask(address, login)).status, host).toBe(421);
    }
  });

  it("finds no file but the page's, and knows no other method", async () => {
    const { address } = await opened();
    for (const path of ["/../package.json", "/web.json", "/live", "/login", "/capture", "/page.js?x", "//"])
      expect((await ask(address, { path })).status, path).toBe(404);
    for (const method of ["PUT", "DELETE", "POST", "OPTIONS"])
      expect((await ask(address, { method })).status, method).toBe(405);
  });

  it("logs in from the page's own origin alone, and with a body of its size", async () => {
    const { web, address } = await opened();
    const key = new URL(web.loginLink("operator").link).hash.slice("#k=".length);
    const login = { path: "/login", method: "POST", body: JSON.stringify({ key }) };
    for (const headers of [{}, { origin: "http://127.0.0.1:1" }, { origin: "null" }])
      expect((await ask(address, { ...login, headers })).status).toBe(403);
    const headers = { origin: address };
    for (const body of ["", "{", "null", "[]", `{"key":7}`, JSON.stringify({ key: "x".repeat(5_000) })])
      expect((await ask(address, { ...login, headers, body })).status, body.slice(0, 20)).toBe(401);
    expect((await ask(address, { ...login, headers })).status).toBe(200);
    expect((await ask(address, { ...login, headers })).status).toBe(401);
  });
});

describe("a page's socket", () => {
  it("is refused from another origin, and without one", async () => {
    const { address } = await opened();
    for (const headers of [
      {},
      { origin: "http://evil.test" },
      { origin: address.replace("127.0.0.1", "localhost") },
    ]) {
      const page = new PageVisitor(address, headers as Record<string, string>);
      const [, response] = await once(page.socket, "unexpected-response");
      expect(response.statusCode).toBe(403);
    }
  });

  it("is closed with a code of its own where it has no session, or says anything before", async () => {
    const { address } = await opened();
    for (const first of [{ session: "no" }, { session: 7 }, { see: ["wall"] }, null, []]) {
      const page = new PageVisitor(address);
      await once(page.socket, "open");
      page.socket.send(JSON.stringify(first));
      expect(await page.closed()).toBe(4401);
      expect(page.told).toEqual([]);
    }
  });

  it("is closed where it says what is no message, or too long a one", async () => {
    const { web } = await opened();
    for (const [text, code] of [
      ["{", 1007],
      ["{}", 1008],
      [`{"see":["wall"],"more":1}`, 1008],
      [JSON.stringify({ see: ["x".repeat(5_000)] }), 1009],
      [JSON.stringify({ see: Array.from({ length: 9 }, () => "wall") }), 1008],
    ] as const) {
      const page = await visitor(web.loginLink("operator"));
      await eventually(() => expect(page.told).toHaveLength(1));
      page.socket.send(text);
      expect(await page.closed(), text.slice(0, 30)).toBe(code);
    }
  });

  it("tells an empty wall as one", async () => {
    const { web } = await opened();
    const page = await visitor(web.loginLink("observer"));
    expect(await page.see<WallState>("wall")).toEqual({ isWhole: true, tiles: [], order: [] });
  });

  it("tells the wall, and then what has changed of it alone", async () => {
    const { web } = await opened();
    for (const name of ["one", "two", "three"]) await spawn("calculator", { name });
    const page = await visitor(web.loginLink("observer"));
    const wall = await page.see<WallState>("wall");
    expect([wall?.isWhole, wall?.order]).toEqual([true, ["one", "two", "three"]]);
    const client = connect(daemon.lab.find("two")?.port ?? 0, "127.0.0.1");
    await eventually(() => {
      const last = page.stateOf<WallState>("wall");
      expect(last?.isWhole).toBe(false);
      expect(last?.tiles.map(({ id, connected, state }) => [id, connected, state])).toEqual([
        ["two", 1, "awaitingName"],
      ]);
      expect(last?.order).toBeUndefined();
    });
    client.destroy();
  });

  it("tells a connection whole: story, cards, chart's state, and any moment of it again", async () => {
    const { web } = await opened();
    const id = await conversation("s042");
    const page = await visitor(web.loginLink("observer"));
    const state = await page.see<ConnectionState>(`connection/${id}`);
    expect([state?.connection.id, state?.isLive, state?.current]).toEqual([id, false, ["closed"]]);
    expect(state?.cards.map((card) => card.id)).toContain("D17");
    expect(state?.entries.map(({ number }) => number)).toEqual(state?.entries.map((_, index) => index + 1));
    page.say({ ask: 7, question: { about: "moment", connection: id, entry: 2 } });
    await eventually(() => {
      const answer = page.told.find((one) => one.answer === 7)?.value as MomentState | undefined;
      expect([answer?.state, answer?.current]).toEqual(["awaitingName", ["awaitingName"]]);
    });
  });
});

describe("a student's page", () => {
  const link = (web: LabWeb, label: string) => web.studentLink(label, 60_000, false);

  it("is told what is the student's own", async () => {
    const { web } = await opened();
    const id = await conversation("s042");
    const page = await visitor(link(web, "s042"));
    const me = await page.see<MeState>("me/s042");
    expect(me?.connections.map((one) => one.id)).toEqual([id]);
    expect(me?.card?.id).toBe("D17");
    expect((await page.see<ConnectionState>(`connection/${id}`))?.connection.id).toBe(id);
    expect((await page.see<RoleState>(`role/${id.split("/")[0]}`))?.instance.label).toBe("s042");
  });

  it("is told nothing of another's, by whatever name it asks: as if there were none", async () => {
    const { web, address } = await opened();
    const [own, others] = [await conversation("s042"), await conversation("s043")];
    const page = await visitor(link(web, "s042"));
    const role = others.split("/")[0] ?? "";
    for (const topic of [
      "wall",
      "lab",
      "me/s043",
      `connection/${others}`,
      `role/${role}`,
      "connection/c1",
      "me/",
    ])
      expect(await page.see(topic), topic).toBeNull();
    expect(await page.see("connection/calculator-99/c99")).toBeNull();
    const answerFor = async (connection: string) => {
      const number = page.told.length;
      page.say({ ask: number, question: { about: "moment", connection, entry: 1 } });
      return eventually(() => {
        const answer = page.told.find((one) => one.answer === number);
        expect(answer).toBeDefined();
        return answer;
      });
    };
    expect(await answerFor(others)).toMatchObject({ problem: expect.stringContaining("no connection") });
    expect(await answerFor(own)).toMatchObject({ value: { entry: 1 } });
    const session = (await logIn(link(web, "s042").link)) ?? "";
    const capture = (connection: string) =>
      ask(address, {
        path: "/capture",
        method: "POST",
        headers: { origin: address, authorization: `Bearer ${session}` },
        body: JSON.stringify({ connection }),
      });
    expect((await capture(others)).status).toBe(404);
    expect((await capture(own)).status).toBe(200);
  });

  it("has no prompt: one that types at it is closed", async () => {
    const { web } = await opened();
    await spawn("calculator", { label: "s042" });
    for (const from of [link(web, "s042"), web.loginLink("observer")]) {
      const page = await visitor(from);
      await eventually(() => expect(page.told).toHaveLength(1));
      page.say({ prompt: { id: 1, op: "run", line: "ls" } });
      expect(await page.closed()).toBe(1008);
      expect(page.told).toHaveLength(1);
    }
  });

  it("is closed when the link is replaced, and no other page", async () => {
    const { web } = await opened();
    await spawn("calculator", { label: "s042" });
    const [mine, others] = [await visitor(link(web, "s042")), await visitor(link(web, "s043"))];
    await eventually(() => expect([mine.told.length, others.told.length]).toEqual([1, 1]));
    web.studentLink("s042", 60_000, true);
    expect(await mine.closed()).toBe(4403);
    expect(others.closedWith).toBeUndefined();
  });
});

describe("a student who is forgotten", () => {
  it("has no link any more, and a page that is open ends at once", async () => {
    const { web } = await opened();
    await spawn("calculator", { label: "s042" });
    const given = web.studentLink("s042", 60_000, false);
    const [mine, others] = [await visitor(given), await visitor(web.studentLink("s043", 60_000, false))];
    await eventually(() => expect([mine.told.length, others.told.length]).toEqual([1, 1]));
    expect(await web.forgetStudent(["s042", "amber-otter"])).toBe(true);
    expect(await mine.closed()).toBe(4403);
    expect(await logIn(given.link)).toBeUndefined();
    expect(others.closedWith).toBeUndefined();
    expect(await web.forgetStudent(["s042"])).toBe(false);
  });
});

describe("an operator's prompt", () => {
  const typed = async (page: PageVisitor, line: string) => {
    const id = page.told.length + 100;
    page.say({ prompt: { id, op: "run", line } });
    return eventually(() => {
      const answers = page.told.flatMap(({ prompt }) =>
        (prompt as { id?: number } | undefined)?.id === id ? [prompt] : [],
      );
      expect(answers.at(-1)).toHaveProperty("exit");
      return answers as readonly Record<string, unknown>[];
    });
  };

  it("runs commands, and refuses what is the owner's", async () => {
    const { web } = await opened();
    const page = await visitor(web.loginLink("operator"));
    expect(await typed(page, "spawn calculator --port 0")).toContainEqual(
      expect.objectContaining({ exit: 0 }),
    );
    expect(daemon.lab.instances.map(({ type }) => type)).toEqual(["calculator"]);
    for (const line of [
      "eval 1 + 1",
      "= 1 + 1",
      "load x.ts",
      "shutdown --yes",
      "web",
      "ls --show-tokens",
      "sql --show-tokens select 1",
    ])
      expect((await typed(page, line)).at(-1), line).not.toEqual(expect.objectContaining({ exit: 0 }));
    expect(daemon.lab.status()).toBeDefined();
  });
});

describe("web", () => {
  it("prints a link that logs in once, and the same page again", async () => {
    const [first, second] = [await run("web --port 0"), await run("web")];
    const session = await logIn(first.out[0] ?? "");
    expect([session === undefined, await logIn(first.out[0] ?? "")]).toEqual([false, undefined]);
    expect(new URL(second.out[0] ?? "").origin).toBe(new URL(first.out[0] ?? "").origin);
  });

  it("says that it is open already where it is asked for otherwise, and lets nobody else's browser do what is the owner's", async () => {
    for (const line of [
      "web --web-own --host 0.0.0.0",
      "web --web-own --name lab.example.org",
      "web --cert x",
    ])
      expect(await run(line), line).toMatchObject({ exit: 2 });
    await run("web --port 0");
    for (const line of ["web --port 1", "web --host 0.0.0.0", "web --web-own"])
      expect(await run(line), line).toMatchObject({ exit: 5 });
  });

  it("--revoke ends every page, session and link; --off closes it", async () => {
    const { web } = await opened();
    await spawn("calculator", { label: "s042" });
    const [operator, student] = [
      await visitor(web.loginLink("operator")),
      await visitor(web.studentLink("s042", 60_000, false)),
    ];
    const unused = web.loginLink("operator").link;
    await eventually(() => expect([operator.told.length, student.told.length]).toEqual([1, 1]));
    expect((await run("web --revoke")).text).toContain("2 pages were closed");
    expect([await operator.closed(), await student.closed()]).toEqual([4403, 4403]);
    expect(await logIn(unused)).toBeUndefined();
    const open = await visitor(web.loginLink("operator"));
    await eventually(() => expect(open.told).toHaveLength(1));
    expect((await run("web --off")).text).toBe("the page is off");
    expect(await open.closed()).toBe(4410);
    await expect(ask(new URL(unused).origin)).rejects.toThrow(/ECONNREFUSED/);
  });

  it("--off ends though a program that was refused keeps its side open", async () => {
    const { address } = await opened();
    const { hostname, port } = new URL(address);
    const stranger = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    stranger.write(
      "GET /live HTTP/1.1\r\nHost: evil.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    );
    const [answer] = (await once(stranger, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 421 /);
    expect((await run("web --off")).text).toBe("the page is off");
    stranger.destroy();
  });

  it("goes on where a message of a page cannot be taken: that page is closed, and the log has it", async () => {
    const { web } = await opened();
    const page = await visitor(web.loginLink("operator"));
    await eventually(() => expect(page.told).toHaveLength(1));
    const faults: string[] = [];
    vi.spyOn(daemon.lab, "reportFault").mockImplementation((_, sentence) => void faults.push(sentence));
    vi.spyOn(daemon.lab, "stories").mockImplementation(() => {
      throw new Error("made on purpose");
    });
    page.say({ see: ["connection/calculator-1/c1"] });
    expect(await page.closed()).toBe(1011);
    expect(faults).toEqual(["a page's message was not taken"]);
    vi.restoreAllMocks();
    expect((await ask(new URL(web.loginLink("operator").link).origin)).status).toBe(200);
  });

  it("link is for a label that there is, and prints the same one again until --new", async () => {
    await run("web --port 0");
    expect(await run("web link s042")).toMatchObject({ exit: 4 });
    await spawn("calculator", { label: "s042" });
    const links = [await run("web link s042"), await run("web link s042"), await run("web link s042 --new")];
    const [first, again, other] = links.map(({ out }) => out[0]);
    expect([again === first, other === first]).toEqual([true, false]);
    const until = await run("web link s042 --until 2099-02-28 --new");
    expect(until.err).toEqual(["for s042, read only, until 2099-02-28"]);
    for (const date of ["2020-01-01", "tomorrow"])
      expect(await run(`web link s042 --until ${date}`)).toMatchObject({ exit: 2 });
  });
});
