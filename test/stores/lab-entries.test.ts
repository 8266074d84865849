/** Which instance an entry of a lab file is, when the file is read again. */
import { describe, expect, it } from "vitest";
import { idsOf, type KnownEntry, labEntryOf, openLabEntries } from "../../src/stores/lab-entries.ts";
import { LabFolder } from "./lab-folder.ts";

/** `chat 1 room`: a role, a port, a name. */
function entry(text: string) {
  const [role = "", port, name] = text.split(" ");
  return labEntryOf(role, { port: Number(port), ...(name === undefined ? {} : { name }) });
}

/** `chat-1: chat 1`. */
function known(text: string): KnownEntry {
  const [id = "", said = ""] = text.split(": ");
  return { ...entry(said), id };
}

describe("an entry of a lab file", () => {
  it.each([
    ["says the same", ["chat-1: chat 1"], ["chat 1"], ["chat-1"]],
    ["is new", ["chat-1: chat 1"], ["chat 1", "clock 1"], ["chat-1", undefined]],
    ["says the same twice", ["a: chat 0", "b: chat 0"], ["chat 0", "chat 0"], ["a", "b"]],
    ["moved in the file", ["a: chat 1", "b: clock 2"], ["clock 2", "chat 1"], ["b", "a"]],
    ["stays as the first of its role goes", ["a: chat 1", "b: chat 2"], ["chat 2"], ["b"]],
    ["has other options", ["a: chat 1", "b: chat 2"], ["chat 1", "chat 3"], ["a", "b"]],
    ["has other options and its name", ["a: chat 1 x", "b: chat 2 y"], ["chat 3 y", "chat 4 x"], ["b", "a"]],
    ["has another name", ["a: chat 1 x"], ["chat 1 y"], [undefined]],
    ["has a name now", ["a: chat 1"], ["chat 1 x"], [undefined]],
    ["is of another role", ["a: chat 1"], ["clock 1"], [undefined]],
    ["is one more of its role", ["a: chat 1"], ["chat 1", "chat 2"], ["a", undefined]],
  ])("that %s", (_, before, now, ids) => {
    expect(idsOf(now.map(entry), before.map(known))).toEqual(ids);
  });

  it("is the same in whatever order its options stand, and keeps its secrets to itself", () => {
    const one = labEntryOf("file-server", { service: "pdf", token: "server1" });
    expect(labEntryOf("file-server", { token: "server1", service: "pdf" })).toEqual(one);
    expect(JSON.stringify(one)).not.toContain("server1");
  });
});

describe("the entries of a lab file", () => {
  it("are there again in their order, apart from another lab's, and are replaced whole", async () => {
    const lab = new LabFolder();
    const entries = openLabEntries(lab.open());
    const [room, other] = [known("chat-1: chat 1 room"), known("chat-2: chat 2")];
    await entries.save("default", [other, room]);
    await entries.save("/tmp/mine.yaml", [room]);
    expect(openLabEntries(lab.open()).list("default")).toEqual([other, room]);
    await openLabEntries(lab.open()).save("default", [room]);
    expect(openLabEntries(lab.open()).list("default")).toEqual([room]);
    expect(openLabEntries(lab.open()).list("none")).toEqual([]);
  });
});
