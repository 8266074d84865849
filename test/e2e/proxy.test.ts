/** A proxy of the real daemon, as an operator sees it: both sides in `conns`, one conversation in `explain`, and faults on either side. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FaultDocument } from "../../src/faults/fault-board.ts";
import { Conversation } from "../actors/conversation.ts";
import { type ConnectionDocument, type InstanceDocument, TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { Scene } from "./scene.ts";

const scene = new Scene();
let daemon: TestDaemon;
let server: Server;
let port: number;

/** A calculator that writes whole numbers without their .0, as a student's does. */
function wrongCalculator(): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    let name: string | undefined;
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes) => {
      const text = bytes.toString().trim();
      if (name === undefined) name = text;
      else if (text === "q") socket.end();
      else socket.write(`${text.split(" + ").reduce((sum, one) => sum + Number(one), 0)}\n`);
    });
    socket.on("end", () => socket.end());
  });
}

beforeAll(async () => {
  server = wrongCalculator().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: to } = server.address() as AddressInfo;
  const roles = [{ role: "proxy", to: `127.0.0.1:${to}`, as: "calculator", port: 0 }];
  daemon = await TestDaemon.start(scene, { lab: JSON.stringify({ roles }) });
  port = daemon.ready.instances[0]?.port ?? 0;
});
afterAll(async () => {
  server.close();
  await scene.end();
});

/** Says its name, and waits until the server has it: the rest is another read. */
async function met(): Promise<{ peer: Conversation; ids: readonly string[] }> {
  const peer = await Conversation.open(port);
  peer.say("ann\n");
  let ids: readonly string[] = [];
  await eventually(async () => {
    const both = await pairOf(peer);
    expect(both.map(({ bytesIn, bytesOut }) => bytesIn + bytesOut)).toEqual([4, 4]);
    ids = both.map(({ id }) => id.split("/")[1] ?? "");
  });
  return { peer, ids };
}

/** The client's connection and the server's, of this peer. */
async function pairOf({ port: own }: Conversation): Promise<ConnectionDocument[]> {
  const all = await daemon.document<ConnectionDocument[]>("conns", "proxy-1", "--all");
  const client = all.find(({ remote }) => remote.endsWith(`:${own}`));
  const ofServer = all.find(({ id }) => id === client?.pair);
  return client && ofServer ? [client, ofServer] : [];
}

async function asked(): Promise<Conversation> {
  const { peer } = await met();
  peer.say("15 + 35\n");
  await peer.hears("50\n");
  peer.end("q\n");
  await peer.hearsTheEnd();
  await eventually(async () => {
    expect((await pairOf(peer)).map(({ state }) => state)).toEqual(["closed", "closed"]);
  });
  return peer;
}

