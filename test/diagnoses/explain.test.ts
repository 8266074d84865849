/** What `explain` prints, and the page that it writes. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import stringWidth from "string-width";
import { describe, expect, it, onTestFinished } from "vitest";
import { runOnce } from "../../src/terminal/one-shot.ts";
import { askWho, HA, WHO_IS_THERE } from "../../src/wire/knock-knock.ts";
import { converse, eventually } from "../actors/harness.ts";
import { FakePipe } from "../terminal/fake-terminal.ts";
import { expectsToBeRead } from "./card-size.ts";
import { DiagnosisLab } from "./lab.ts";

const lab = new DiagnosisLab();
lab.use();

async function misspelt() {
  const { id, port } = await lab.spawn("calculator");
  const peer = await converse(port);
  peer.say("ann\n");
  await eventually(() => expect(lab.stories(id).at(-1)?.state).toBe("computing"));
  peer.say("<b>15+35<b>\n");
  await peer.hears("Incorrect expression format\n");
  return { id, story: lab.stories(id).at(-1)?.subject.id ?? "" };
}

/** A program of its own, as `netlabctl` is. */
async function ctl(...argv: string[]) {
  const stdout = new FakePipe();
  const stderr = new FakePipe();
  const exit = await runOnce({ socketPath: lab.daemon.lab.socketPath, argv, json: false, stdout, stderr });
  return { exit, out: stdout.text, err: stderr.text };
}

describe("explain", () => {
  it("tells what came as text and bytes, read by read, how it was framed, and what it caused", async () => {
    const { story } = await misspelt();
    const { out } = await lab.run(`explain ${story}`);
    expect(out).toMatch(/→ "ann\\n" {2}4 bytes\n +read 1: 61 6e 6e 0a\n/);
    expect(out).toContain("read as one message of 3 bytes in awaitingName [CALC-0]");
    expect(out).toContain("awaitingName → computing  (peer.message)");
    expect(out).toContain('← "Incorrect expression format\\n"');
  });

  it("closes with a card in eight lines: the rule's id, what came, the likely cause, what to change", async () => {
    const { story } = await misspelt();
    const { out } = await lab.run(`explain ${story}`);
    expectsToBeRead(out);
    const card = out.slice(out.indexOf("D17  ")).trimEnd().split("\n");
    expect(card[0]).toBe("D17  violation: The calculator cannot read this expression [CALC-2]");
    expect(card.slice(1).map((line) => /^ {2}(\w+)/.exec(line)?.[1])).toEqual(
      expect.arrayContaining(["came", "likely", "change"]),
    );
    expect(card.at(-1)).toBe(`explain ${story} --full: the rule, and how to see it again`);
  });

  it("names further cards in a line each", async () => {
    const { id, port } = await lab.spawn("calculator");
    const peer = await converse(port);
    peer.say("ann\0");
    await eventually(() => expect(lab.stories(id).at(-1)?.state).toBe("computing"));
    peer.say("15+35\0");
    await peer.hears("Incorrect expression format\0");
    const { out } = await lab.run(`explain ${lab.stories(id).at(-1)?.subject.id}`);
    expect(out).toContain("D17  violation: ");
    expect(out).toContain("\nalso D08: A NUL byte came along with the text\n");
    expect(out).not.toContain("D08  ");
  });

  it("has the rule's text, all steps, and a command under --full, within 80 columns [CALC-2]", async () => {
    const { story } = await misspelt();
    const { out } = await lab.run(`explain ${story} --full`);
    const card = out.slice(out.indexOf("D17  "));
    for (const label of ["rule", "came", "in state", "expected", "likely", "change", "again"])
      expect(card).toMatch(new RegExp(`^  ${label}`, "m"));
    expect(card).toContain("[CALC-2] number operator number, separated by white space");
    expect(card).toContain(`| ncat 127.0.0.1 `);
    const command = card.split("\n").indexOf("  again");
    for (const line of card.split("\n").slice(0, command)) expect(stringWidth(line)).toBeLessThanOrEqual(80);
  });

  it("says what moved last, and whose turn it is, where no mistake is recognised", async () => {
    const { port } = await lab.spawn("echo");
    const peer = await converse(port);
    await peer.hears("Enter your command please");
    peer.say("hello\n");
    await peer.hears("hello\n");
    const { out } = await lab.run("explain");
    expect(out).toContain("\nNo mistake recognised. (That does not prove the program right.)\nLast: ");
    expect(out.replaceAll("\n", " ")).toMatch(
      /Last: the server sent "hello\\n" (just now|[\d.]+ s ago); it is the turn of your program \(the server waits for a command, or anything to say back\)\. $/,
    );
  });

  it("tells no turn after a leaving word that was answered [KNOCK-2]", async () => {
    const { id, port } = await lab.spawn("knock-knock");
    const peer = await converse(port);
    const joke = { "Knock knock..": WHO_IS_THERE, Tank: askWho("Tank"), "You are welcome": HA };
    for (const [said, heard] of Object.entries(joke)) {
      peer.say(`${said}\n`);
      await peer.hears(`${heard}\n`);
    }
    await eventually(() => expect(lab.stories(id).at(-1)?.endedAt).toBeDefined());
    const { out } = await lab.run(`explain ${lab.stories(id).at(-1)?.subject.id}`);
    expect(out).toContain('Last: the server sent "Ha!');
    expect(out.slice(out.indexOf("Last: "))).not.toContain("turn of");
  });

  it("takes a client that its operator stopped for no failure", async () => {
    const { port } = await lab.spawn("calculator");
    // It waits for a greeting that does not come.
    const { id } = await lab.spawn("echo-client", { port });
    await eventually(() => expect(lab.stories(id)).toHaveLength(1));
    await lab.run(`remove ${id}`);
    const [story] = lab.stories(id);
    expect(story?.endedAt).toBeDefined();
    expect(story?.fault).toBeUndefined();
  });

  it("says that the operator has to speak, where a line waits for an answer [REV-2]", async () => {
    const { id, port } = await lab.spawn("reverse");
    const peer = await converse(port);
    peer.say("taco cat\n");
    await eventually(() => expect(lab.stories(id).at(-1)?.bytesIn).toBe(9));
    lab.clock.push(60_000);
    const { out } = await lab.run(`explain ${lab.stories(id).at(-1)?.subject.id}`);
    expect(out).toContain("No mistake recognised.");
    expect(out.replaceAll("\n", " ")).toContain(`your program waits for the operator: say ${id} …`);
    expect((await lab.run(`show @last`)).out).toContain(`verdict  ok: waits for the operator: say ${id} …`);
  });

  it("tells in the past tense that somebody waited in vain, and then left", async () => {
    const { id, port } = await lab.spawn("calculator");
    const peer = await converse(port);
    peer.say("ann");
    await eventually(() => expect(lab.stories(id).at(-1)?.state).toBe("computing"));
    lab.clock.push(16_000);
    peer.socket.destroy();
    await eventually(() => expect(lab.stories(id).at(-1)?.endedAt).toBeDefined());
    const { out } = await lab.run(`explain ${lab.stories(id).at(-1)?.subject.id}`);
    expect(out).toContain("D01  note: Deadlock: your program waits for a reply that this protocol never");
    expect(out.replace(/\s+/g, " ")).toContain("Your program then sent nothing for 16 s and left");
    expectsToBeRead(out);
  });

  it("shows the whole of a long read with --hex only", async () => {
    const { id, port } = await lab.spawn("echo");
    const peer = await converse(port);
    await peer.hears("Enter your command please");
    peer.say(`${"x".repeat(200)}\n`);
    await peer.hears(`${"x".repeat(200)}\n`);
    const story = lab.stories(id).at(-1)?.subject.id;
    expect((await lab.run(`explain ${story}`)).out).toContain("137 bytes more: explain --hex");
    const whole = (await lab.run(`explain ${story} --hex`)).out;
    expect(whole).not.toContain("bytes more");
    expect(whole).toContain("0000c0  78 78 78 78 78 78 78 78  0a");
  });

  it("hides the token that a card is about, also in the command that shows it again", async () => {
    const { id, port } = await lab.spawn("file-server", { service: "pdf", token: "hidden7" });
    const peer = await converse(port);
    peer.say("hidden7 \n");
    await peer.hears("Invalid\n");
    const story = lab.stories(id).at(-1)?.subject.id;
    const masked = await lab.run(`explain ${story}`);
    expect(masked.out).toContain("D15  ");
    expect(masked.out).not.toContain("hidden7");
    expect(masked.out).not.toContain("68 69 64 64 65 6e");
    const { data } = await lab.run(`explain ${story} --json`);
    expect(JSON.stringify(data)).not.toMatch(/hidden7|68696464656e/);
    const whole = await lab.run(`explain ${story} --full`);
    expect(whole.out).toContain("# a token is hidden: type it yourself where **** stands");
    expect(whole.out).not.toContain("hidden7");
    const open = await lab.run(`explain ${story} --full --show-tokens`);
    expect(open.out).toContain("printf 'hidden7 \\n'");
    expect(open.out).not.toContain("# a token is hidden");
  });
});

