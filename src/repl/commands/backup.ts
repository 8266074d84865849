import path from "node:path";
import prettyBytes from "pretty-bytes";
import { printable } from "../../printable.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "backup",
  group: "daemon",
  level: "own",
  summary:
    "copies the data folder into one file while the daemon goes on: database, journal, keys, loaded roles",
  args: [{ name: "file", summary: "an absolute path, written by the daemon; a file that is there stays" }],
  example: "backup /var/backups/lab3.tgz",
  notes: ["netlabctl restore FILE brings it back, while no daemon has the data folder."],
  async run({ lab, args: { file = "" }, out, data, isJson }) {
    const made = await lab.backUp(path.resolve(lab.dataFolder, file));
    if (isJson) return data(made);
    const weeks = made.weeks.length === 0 ? "no journal" : `the journal of ${made.weeks.join(", ")}`;
    return out(`wrote ${printable(made.file)}, ${prettyBytes(made.sizeBytes)}: the database and ${weeks}`);
  },
});
