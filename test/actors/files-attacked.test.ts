/** Names that want out of a file server's root, over the wire, as a hostile program sends them [FILE-3]. */
import { execFileSync } from "node:child_process";
import { symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { converse, openLab } from "./harness.ts";

const overlong = Buffer.from([0xc0, 0xae, 0xc0, 0xae, 0xc0, 0xaf]);

const attacks: readonly (readonly [what: string, name: string | Buffer])[] = [
  ["..", "../secret.pdf"],
  [".. after a folder", "inner/../../secret.pdf"],
  ["doubled dots", "....//secret.pdf"],
  [".. of Windows", "..\\secret.pdf"],
  [".. percent-encoded", "%2e%2e/secret.pdf"],
  [".. and / percent-encoded", "%2e%2e%2fsecret.pdf"],
  [".. percent-encoded twice", "%252e%252e%252fsecret.pdf"],
  [".. in overlong UTF-8", Buffer.concat([overlong, Buffer.from("secret.pdf")])],
  [".. in full-width letters", "\uff0e\uff0e\uff0fsecret.pdf"],
  ["an absolute path", "/etc/secret.pdf"],
  ["a URL", "file:///etc/secret.pdf"],
  ["somebody's home", "~root/secret.pdf"],
  ["a percent-encoded NUL", "../secret.txt%00.pdf"],
  ["a link out of the root", "outside.pdf"],
  ["a folder's link out of the root", "up/secret.pdf"],
  ["a link to a device", "zero.pdf"],
  ["a FIFO that nobody writes to", "pipe.pdf"],
  ["a link to its own descriptors", "fd/0.pdf"],
  ["a folder", "folder.pdf"],
  ["a name longer than any disk has", `${"x".repeat(300)}.pdf`],
  ["a path longer than any disk has", `${"x/".repeat(15_000)}x.pdf`],
  ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x80, 0x2e, 0x70, 0x64, 0x66])],
];

it("gives none of them to a client that knows the token, and goes on with what it may have", async () => {
  const lab = await openLab();
  const server = await lab.serveFiles();
  const wanted = await lab.addFile("server.pdf", "what anybody may have");
  const root = path.join(lab.folder, "files");
  await writeFile(path.join(lab.folder, "secret.pdf"), "a secret");
  await symlink("../secret.pdf", path.join(root, "outside.pdf"));
  await symlink("..", path.join(root, "up"));
  await symlink("/dev/zero", path.join(root, "zero.pdf"));
  await symlink("/proc/self/fd", path.join(root, "fd"));
  execFileSync("mkdir", [path.join(root, "folder.pdf")]);
  execFileSync("mkfifo", [path.join(root, "pipe.pdf")]);
  const peer = await converse(server);
  peer.say("server1\n");
  await peer.hears("valid\n");
  for (const [what, name] of attacks) {
    peer.say(Buffer.concat([Buffer.from(name), Buffer.from("\n")]));
    expect(await peer.hears("not found\n").then(() => "refused"), what).toBe("refused");
  }
  peer.say("server.pdf\n");
  await peer.hears("found\n");
  await peer.hearsBytes(4);
  peer.say("Got\n");
  expect((await peer.hearsBytes(wanted.length)).equals(wanted)).toBe(true);
  const told = lab.events.filter(({ type }) => type === "connection.remark");
  expect(told).toHaveLength(attacks.length);
});

it("answers the others while one asks for a FIFO, and for a name of 60,000 characters", async () => {
  const lab = await openLab();
  const server = await lab.serveFiles();
  await lab.addFile("server.pdf", "pdf");
  execFileSync("mkfifo", [path.join(lab.folder, "files", "pipe.pdf")]);
  // As many as Node has threads for files, and one more: any that hung would stop them all.
  const hostile = await Promise.all(Array.from({ length: 5 }, () => converse(server)));
  for (const peer of hostile) peer.say(`server1\npipe.pdf\n${"x".repeat(60_000)}.pdf\n`);
  const peer = await converse(server);
  peer.say("server1\nserver.pdf\n");
  await peer.hears("valid\nfound\n");
  for (const other of hostile) await other.hears("valid\nnot found\nnot found\n");
});
