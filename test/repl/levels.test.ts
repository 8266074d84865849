/** Every command at every level, by every way in which it can be said: refused where it is beyond it, and by nothing else. */
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import type * as z from "zod";
import { schemaOf } from "../../src/catalogue/instance-options.ts";
import { type Message, OperatorSession } from "../../src/control/operator-session.ts";
import { exitCodes } from "../../src/errors.ts";
import echo from "../../src/machines/echo.ts";
import fileServer from "../../src/machines/file-server.ts";
import type { Command } from "../../src/repl/command.ts";
import { commandTable, distinct } from "../../src/repl/command-folder.ts";
import type { Evaluation } from "../../src/repl/evaluation/evaluation.ts";
import { evaluate, type RunRequest } from "../../src/repl/evaluator.ts";
import { LEVELS, type Level, levelOf, reaches } from "../../src/repl/levels.ts";
import { eventually } from "../actors/harness.ts";
import { daemon, useDaemon } from "./own-daemon.ts";

useDaemon([echo, fileServer]);

const commands = distinct(await commandTable());
const tokenOptions = commands.flatMap((command) =>
  Object.entries(command.options?.shape ?? {})
    .filter(([key]) => key === "showTokens" || key === "names")
    .map(([key, schema]) => ({ command, key, schema })),
);

/** Answer to a request that is over before it has begun to wait: what goes on until Ctrl-C ends at once. */
async function asked(level: Level, request: RunRequest, evaluation?: Evaluation) {
  const errors: { text: string; code: string | undefined }[] = [];
  const out: string[] = [];
  const exit = await evaluate({
    lab: daemon.lab,
    level,
    request,
    responder: {
      out: (text) => void out.push(text),
      err: (text, code) => void errors.push({ text, code }),
      data: () => undefined,
      ask: async () => "",
      isBehind: false,
      evaluation: evaluation && (async () => evaluation),
    },
    signal: AbortSignal.abort(),
  });
  const refusal = errors.find(({ code }) => code === "needs-level")?.text;
  return { exit, refusal, out: out.join("\n"), errors };
}

/** The ways in which a person or a program says a command. */
function saidInEachWay({ name, aliases = [], example }: Command): RunRequest[] {
  const words = example.split(" ").slice(1);
  return [name, ...aliases].flatMap((called) => [
    { line: `${called} ${words.join(" ")}` },
    { argv: [called, ...words] },
    { line: `  ${called} ${words.join(" ")} --json` },
    { line: called },
  ]);
}

