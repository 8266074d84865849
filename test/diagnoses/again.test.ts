/** Commands that show the same again: short, only what exists, and honest about what is hidden. */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { startedAgain } from "../../src/catalogue/again-command.ts";
import { shellBytes } from "../../src/shell-words.ts";
import { converse, eventually } from "../actors/harness.ts";
import { DiagnosisLab } from "./lab.ts";
import { expectsToRunAsPrinted } from "./printed-commands.ts";

const lab = new DiagnosisLab();
lab.use();

describe("bytes in a shell", () => {
  it.each([
    ["text", Buffer.from("ann\n15 + 35\r\n")],
    ["what a shell or printf would read otherwise", Buffer.from("50% of 'a' $x `y` \\n \"z\" !")],
    ["a padded buffer", Buffer.concat([Buffer.from("ann"), Buffer.alloc(4_093)])],
    ["a long run of another byte", Buffer.from(`7${"'".repeat(60)}\n`)],
    ["percent signs without end", Buffer.from("%".repeat(40))],
    ["a dash first", Buffer.from("-n")],
    ["every byte", Buffer.from(Array.from({ length: 256 }, (_, index) => index))],
  ])("%s: come out as they went in", (_, bytes) => {
    const made = execFileSync("bash", ["-c", shellBytes(bytes, bytes.length)]);
    expect(made).toEqual(bytes);
  });

  it("are counted where they are many, and never a screenful", () => {
    const padded = Buffer.concat([Buffer.from("ann"), Buffer.alloc(4_093)]);
    expect(shellBytes(padded, 160)).toBe("printf 'ann'; head -c 4093 /dev/zero");
    expect(shellBytes(Buffer.from("ab".repeat(4_000)), 160)).toHaveLength(169);
  });
});

describe("a client of ours", () => {
  const role = (name: string) => lab.daemon.lab.roles.get(name) as never;

  it("is started again with the options that it has, as the command line takes them", async () => {
    const given = { port: 1_234, timeout: "400ms", verdict: false, name: "one", label: "s042", nonsense: 5 };
    const again = startedAgain(role("reverse-client"), given);
    expect(again).toBe(
      "netlabctl spawn reverse-client --port 1234 --timeout 400ms --no-verdict; netlabctl explain @last",
    );
    await expectsToRunAsPrinted("", again, lab.daemon.lab);
  });

  it("says where a token was hidden", async () => {
    const given = { service: "pdf", file: "a b.pdf", token: "hunter2" };
    const again = startedAgain(role("file-client"), given);
    expect(again).toBe(
      "netlabctl spawn file-client --service pdf --file 'a b.pdf' --token '****'; netlabctl explain @last\n# a token is hidden: type it yourself where **** stands",
    );
    await expectsToRunAsPrinted("", again, lab.daemon.lab);
  });
});

describe("a padded buffer", () => {
  it("is shown again by its count, not by its bytes", async () => {
    const { id, port } = await lab.spawn("calculator");
    const peer = await converse(port);
    peer.say(Buffer.concat([Buffer.from("ann"), Buffer.alloc(1_021)]));
    await eventually(() => expect(lab.stories(id).at(-1)?.state).toBe("computing"));
    const [story] = lab.stories(id);
    const [card] = story ? (await lab.explain(story)).diagnoses : [];
    expect(card).toMatchObject({
      id: "D09",
      reproduce: `(printf 'ann'; head -c 1021 /dev/zero; sleep 1) | ncat 127.0.0.1 ${port}`,
    });
  });
});
