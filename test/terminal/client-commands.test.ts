import { expect, it } from "vitest";
import { commandTable, distinct } from "../../src/repl/command-folder.ts";
import { clientCommands } from "../../src/terminal/client-commands.ts";
import { CLIENT_COMMANDS } from "../../src/terminal/line-runner.ts";

it("the client knows which commands are its own, before it loads them", async () => {
  const described = distinct(await commandTable()).filter(({ isClients }) => isClients);
  expect(described.map(({ name }) => name)).toEqual(CLIENT_COMMANDS);
  expect([...clientCommands.keys()].sort()).toEqual(CLIENT_COMMANDS);
});
