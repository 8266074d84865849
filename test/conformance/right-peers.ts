/** Folder of the right peers: one program a role and side, which keeps every rule. */
import path from "node:path";

export const rightPeers = path.join(import.meta.dirname, "right");
