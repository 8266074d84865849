/** Exit statuses of `netlabctl check` that most pipelines see; the others: check-exit.test.ts, among the long ones. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { peers, Scene } from "./scene.ts";

const scene = new Scene();
afterAll(() => scene.end());

const right = readFileSync(path.join(peers, "calculator_server.py"), "utf8");
scene.file("right.py", right);
scene.file("wrong.py", right.replaceAll("Division by zero", "Nan"));
const check = (...words: string[]) =>
  scene.node("netlabctl", ["check", "server", "calculator", ...words, "--case", "CALC-2.division-by-zero"])
    .ended;

it("is 0 where every MUST has passed, 1 where one has failed, and 6 where there is no program", async () => {
  expect(await check("--run", "python3 right.py {port}")).toMatchObject({ exit: 0 });
  expect(await check("--run", "python3 wrong.py {port}")).toMatchObject({ exit: 1 });
  expect(await check("127.0.0.1:1")).toMatchObject({ exit: 6, stderr: "" });
});
