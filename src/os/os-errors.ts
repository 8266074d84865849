/** Errors of the operating system, translated once into what to do. */
import { messageOf, NetlabError } from "../errors.ts";
import { cause } from "../stories/causes.ts";

export function osCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Why a port could not be bound. */
export function listenError(error: unknown, host: string, port: number): NetlabError {
  const where = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  switch (osCode(error)) {
    case "EADDRINUSE":
      return new NetlabError("port-taken", { port }, { cause: error });
    case "EACCES":
      return new NetlabError("port-forbidden", { port }, { cause: error });
    case "EADDRNOTAVAIL":
    case "EAFNOSUPPORT":
      return new NetlabError("address-not-ours", { host }, { cause: error });
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new NetlabError("address-not-ours", { host }, { cause: error });
    default:
      return new NetlabError("cannot-listen", { where, why: messageOf(error) }, { cause: error });
  }
}

/** Why a connection could not be made. */
export function connectError(error: unknown, host: string, port: number): NetlabError {
  const code = osCode(error);
  const why: Record<string, string> = {
    ECONNREFUSED: "no program listens there (ECONNREFUSED)",
    ETIMEDOUT: "no answer (ETIMEDOUT)",
    EHOSTUNREACH: "no way to that host (EHOSTUNREACH)",
    ENETUNREACH: "no way to that network (ENETUNREACH)",
    ENOTFOUND: "no such host name (ENOTFOUND)",
    EAI_AGAIN: "the name cannot be resolved now (EAI_AGAIN)",
  };
  const reason = (code && why[code]) ?? (error instanceof Error ? error.message : String(error));
  const unreachable = cause("unreachable", { host, port, errno: code ?? "", why: reason });
  return NetlabError.of(code === "ETIMEDOUT" ? "timed-out" : "unreachable", unreachable, { cause: error });
}
