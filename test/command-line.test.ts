/** The daemon's command line, read in two ways: the common ones quickly, all others by the library that knows every option. */
import { describe, expect, it } from "vitest";
import { commonConfig } from "../src/config.ts";
import { parseCommandLine } from "../src/netlabd-program.ts";

const env = { HOME: "/home/ann", XDG_RUNTIME_DIR: "/run/user/7" };

describe("a common command line", () => {
  it.each([
    [[]],
    [["--lab", "files", "--data", "here", "--socket", "s", "--no-repl", "--ready-json"]],
    [["--lab=./my.yaml", "--host", "*", "--port-offset", "1000", "--repl"]],
    [["--port-offset=60000", "--journal", "--lab", "echo", "--lab", "none"]],
  ])("is read as the library reads it: %j", (argv) => {
    expect(commonConfig(argv, env)).toEqual(parseCommandLine(argv, env));
    const elsewhere = { ...env, NETLABD_DATA: "/srv/lab" };
    expect(commonConfig(argv, elsewhere)).toEqual(parseCommandLine(argv, elsewhere));
  });
});

describe("any other command line", () => {
  it.each([
    ["--help"],
    ["-V"],
    ["--log", "json"],
    ["--log-level", "debug"],
    ["--record-memory", "8M"],
    ["--detach"],
    ["--no-eval"],
    ["--no-proc"],
    ["--lba", "files"],
    ["--lab"],
    ["files"],
    ["--port-offset", "60001"],
    ["--port-offset", "-1"],
    ["--port-offset", "1.5"],
    ["--port-offset", "x"],
    ["--repl", "--no-repl"],
  ])("is left to the library: %s %s", (...argv) => {
    expect(commonConfig(argv, env)).toBeUndefined();
  });
});
