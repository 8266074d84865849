/**
 * Ways of the proxies of this process, so that none is led back to itself: where each listens and goes, and whose connection to a server
 * came out of which client's. Another program in between cannot be seen through; then `--max-connections` is the limit.
 */
import { networkInterfaces } from "node:os";
import type { Endpoint } from "../link/link.ts";
import { isIpv4 } from "../os/addresses.ts";
import { isLoopback } from "../wire/loopback.ts";

export interface ProxyPath {
  readonly id: string;
  readonly transport: "tcp" | "udp";
  readonly hosts: readonly string[];
  readonly port: number;
  /** The server's, as its name was resolved. */
  readonly to: readonly Endpoint[];
}

const paths = new Set<ProxyPath>();

/** Answers what takes it away. */
export function addPath(path: ProxyPath): () => void {
  paths.add(path);
  return () => paths.delete(path);
}

/** Ids of the proxies by which this one comes back to itself, its own last; undefined: it does not, as far as this process knows. */
export function wayBack(path: ProxyPath): readonly string[] | undefined {
  const seen = new Set<ProxyPath>();
  let reached: readonly { readonly at: ProxyPath; readonly by: readonly string[] }[] = [{ at: path, by: [] }];
  while (reached.length > 0) {
    const next = reached.flatMap(({ at, by }) =>
      [...nextOf(at, path)].map((one) => ({ at: one, by: [...by, one.id] })),
    );
    const back = next.find(({ at }) => at === path);
    if (back) return back.by;
    reached = next.filter(({ at }) => !seen.has(at));
    for (const { at } of reached) seen.add(at);
  }
  return undefined;
}

/** Proxies that are reached at the end of this one. */
function nextOf({ to, transport }: ProxyPath, own: ProxyPath): ProxyPath[] {
  return [own, ...[...paths].filter((path) => path !== own)].filter(
    (path) =>
      path.transport === transport &&
      to.some(
        ({ address, port }) => port === path.port && path.hosts.some((host) => isReachedAt(host, address)),
      ),
  );
}

/** Whether what listens on `host` hears what is sent to `address`. */
export function isReachedAt(host: string, address: string): boolean {
  const target = address === "0.0.0.0" ? "127.0.0.1" : address === "::" ? "::1" : address;
  if (host === "0.0.0.0") return isIpv4(target) && isOurs(target);
  if (host === "::") return isOurs(target);
  return host === target;
}

function isOurs(address: string): boolean {
  if (isLoopback(address)) return true;
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === address));
}

/** A connection to a server, and the client's that it came out of. */
interface Hop {
  readonly path: ProxyPath;
  readonly client: Endpoint;
}

/** By our own end of the connection to the server. */
const hops = new Map<string, Hop>();

const keyOf = (transport: string, { address, port }: Endpoint) => `${transport} ${address} ${port}`;

/** Answers what takes it away. */
export function addHop(path: ProxyPath, ownEnd: Endpoint, client: Endpoint): () => void {
  const key = keyOf(path.transport, ownEnd);
  const hop = { path, client };
  hops.set(key, hop);
  return () => {
    if (hops.get(key) === hop) hops.delete(key);
  };
}

/** Whether this client is a connection that has been through this proxy already. */
export function hasBeenThrough(path: ProxyPath, client: Endpoint): boolean {
  const seen = new Set<Hop>();
  let hop = hops.get(keyOf(path.transport, client));
  while (hop && !seen.has(hop)) {
    if (hop.path === path) return true;
    seen.add(hop);
    hop = hops.get(keyOf(path.transport, hop.client));
  }
  return false;
}
