/** A module of a user's in this thread: whatever it does, all others go on as they were. */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { readModule } from "../../src/catalogue/module-realm.ts";

const url = "file:///roles/mine.mjs";
const read = (text: string) => readModule(text, url, () => false);
const answer = async (expression: string, top = "") =>
  (await read(`${top}\nconst x = ${expression};\nexport { x as default };`)).default;

it("answers what the module exports", async () => {
  expect(await answer("{ a: [1] }")).toEqual({ a: [1] });
});

/** What a module could change here. */
const ours = () => [
  Array.prototype.map,
  JSON.stringify,
  Promise.prototype.then,
  Object.keys(Object.prototype).length,
  structuredClone,
  console.log,
  process.nextTick,
  process.exit,
  setTimeout,
];

it.each([
  "Array.prototype.map = () => 0;",
  "JSON.stringify = () => 0;",
  "Promise.prototype.then = () => 0;",
  "Object.prototype.kind = 1;",
  "globalThis.structuredClone = () => 0;",
  "console.log = () => 0; console.error = () => 0;",
  "process.nextTick = () => 0; process.exit = () => 0;",
  "setTimeout = () => 0;",
])("keeps to itself what the module changes: %s", async (text) => {
  const before = ours();
  await answer("1", text);
  expect(ours()).toEqual(before);
});

it.each([
  ["a timer", "setTimeout(() => heard.push(1), 0).unref(); setInterval(() => heard.push(1), 0);"],
  ["a timer of a module", 'import t from "node:timers"; t.setTimeout(() => heard.push(1), 0);'],
  ["a turn of the loop", "setImmediate(() => heard.push(1));"],
  ["a tick", "process.nextTick(() => heard.push(1)); queueMicrotask(() => heard.push(1));"],
  ["a listener of the process", 'process.on("exit", () => heard.push(1)); process.emit("exit");'],
  ["a server", 'import net from "node:net"; new net.Server(() => 0).listen(0, () => heard.push(1));'],
  ["a program", 'import { execFile } from "node:child_process"; execFile("true", () => heard.push(1));'],
  ["a rejection", "void Promise.reject(new Error('left'));"],
  [
    "a step of a promise that would be later",
    "(async () => { await new Promise((go) => setTimeout(go, 0)); heard.push(1); })();",
  ],
])("lets nothing come of %s", async (_, text) => {
  const heard = await answer("heard", `${text.replace(/^(import.*?;)?/, "$1 const heard = [];")}`);
  // Whatever would have come of it stands before this in one queue or another.
  await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toEqual([]);
});

it("writes no file", async () => {
  const file = path.join(tmpdir(), `netlab-module-realm-${process.pid}`);
  await answer("1", `import fs from "node:fs"; fs.writeFileSync(${JSON.stringify(file)}, "x");`);
  expect(existsSync(file)).toBe(false);
});

it.each([
  ["a file", 'import fs from "node:fs";', 'fs.readFileSync("/etc/hosts", "utf8").length > 0', true],
  ["a path", 'import { join } from "node:path";', 'join("a", "b")', "a/b"],
  ["the language", "", "new Map([[1, 2]]).get(1)", 2],
  ["bytes", "", 'Buffer.from("a")[0] + new TextEncoder().encode("a")[0]', 194],
  ["what process this is", "", "process.platform", process.platform],
  [
    "an emitter's class",
    'import { EventEmitter } from "node:events";',
    "new (class extends EventEmitter {})().listenerCount('x')",
    0,
  ],
  [
    "a class of a socket, to be extended",
    'import net from "node:net";',
    "new (class extends net.Socket { word() { return 3; } })().word()",
    3,
  ],
  ["what it awaits", "const y = await Promise.resolve(4);", "y", 4],
])("has %s", async (_, top, expression, value) => expect(await answer(expression, top)).toBe(value));

it("has no variable of the environment but the usual", async () => {
  process.env.NETLAB_SECRET_OF_TEST = "hidden";
  expect(await answer("process.env.NETLAB_SECRET_OF_TEST ?? 'none'")).toBe("none");
  expect(await answer("process.env.PATH")).toBe(process.env.PATH);
  delete process.env.NETLAB_SECRET_OF_TEST;
});

it.each([
  ["loops", "for (;;);", /^reading it takes longer than/],
  [
    "loops in a promise's step",
    "Promise.resolve().then(() => { for (;;); });",
    /^reading it takes longer than/,
  ],
  ["loops after an await", "await 1; for (;;);", /^reading it takes longer than/],
  ["awaits what never comes", "await new Promise(() => {});", /^it awaits something/],
  ["exits", "process.exit(3);", /^it calls process\.exit$/],
  ["throws", "throw new Error('its own');", /^its own$/],
])("refuses a module that %s", async (_, text, why) =>
  expect(answer("1", text)).rejects.toMatchObject({ message: expect.stringMatching(why) }),
);
