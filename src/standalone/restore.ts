import path from "node:path";
import * as z from "zod";
import { usualPlaces } from "../config.ts";
import { exitCodes } from "../errors.ts";
import { printable } from "../printable.ts";
import { restore } from "../stores/restoring.ts";
import { defineStandalone } from "./standalone-command.ts";

export default defineStandalone({
  name: "restore",
  summary: "brings a data folder back from a file that backup wrote, while no daemon has it",
  args: [{ name: "file", summary: "written by backup" }],
  options: z.object({
    data: z.string().min(1).optional().describe("the data folder (default: as of netlabd)"),
  }),
  example: "netlabctl restore /var/backups/lab3.tgz --data /var/lib/netlabd",
  async run({ args: { file = "" }, options, out, data, isJson }) {
    const folder = path.resolve(options.data ?? usualPlaces(process.env).data);
    const { manifest, kept, files } = restore(path.resolve(file), folder, new Date());
    if (isJson) data({ data: folder, at: manifest.at, version: manifest.version, files, kept: kept ?? null });
    else {
      out(
        `restored ${printable(folder)} as it was at ${printable(String(manifest.at))}: ${files.join(", ")}`,
      );
      if (kept) out(`what was there before is in ${printable(kept)}`);
    }
    return exitCodes.done;
  },
});
