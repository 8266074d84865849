import { expect, it } from "vitest";
import { clientCommands } from "../../src/repl/client-commands.ts";
import { commandTable, distinct } from "../../src/repl/command-folder.ts";
import { CLIENT_COMMANDS } from "../../src/repl/line-runner.ts";

it("the client knows which commands are its own, before it loads them", async () => {
  const described = distinct(await commandTable()).filter(({ isClients }) => isClients);
  expect(described.map(({ name }) => name)).toEqual(CLIENT_COMMANDS);
  expect([...clientCommands.keys()].sort()).toEqual(CLIENT_COMMANDS);
});
