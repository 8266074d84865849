/** `--token random`: made by the daemon, told once to whoever spawned it, hidden like any other from then on. */
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type InstanceDocument, TestDaemon } from "./daemon.ts";
import { Scene } from "./scene.ts";

const TOKEN = /[a-z2-9]{16}/;
const scene = new Scene();
let daemon: TestDaemon;

beforeAll(async () => {
  const roles = [{ role: "file-server", service: "pdf", token: "random", port: 0 }];
  daemon = await TestDaemon.start(scene, { lab: JSON.stringify({ roles }), args: ["--log-level", "trace"] });
});
afterAll(() => scene.end());

const shown = (id: string) => daemon.document<InstanceDocument>("show", id, "--show-tokens");
const tokenOf = async (id: string) => String((await shown(id)).options.token);

/** What the server at this port says to this token. */
function says(port: number, token: string): Promise<string> {
  return text(connect(port, "127.0.0.1").end(token));
}

describe("a random token", () => {
  it("is told in a sentence to whoever spawned the server, and opens it", async () => {
    const answer = await daemon.plain("spawn file-server one --service txt --token random --port 0");
    const [, told = "", hint] = answer.split("\n");
    expect(told).toMatch(/^its token is [a-z2-9]{16}, shown only this once$/);
    expect(hint).toBe(
      "give it to the people who may use it; to see it again: show file-server-2 --show-tokens",
    );
    const [token = ""] = TOKEN.exec(told.slice("its token is ".length)) ?? [];
    const { port } = await shown("one");
    expect(await says(port, token)).toBe("valid");
    expect(await says(port, "random")).toBe("Invalid");
    expect(await tokenOf("one")).toBe(token);
    expect(await daemon.plain("show one")).not.toContain(token);
    expect(daemon.program.stderr).not.toContain(token);
  });

  it("is in the document of the spawn that made it, and in no later one; no two are the same", async () => {
    const spawn = "spawn file-server --service txt --token random --port 0";
    const made = [
      await daemon.document<InstanceDocument>(spawn),
      await daemon.document<InstanceDocument>(spawn),
    ];
    const tokens = made.map(({ options }) => String(options.token));
    for (const token of tokens) expect(token).toMatch(/^[a-z2-9]{16}$/);
    expect(new Set([...tokens, await tokenOf("one")]).size).toBe(3);
    expect(await daemon.plain("ls --json")).not.toMatch(new RegExp(tokens.join("|")));
    const chosen = await daemon.document<InstanceDocument>(
      "spawn file-server --service txt --token mine --port 0",
    );
    expect(chosen.options.token).toBe("****");
  });

  it("of a lab file is told in no log, but where to find it is", async () => {
    const token = await tokenOf("file-server-1");
    expect(token).toMatch(/^[a-z2-9]{16}$/);
    expect(daemon.program.stderr).toContain("show file-server-1 --show-tokens shows it");
    expect(daemon.program.stderr).not.toContain(token);
  });

  it("is the same after a restart, except a lab file's", async () => {
    const [spawned, fromLab] = [await tokenOf("one"), await tokenOf("file-server-1")];
    await daemon.stop();
    daemon = await daemon.again();
    expect(await tokenOf("one")).toBe(spawned);
    expect(await tokenOf("file-server-1")).not.toBe(fromLab);
  });

  it("is offered by the help", async () => {
    expect(await daemon.plain("help spawn file-server")).toContain("random makes one");
  });
});
