/** `capture --install-extcap`: Wireshark lists the lab among its interfaces from then on. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { extcapFolders, extcapScript } from "../capture/extcap.ts";
import { version } from "../config.ts";
import { exitCodes, messageOf, NetlabError } from "../errors.ts";
import { codeFile } from "../places.ts";
import { defineStandalone } from "./standalone-command.ts";

export default defineStandalone({
  name: "capture",
  summary: "with --install-extcap: lists the lab among Wireshark's interfaces",
  options: z.object({
    installExtcap: z
      .boolean()
      .default(false)
      .describe("write the program by which Wireshark captures the lab itself"),
  }),
  onlyWith: "--install-extcap",
  example: "netlabctl capture --install-extcap",
  async run({ out, err, data, isJson, socketPath }) {
    const asked = spawnSync("tshark", ["-G", "folders"], { encoding: "utf8" });
    const script = extcapScript({
      node: process.execPath,
      program: codeFile("netlabctl"),
      socket: socketPath,
      version,
    });
    const files = extcapFolders(homedir(), asked.stdout ?? "").map((folder) => path.join(folder, "netlabd"));
    for (const file of files) writeProgram(file, script);
    if (isJson) data({ files });
    else out(files.map((file) => `wrote ${file}`).join("\n"));
    if (asked.error) err("tshark was not found, so nothing says whether this is where Wireshark looks");
    else if (!isJson) err("Wireshark lists the lab as netlabd when it is started the next time");
    return exitCodes.done;
  },
});

function writeProgram(file: string, script: string): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, script);
    chmodSync(file, 0o755);
  } catch (error) {
    throw new NetlabError("file-not-written/because", { file, why: messageOf(error) });
  }
}
