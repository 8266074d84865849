import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Meeting place of daemon and client when none is named: `$NETLABD_SOCKET`, else the user's run-time folder, else a
 * folder of the temporary one that carries the user's id, because that one is shared by all users of the machine. The id
 * alone is asked for: in a container a user often has no name.
 */
export function defaultSocketPath(env: NodeJS.ProcessEnv = process.env): string {
  if (env.NETLABD_SOCKET) return env.NETLABD_SOCKET;
  if (env.XDG_RUNTIME_DIR) return join(env.XDG_RUNTIME_DIR, "netlabd", "default.sock");
  return join(tmpdir(), `netlabd-${process.getuid?.() ?? "user"}`, "default.sock");
}
