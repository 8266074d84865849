import { formatHostPort } from "../machines/_options.ts";
import { isLoopback } from "../wire/loopback.ts";
import type { ServiceContext } from "./service.ts";

/** Tells what other machines can reach now: where it is, and what they find there. */
export function reportExposure(
  { id, role, options, environment }: ServiceContext,
  hosts: readonly string[],
  ports: readonly number[],
): void {
  const open = hosts.filter((host) => !isLoopback(host));
  if (open.length === 0) return;
  const { transport, offers, summary } = role();
  const at = open
    .flatMap((host) => ports.map((port) => `${formatHostPort({ host, port })}/${transport}`))
    .join(" and ");
  const what = offers?.(options as never) ?? summary;
  environment.telemetry({ type: "instance.exposed", id, at, what });
}
