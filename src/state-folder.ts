import os from "node:os";
import path from "node:path";

/** Folder of what belongs to the user and outlives a run: `$XDG_STATE_HOME/netlabd`, by default below `~/.local/state`. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  return path.join(env.XDG_STATE_HOME || path.join(os.homedir(), ".local", "state"), "netlabd");
}

export const historyPath = (env: NodeJS.ProcessEnv = process.env) => path.join(stateFolder(env), "history");