describe("a proxy between a client and a wrong server", () => {
  it("is explained as one conversation, with whose mistake it is", async () => {
    await asked();
    const { stdout } = await daemon.ctl("explain", "proxy-1");
    expect(stdout).toMatch(/verdict {2}violation: a mistake of the server/);
    expect(stdout).toContain('The server answered "50", ours would have said "50.0" [CALC-1].');
    const document = await daemon.document<Record<string, unknown>>("explain", "proxy-1");
    expect(document).toMatchObject({
      leg: "client",
      verdict: "violation",
      diagnoses: [{ side: "server", rule: "CALC-1" }],
      proxied: {
        role: "calculator",
        fault: "server",
        judgedTo: "whole",
        disagreements: [{ said: '"50"', ours: '"50.0"' }],
      },
    });
  });

  it("is one page with both connections, and with whose mistake it is", async () => {
    await asked();
    const file = scene.path("pair.html");
    expect(await daemon.ctl("explain", "proxy-1", "--html", file)).toMatchObject({
      stdout: `wrote ${file}\n`,
      exit: 0,
    });
    const page = readFileSync(file, "utf8");
    expect(page).toContain("violation: a mistake of the server");
    expect(page).toContain("The server answered &#34;50&#34;, ours would have said &#34;50.0&#34; [CALC-1].");
    expect(page).toContain("<dt>level</dt><dd>violation, of the server</dd>");
    const sections = [...page.matchAll(/<h2>(The \w+&#39;s connection), c\d+<\/h2>(.*?)<\/table>/gs)];
    expect(sections.map(([, heading]) => heading)).toEqual([
      "The client&#39;s connection",
      "The server&#39;s connection",
    ]);
    // What the one was told is what the other said.
    expect(sections.map(([, , table]) => /([→←]) &#34;50\\n&#34;/.exec(table ?? "")?.[1])).toEqual([
      "←",
      "→",
    ]);
  });

  it("shows its own options alone, those that do something", async () => {
    const { options } = await daemon.document<InstanceDocument>("show", "proxy-1");
    expect(Object.keys(options).toSorted()).toEqual([
      "as",
      "idle",
      "maxConnections",
      "record",
      "restart",
      "to",
    ]);
  });

  it("has the verdict on the server's connection alone, once both are over", async () => {
    const peer = await asked();
    await eventually(async () => {
      expect((await pairOf(peer)).map(({ verdict }) => verdict)).toEqual(["ok", "violation"]);
    });
    const { stdout } = await daemon.ctl("conns", "proxy-1", "--all");
    expect(stdout).toMatch(/server of c\d+; D78/);
  });

  it("has faults on its clients' side, unless another is said, and then no mistake is looked for", async () => {
    const { peer, ids } = await met();
    const [client = "", ofServer = ""] = ids;
    const fault = await daemon.document<FaultDocument>("fault", "add", "proxy-1", "latency=10ms");
    expect(fault).toMatchObject({ leg: "client", connections: 1 });
    const other = await daemon.document<FaultDocument>(
      "fault",
      "add",
      "proxy-1",
      "latency=10ms",
      "--leg",
      "server",
    );
    expect(other).toMatchObject({ leg: "server", connections: 1 });
    const both = await daemon.document<FaultDocument>(
      "fault",
      "add",
      "proxy-1",
      "latency=10ms",
      "--leg",
      "both",
    );
    expect(both).toMatchObject({ leg: null, connections: 2 });
    const one = await daemon.document<FaultDocument>("fault", "add", ofServer, "latency=10ms");
    expect(one).toMatchObject({ target: `proxy-1/${ofServer}`, connections: 1 });
    peer.say("15 + 35\n");
    await peer.hears("50\n");
    peer.end("q\n");
    await peer.hearsTheEnd();
    await daemon.ctl("fault", "rm", "--all");
    const { stdout } = await daemon.ctl("explain", client);
    expect(stdout.replace(/\s+/g, " ")).toMatch(
      /The line was bad here \(latency latency=10ms, both ways \(f\d+\); .*\), so no mistake is looked for/,
    );
  });

  it("takes --leg on a proxy alone", async () => {
    await daemon.document<InstanceDocument>("spawn", "calculator", "--port", "0");
    const { stderr, exit } = await daemon.ctl(
      "fault",
      "add",
      "calculator-1",
      "latency=1s",
      "--leg",
      "server",
    );
    expect([exit, stderr]).toEqual([2, expect.stringContaining("--leg is for a proxy")]);
  });

  it.each(["reset_peer", "limit_data bytes=3 how=fin"])(
    "accuses no program of what %s on either side did",
    async (fault) => {
      for (const leg of ["client", "server"]) {
        await daemon.document("fault", "add", "proxy-1", ...fault.split(" "), "--leg", leg);
        const peer = await openedBeforeItsReset();
        peer.say("ann\n15 + 35\n");
        peer.end();
        await eventually(async () => {
          const both = await pairOf(peer);
          expect(both.map(({ state }) => state)).toEqual(["closed", "closed"]);
        });
        await daemon.ctl("fault", "rm", "--all");
        const both = await pairOf(peer);
        expect(both.map(({ verdict, cards }) => [verdict, cards])).toEqual([
          ["ok", []],
          ["ok", []],
        ]);
        const [name = ""] = fault.split(" ");
        const { verdict, proxied } = await daemon.document<{ verdict: string; proxied: object }>(
          ...["explain", both[0]?.id ?? ""],
        );
        expect([verdict, proxied]).toEqual([
          "ok",
          expect.objectContaining({ fault: null, judgedTo: "bad-line" }),
        ]);
        const { stdout } = await daemon.ctl("explain", both[0]?.id ?? "");
        expect(stdout).toContain(`The line was bad here (${name}`);
        peer.socket.destroy();
      }
    },
  );

  it("has no part in what is said that could be played again, but another role may", async () => {
    const peer = await asked();
    const [client] = await pairOf(peer);
    const { stderr, exit } = await daemon.ctl("replay", client?.id ?? "");
    expect([exit, stderr]).toEqual([5, expect.stringContaining("a proxy has no part in what is said")]);
    const { stdout } = await daemon.ctl("replay", client?.id ?? "", "--role", "calculator");
    expect(stdout).toContain("played again to calculator");
  });

  it("draws both sides, and shows each", async () => {
    const { peer, ids } = await met();
    const { stdout: drawn } = await daemon.ctl("seq", ids[0] ?? "");
    expect(drawn).toContain("connects");
    expect(await daemon.document("records", ids[0] ?? "")).toMatchObject({ protocol: "calculator" });
    const { stdout: shown } = await daemon.ctl("show", ids[1] ?? "");
    expect(shown).toContain("relaying");
    expect((await daemon.ctl("kick", ids[0] ?? "")).exit).toBe(0);
    await peer.hearsTheEnd();
    peer.socket.destroy();
  });
});

/** A reset may come before the connect is seen, and then there is no port by which the connection is known: another is opened. */
async function openedBeforeItsReset(): Promise<Conversation> {
  for (;;) {
    try {
      return await Conversation.open(port);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ECONNRESET") throw error;
    }
  }
}
