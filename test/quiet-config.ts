/** Configuration of a daemon of a test: all of it in one folder, with no lab, no journal and no evaluator. */
import path from "node:path";

export const quietConfig = (folder: string) =>
  ({
    lab: "none",
    dataFolder: path.join(folder, "data"),
    socketPath: path.join(folder, "run", "lab.sock"),
    host: undefined,
    portOffset: 0,
    repl: false,
    log: "pretty",
    logLevel: "info",
    journal: false,
    eval: false,
    readyJson: false,
  }) as const;
