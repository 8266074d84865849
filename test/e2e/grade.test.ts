/** `netlabctl grade` as an instructor runs it: a folder of hand-ins in, gradebooks and pages out. */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { buildWhereStale } from "./build.ts";
import { Program } from "./program.ts";

const checkout = path.join(import.meta.dirname, "../..");
const ASSIGNMENT = `title: Lab 3
role: calculator
run: python3 calculator.py {port}
files: [calculator.py]
cases: [CALC-2.division-by-zero]
max: 20
`;

beforeAll(buildWhereStale, 60_000);

function classFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "netlabd-grade-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(path.join(folder, "assignment.yaml"), ASSIGNMENT);
  const handIn = (name: string, content?: string) => {
    const place = path.join(folder, "hand-ins", name);
    mkdirSync(place, { recursive: true });
    if (content === undefined)
      copyFileSync(path.join(checkout, "test/peers/calculator_server.py"), path.join(place, "calculator.py"));
    else if (content !== "") writeFileSync(path.join(place, "calculator.py"), content);
  };
  handIn("ann");
  handIn("Bob Example_4711_assignsubmission_file_", "print('no server at all')\n");
  handIn("=cmd()", "");
  writeFileSync(
    path.join(folder, "roster.csv"),
    "id,name,group,email\nann,Ann Example,B,ann@example.org\ndee,Dee Example,B,dee@example.org\n",
  );
  return folder;
}

/** `--unsafe`: what is handed in here was written here, and a machine without a box grades it too. */
function grade(cwd: string, ...given: (string | NodeJS.ProcessEnv)[]): Program {
  const args = given.filter((one) => typeof one === "string");
  const env = Object.assign({}, process.env, ...given.filter((one) => typeof one === "object"));
  const all = [
    path.join(checkout, "dist/netlabctl.js"),
    "grade",
    "hand-ins",
    "--assignment",
    "assignment.yaml",
    "--unsafe",
    ...args,
  ];
  const program = new Program(process.execPath, all, { cwd, env });
  onTestFinished(() => program.end());
  return program;
}

const rows = (folder: string, file = "gradebook.csv") =>
  parse(readFileSync(path.join(folder, "grades", file), "utf8"), { columns: true }) as unknown as Record<
    string,
    string
  >[];
const scores = (folder: string) => Object.fromEntries(rows(folder).map(({ id, score }) => [id, score]));