describe("explain --html", () => {
  it("has the client write one page that needs nothing else, with nothing of the peer's in it as HTML", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "netlab-page-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const { story } = await misspelt();
    const file = path.join(folder, "page.html");
    expect(await ctl("explain", story, "--html", file)).toEqual({
      exit: 0,
      out: `wrote ${file}\n`,
      err: "",
    });
    const page = readFileSync(file, "utf8");
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain("D17");
    expect(page).toContain("&#60;b&#62;15+35");
    expect(page).not.toContain("<b>");
    expect(page).not.toMatch(/<script|<link|src=|https?:\/\//);
  });

  it("says why where the file cannot be written, and where nobody writes files", async () => {
    const { story } = await misspelt();
    expect(await ctl("explain", story, "--html", "/nowhere/page.html")).toEqual({
      exit: 1,
      out: "",
      err: "cannot write /nowhere/page.html: there is no such folder (ENOENT)\n",
    });
    expect((await lab.run(`explain ${story} --html page.html`)).err).toMatch(
      /a plain connection writes no files/,
    );
  });
});

describe("a story that was cut short", () => {
  it("says so, and is explained as far as it is known", async () => {
    const { id, port } = await lab.spawn("calculator");
    const peer = await converse(port);
    peer.say(`ann\n${"1 + 1\n".repeat(200)}`);
    await peer.hears("2.0\n".repeat(200));
    const [story] = lab.stories(id);
    await eventually(() => expect(story?.omitted).toBeGreaterThan(0));
    const { out } = await lab.run(`explain ${story?.subject.id}`);
    expect(out).toMatch(
      /… \d+ entries are no longer kept: the story is cut short here \(\d+ bytes in, \d+ out\) …/,
    );
    expect(out).toContain("No mistake recognised.");
  });
});
