import { describe, expect, it } from "vitest";
import { commandTable } from "../../src/repl/command-folder.ts";
import { commandStart, filterStart } from "../../src/repl/completion-start.ts";

const commands = await commandTable();

describe("the command that is being typed", () => {
  it.each([
    ["conns cha", "conns cha"],
    ["  ls", "  ls"],
    ["spawn echo; conns cha", " conns cha"],
    ["ls 'a; b' ", "ls 'a; b' "],
    ["! show no", "show no"],
    ["watch 1s conns sta", "conns sta"],
    ["watch --n 3 200ms conns", "conns"],
    ["watch 1s", "watch 1s"],
    ["ls; watch 1s ls | gr", "ls | gr"],
    ["say chat a; b", "say chat a; b"],
    ["lab.x; y", "lab.x; y"],
    ["", ""],
    ["ls;", ""],
  ])("in %j is %j", (line, command) => {
    expect(line.slice(commandStart(line, commands))).toBe(command);
  });
});

describe("the filter that is being typed", () => {
  it.each([
    ["ls | gr", 5],
    ["ls | ", 5],
    ["ls | grep x", undefined],
    ["ls |", undefined],
    ["say chat | gr", undefined],
    ["x | gr", undefined],
  ])("in %j begins at %j", (line, start) => {
    expect(filterStart(line, commands)).toBe(start);
  });
});