describe("grade", { timeout: 60_000 }, () => {
  it("writes a line and a page for each, and says what was lost most often", async () => {
    const folder = classFolder();
    const { stdout, stderr, exit } = await grade(folder, "--roster", "roster.csv").ended;
    expect(exit, stderr).toBe(0);
    expect(stdout).toMatch(/^3 hand-ins: 1 with all points, mean 6\.7 of 20; 1 without a hand-in\nbox: /);
    expect(stdout).toMatch(/^2 +CALC-2\.division-by-zero +MUST/m);
    expect(scores(folder)).toEqual({ ann: "20", "4711": "0", "'=cmd()": "0", dee: "0" });
    expect(rows(folder, "gradebook-moodle.csv").find((row) => row["ID number"] === "ann")).toMatchObject({
      "Email address": "ann@example.org",
      "Lab 3": "20",
    });
    expect(readdirSync(path.join(folder, "grades/hand-ins")).sort()).toEqual([
      "%3Dcmd().html",
      "4711.html",
      "ann.html",
    ]);
    const page = readFileSync(path.join(folder, "grades/index.html"), "utf8");
    expect(page).toContain('href="hand-ins/ann.html"');
    expect(page).toContain("the hand-in lacks calculator.py");
    expect(readFileSync(path.join(folder, "grades/hand-ins/4711.html"), "utf8")).toContain(
      "no server at all",
    );
  });

  it("goes on after kill -9 with what is left, and checks again what has changed", async () => {
    const folder = classFolder();
    const last = path.join(folder, "hand-ins/ann/calculator.py");
    const right = readFileSync(last);
    // Not through with it before it is killed, however late that is.
    writeFileSync(last, "import time\ntime.sleep(30)\n");
    const killed = grade(folder, "--jobs", "1");
    await killed.says("1 of 3");
    await killed.end();
    writeFileSync(last, right);
    // Nothing that was not judged has points yet, and nothing is half a file.
    expect(scores(folder)).toEqual({ ann: "", "4711": "", "'=cmd()": "" });
    expect((await grade(folder).ended).exit).toBe(5);
    const went = await grade(folder, "--resume").ended;
    expect(went.exit, went.stderr).toBe(0);
    expect(scores(folder)).toEqual({ ann: "20", "4711": "0", "'=cmd()": "0" });
    const before = readFileSync(path.join(folder, "grades/results/ann.json"), "utf8");
    copyFileSync(
      path.join(folder, "hand-ins/ann/calculator.py"),
      path.join(folder, "hand-ins/=cmd()/calculator.py"),
    );
    await grade(folder, "--resume").ended;
    expect(scores(folder)).toEqual({ ann: "20", "4711": "0", "'=cmd()": "20" });
    expect(readFileSync(path.join(folder, "grades/results/ann.json"), "utf8")).toBe(before);
  });

  it("writes at Ctrl-C what is judged by then, and blames neither the checker nor a student", async () => {
    const folder = classFolder();
    const handIns = path.join(folder, "hand-ins");
    // One that is not come to, behind one that is not through before it is stopped, however late that is.
    cpSync(path.join(handIns, "ann"), path.join(handIns, "zoe"), { recursive: true });
    writeFileSync(path.join(handIns, "ann/calculator.py"), "import time\ntime.sleep(30)\n");
    const stopped = grade(folder, "--jobs", "1");
    await stopped.says("2 of 4");
    process.kill(stopped.pid, "SIGINT");
    const { exit, stdout, stderr } = await stopped.ended;
    expect(exit).toBe(130);
    expect(stdout).toMatch(/^4 hand-ins: 0 with all points, mean 0\.0 of 20; 2 not judged\nbox: /);
    expect(stderr).toMatch(/\n2 of 4 .*\nstopped: 2 of 4 hand-ins are judged; .*--resume.*\n$/);
    expect(scores(folder)).toEqual({ ann: "", zoe: "", "4711": "0", "'=cmd()": "0" });
    expect(readFileSync(path.join(folder, "grades/index.html"), "utf8")).not.toContain("nothing handed in");
  });

  it("shows no name with --anonymous, and the names when they are wanted, without another check", async () => {
    const folder = classFolder();
    await grade(folder, "--anonymous", "--roster", "roster.csv").ended;
    const grades = path.join(folder, "grades");
    const shown = readdirSync(grades, { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.(html|json)$|gradebook/.test(name),
    );
    for (const name of shown) {
      const text = name + readFileSync(path.join(grades, name), "utf8");
      expect(text.match(/\bann\b|Ann Example|4711|Bob Example/g), name).toBeNull();
    }
    expect(statSync(path.join(grades, "pseudonyms.csv")).mode & 0o777).toBe(0o600);
    const checkedAt = () =>
      rows(folder).flatMap(({ submitted, checked }) => (submitted === "" ? [] : [checked]));
    const before = checkedAt().toSorted();
    await grade(folder, "--resume", "--roster", "roster.csv").ended;
    expect(scores(folder)).toEqual({ ann: "20", "4711": "0", "'=cmd()": "0", dee: "0" });
    expect(checkedAt().toSorted()).toEqual(before);
    expect(readdirSync(path.join(grades, "hand-ins")).sort()).toEqual([
      "%3Dcmd().html",
      "4711.html",
      "ann.html",
    ]);
    // And back: what was written with names does not stay beside it.
    await grade(folder, "--resume", "--anonymous", "--roster", "roster.csv").ended;
    expect(checkedAt().toSorted()).toEqual(before);
    const kept = readdirSync(grades, { recursive: true, encoding: "utf8" }).filter((name) =>
      /\b(ann|4711|cmd|dee)\b|moodle|canvas/.test(name),
    );
    expect(kept).toEqual([]);
  });

  it("says what is wrong with an assignment before anything runs", async () => {
    const folder = classFolder();
    writeFileSync(
      path.join(folder, "assignment.yaml"),
      ASSIGNMENT.replace("role: calculator", "role: calculater"),
    );
    const { exit, stderr } = await grade(folder).ended;
    expect(stderr).toMatch(/assignment\.yaml:2: .*did you mean calculator\?/);
    expect(exit).toBe(2);
    expect(readdirSync(folder)).not.toContain("grades");
  });

  it.skipIf(process.getuid?.() !== 0)("runs nothing of a stranger's as root without a box", async () => {
    const folder = classFolder();
    const args = ["grade", "hand-ins", "--assignment", "assignment.yaml", "--box", "limits"];
    const { exit, stderr } = await new Program(
      process.execPath,
      [path.join(checkout, "dist/netlabctl.js"), ...args],
      {
        cwd: folder,
        env: process.env,
      },
    ).ended;
    expect(stderr).toMatch(/does not run as root without a box.*--unsafe/s);
    expect(exit).toBe(5);
  });

  it("leaves no folder of its own behind", async () => {
    const folder = classFolder();
    const temporary = path.join(folder, "temporary");
    mkdirSync(temporary);
    chmodSync(folder, 0o755);
    const { stdout } = await grade(folder, { TMPDIR: temporary }).ended;
    expect(stdout).toMatch(/^3 hand-ins: 1 with all points/);
    expect(readdirSync(temporary).filter((name) => name.startsWith("netlabd-"))).toEqual([]);
  });
});