describe("a level", () => {
  it("is one of three for each command, and those that an observer has change nothing", () => {
    const of = (level: Level) => commands.filter((one) => one.level === level).map(({ name }) => name);
    expect(of("own")).toEqual(expect.arrayContaining(["eval", "load", "shutdown", "unload"]));
    expect(of("operate")).toEqual(
      expect.arrayContaining(
        ["book", "deregister", "event", "fault", "fin", "kick", "kill", "register", "reload"].concat([
          "remove",
          "restart",
          "rst",
          "say",
          "send",
          "spawn",
          "sql",
          "start",
          "stop",
        ]),
      ),
    );
    expect(commands.filter(({ level }) => !LEVELS.includes(level))).toEqual([]);
  });

  it.each(LEVELS)(
    "%s has each command up to it, and is refused each one beyond it, however it is said",
    async (level) => {
      const wrong: string[] = [];
      for (const command of commands) {
        const isAllowed = reaches(level, command.level);
        for (const request of saidInEachWay(command)) {
          const { exit, refusal } = await asked(level, request);
          const isRefused = exit === exitCodes.refused && refusal !== undefined;
          if (isRefused === isAllowed || (refusal !== undefined) === isAllowed)
            wrong.push(`${JSON.stringify(request)}: ${exit}, ${refusal}`);
          if (refusal !== undefined && !refusal.includes(`the level ${command.level}`)) wrong.push(refusal);
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  it("of an option may be higher than its command's: tokens are for who owns the daemon", async () => {
    expect(tokenOptions.length).toBeGreaterThan(8);
    for (const { command, key, schema } of tokenOptions) {
      expect(levelOf(schema), `${command.name} ${key}`).toBe("own");
      for (const level of ["observe", "operate"] as const) {
        if (!reaches(level, command.level) || command.isClients) continue;
        const [, ...words] = command.example.split(" ");
        const argv = [
          command.name,
          `--${key.replace("T", "-t")}`,
          ...words.filter((word) => word !== "--watch"),
        ];
        const byWord = await asked(level, { argv });
        const byValue = await asked(level, { argv: [command.name, ...words], options: { [key]: true } });
        expect([byWord.refusal, byValue.refusal], command.name).toEqual(
          Array(2).fill(expect.stringContaining("needs the level own")),
        );
        expect(byWord.exit).toBe(exitCodes.refused);
      }
    }
  });

  it("keeps an operator from giving peers files and programs of the daemon's user", async () => {
    const shape: Record<string, z.core.$ZodType> = schemaOf(echo).shape;
    expect([levelOf(shape.allowRun), levelOf(shape.root)]).toEqual(["own", "own"]);
    for (const option of ["--allow-run sh", "--root /"]) {
      const { exit, refusal } = await asked("operate", { line: `spawn echo --port 0 ${option}` });
      expect([exit, refusal]).toEqual([
        exitCodes.refused,
        expect.stringMatching(/^spawn --.* needs the level own/),
      ]);
    }
    const given = await asked("operate", {
      argv: ["spawn", "echo", "--port", "0"],
      options: { allowRun: ["sh"] },
    });
    expect(given.exit).toBe(exitCodes.refused);
    expect(daemon.lab.instances).toEqual([]);
    expect(await asked("operate", { line: "spawn echo --port 0" })).toMatchObject({ refusal: undefined });
  });

  it.each(["observe", "operate"] as const)("%s evaluates no code, and completes none", async (level) => {
    let opened = 0;
    const evaluation = {
      evaluate: async () => "done",
      complete: () => ({ from: 0, candidates: [{ value: "lab.secret", summary: "" }] }),
      close: () => undefined,
    } as unknown as Evaluation;
    for (const line of ["= 1 + 1", "=lab", "eval 1 + 1", "lab.shutdown()", "const a = 1"]) {
      const { exit } = await asked(level, { line }, evaluation);
      expect([line, exit]).toEqual([
        line,
        line.includes("=") || line.startsWith("eval") ? expect.any(Number) : exitCodes.usage,
      ]);
      expect(exit).not.toBe(exitCodes.done);
    }
    expect(await asked(level, { line: "= 1" }, evaluation)).toMatchObject({
      exit: exitCodes.refused,
      refusal: expect.stringContaining("code needs the level own"),
    });
    const heard: Message[] = [];
    const session = new OperatorSession(
      {
        lab: daemon.lab,
        openEvaluation: async () => {
          opened += 1;
          return evaluation;
        },
      },
      { level, name: "test" },
      { send: (message) => void heard.push(message), isBehind: false },
    );
    session.receive({ id: 1, op: "eval", line: "1 + 1" });
    session.receive({ id: 2, op: "complete", line: "= lab." });
    session.receive({ id: 3, op: "complete", line: "" });
    session.receive({ id: 4, op: "run", line: "= 1 + 1" });
    await eventually(() => expect(heard.filter((one) => "exit" in one)).toHaveLength(4));
    expect(heard).toContainEqual({ id: 1, exit: exitCodes.refused });
    expect(heard).toContainEqual({ id: 4, exit: exitCodes.refused });
    expect(JSON.stringify(heard)).not.toContain("lab.secret");
    const offered = heard.find(({ id }) => id === 3)?.data as { candidates: { value: string }[] };
    const names = offered.candidates.map(({ value }) => value);
    expect(names).toEqual(commands.filter((one) => reaches(level, one.level)).map(({ name }) => name));
    expect(opened).toBe(0);
    session.close();
  });

  it("is told by help, which lists what one has and explains the rest", async () => {
    const { out } = await asked("observe", { line: "help" });
    expect(out).toContain("explain [connection]");
    expect(out).not.toContain("shutdown");
    expect(out).toMatch(/^\d+ more commands need a higher level than observe/m);
    const explained = await asked("observe", { line: "stop --help" });
    expect([explained.refusal, explained.out]).toEqual([
      undefined,
      expect.stringContaining("needs the level operate"),
    ]);
    expect((await asked("own", { line: "help" })).out).not.toContain("higher level");
  });

  it("lets nobody guess a token letter by letter: a text is looked for in what may be seen", async () => {
    await asked("own", { line: "spawn file-server --service txt --token t0k3n-1 --port 0 --root ." });
    const { port } = daemon.lab.instances[0] ?? { port: 0 };
    const socket = connect(port, "127.0.0.1", () => socket.write("t0k3n-1\n"));
    await eventually(() =>
      expect(daemon.lab.stories()[0]?.entries.some(({ kind }) => kind === "in")).toBe(true),
    );
    const found = async (level: Level, text: string) => {
      const lines: string[] = [];
      const exit = await evaluate({
        lab: daemon.lab,
        level,
        request: { line: `wait-for c1 --text ${text} --timeout 1ms` },
        responder: {
          out: (line) => void lines.push(line),
          err: () => undefined,
          data: () => undefined,
          ask: async () => "",
          isBehind: false,
        },
        signal: new AbortController().signal,
      });
      return exit;
    };
    expect(await found("own", "t0k3n-1")).toBe(exitCodes.done);
    for (const level of ["observe", "operate"] as const)
      for (const text of ["t0k3n-1", "t0k", "t"]) expect(await found(level, text)).toBe(exitCodes.timedOut);
    socket.destroy();
  });
});
