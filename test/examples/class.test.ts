/** The class of examples/ is a lab that can be played, and docs/class.md shows it as it is. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { scanRoles } from "../../src/catalogue/role-folder.ts";
import { planClass } from "../../src/class/class-file.ts";
import { classTextOf } from "../../src/lab/class-yaml.ts";
import { openLabFile } from "../../src/lab/lab-yaml.ts";
import { temporaryFolder } from "../actors/harness.ts";

const root = path.join(import.meta.dirname, "../..");
const file = path.join(root, "examples/class/lab3.yaml");

it("the example of a class gives four students their roles and ports, and two groups theirs", async () => {
  const roles = await scanRoles(path.join(root, "src/machines"));
  const text = classTextOf(openLabFile(file), roles, new Map());
  const plan = planClass(text, {
    dataFolder: await temporaryFolder(),
    known: { students: [], groups: [] },
    now: 0,
    portOffset: 0,
  });
  expect(plan.students.map(({ id }) => id)).toEqual(["s041", "s042", "s043", "s044"]);
  expect(plan.instances).toHaveLength(4 * 4 + 2 + 1);
  expect(plan.instances[5]?.given).toMatchObject({ name: "s042-calculator", port: 21_006 });
  expect(plan.instances[7]?.given).toMatchObject({
    name: "s042-file-server",
    bootstrap: "localhost:21005",
    token: plan.students[1]?.derived.token,
  });
});

it("docs/class.md shows the example's sections as they are, without comments", () => {
  const page = readFileSync(path.join(root, "docs/class.md"), "utf8");
  const [, shown = ""] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  const { roster, each, groups, shared } = parse(readFileSync(file, "utf8"));
  expect(parse(shown)).toMatchObject({ roster, each, groups, shared });
});
