import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultSocketPath } from "../src/socket-path.ts";

describe("the socket's default path", () => {
  it.each([
    [{ NETLABD_SOCKET: "/a/b.sock", XDG_RUNTIME_DIR: "/run/user/7" }, "/a/b.sock"],
    [{ NETLABD_SOCKET: "", XDG_RUNTIME_DIR: "/run/user/7" }, "/run/user/7/netlabd/default.sock"],
    [{}, join(tmpdir(), `netlabd-${process.getuid?.()}`, "default.sock")],
  ])("of %j is %s", (env, path) => {
    expect(defaultSocketPath(env)).toBe(path);
  });
});
