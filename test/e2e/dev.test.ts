/** `npm run dev`: the daemon from its source, in a copy of the checkout whose source changes. */
import { appendFileSync, cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "./eventually.ts";
import type { Program } from "./program.ts";
import { checkout, Scene } from "./scene.ts";

describe("npm run dev", () => {
  const scene = new Scene();
  const copy = scene.path("checkout");
  const socket = scene.path("dev.sock");
  let dev: Program;

  const plain = (line: string) => text(connect(socket).end(`${line}\n`));
  const pid = async () => (JSON.parse(await plain("info --json")) as { pid: number }).pid;

  /** tsx would outlive npm: it is asked to end, by the signal that Ctrl-C is. */
  beforeAll(async () => {
    for (const name of ["package.json", "tsconfig.json", "src", "data/labs", "data/files", "data/schema.sql"])
      cpSync(`${checkout}/${name}`, `${copy}/${name}`, { recursive: true });
    symlinkSync(`${checkout}/node_modules`, `${copy}/node_modules`);
    const { scripts } = JSON.parse(readFileSync(`${copy}/package.json`, "utf8")) as {
      scripts: { dev: string };
    };
    const [tsx = "", ...words] = scripts.dev.replaceAll("'", "").split(" ");
    expect(tsx).toBe("tsx");
    const argv = [`${copy}/node_modules/tsx/dist/cli.mjs`, ...words, "--socket", socket, "--lab", "none"];
    dev = scene.run(process.execPath, argv, { cwd: copy });
    await eventually(pid);
  });
  afterAll(async () => {
    dev.signal("SIGTERM");
    await dev.ended;
    await scene.end();
  });

  it("starts the daemon again at a change, with its roles back on their ports", async () => {
    const before = await pid();
    const { id, port } = JSON.parse(await plain("spawn echo --port 0 --json")) as {
      id: string;
      port: number;
    };
    appendFileSync(`${copy}/src/wire/chat.ts`, "\n// changed\n");
    await dev.says("SIGTERM: stopping");
    await eventually(async () => expect(await pid()).not.toBe(before));
    expect(JSON.parse(await plain("ls --json"))).toMatchObject([{ id, port, state: "running" }]);
  });

  it("finds a role that is new in the folder", async () => {
    const source = readFileSync(`${copy}/src/machines/ack.ts`, "utf8");
    writeFileSync(`${copy}/src/machines/nack.ts`, source.replace('name: "ack"', 'name: "nack"'));
    await eventually(async () => expect(await plain("roles")).toContain("nack"));
  });
});
