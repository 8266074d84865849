/**
 * Binding one port on several addresses: the same port on each, tried again for a while where it is taken. One that is held
 * by nothing but TIME_WAIT is the supervisor's to wait for: it takes too long to keep anybody waiting.
 */
import { NetlabError } from "../errors.ts";
import type { Clock } from "../machines/_world.ts";
import { addressesOf, isIpv4 } from "../os/addresses.ts";
import { listenError, osCode } from "../os/os-errors.ts";

export interface Bound {
  readonly port: number;
  close(): void;
}

/** Binds one address; `ipv6Only` where IPv4 has a socket of its own. Rejects with the system's error. */
export type BindOne<Socket extends Bound> = (
  host: string,
  port: number,
  ipv6Only: boolean,
) => Promise<Socket>;

/** A program that just ended may hold its port for a moment. */
const RETRY_FOR_MS = 2_000;
const RETRY_EVERY_MS = 100;
/** A free port on one address may be taken on the other. */
const MAX_GUESSES = 20;

export interface BindRequest<Socket extends Bound> {
  readonly host: string;
  readonly port: number;
  readonly bindOne: BindOne<Socket>;
  readonly clock: Clock;
  /** The instance of this daemon that has the port, if one has. */
  readonly holderOf: (port: number) => string | undefined;
  /** Whether nothing but the kernel's memory of ended connections has the port. */
  readonly isLingering?: (port: number) => Promise<boolean>;
  /** False once the instance was stopped: what is bound after that would never be closed. */
  readonly isWanted: () => boolean;
}

/** Binds a socket for each address, all on the same port. Rejects with a NetlabError that says what to do. */
export async function bindAll<Socket extends Bound>(
  request: BindRequest<Socket>,
): Promise<Map<string, Socket>> {
  const { host, port, clock, isWanted, isLingering } = request;
  const until = clock.now() + RETRY_FOR_MS;
  const hosts = await resolveHosts(host, port);
  for (let guess = 1; isWanted(); guess += 1) {
    try {
      const bound = await bindEach(request, hosts);
      if (isWanted()) return bound;
      for (const socket of bound.values()) socket.close();
    } catch (error) {
      if (!isTaken(error)) throw error;
      const isWorthIt = port === 0 ? guess < MAX_GUESSES : clock.now() < until;
      if (port !== 0 && (await isLingering?.(port)))
        throw new NetlabError("port-lingers", { port }, { cause: error });
      if (!isWorthIt) throw takenBy(request, error);
      if (port !== 0) await new Promise<void>((resume) => void clock.setTimeout(resume, RETRY_EVERY_MS));
    }
  }
  throw new NetlabError("wrong-state/stopped-before");
}

const isTaken = (error: unknown): error is NetlabError =>
  error instanceof NetlabError && error.code === "port-taken";

/** Another program's, unless an instance of this daemon has it: then its operator knows which to stop. */
function takenBy({ port, holderOf }: Pick<BindRequest<Bound>, "port" | "holderOf">, error: NetlabError) {
  const holder = holderOf(port);
  if (holder === undefined) return error;
  return new NetlabError("port-held-here", { port, holder }, { cause: error });
}

async function resolveHosts(host: string, port: number): Promise<string[]> {
  try {
    return await addressesOf(host);
  } catch (error) {
    throw listenError(error, host, port);
  }
}

async function bindEach<Socket extends Bound>({ host, port, bindOne }: BindRequest<Socket>, hosts: string[]) {
  const bound = new Map<string, Socket>();
  const ipv6Only = hosts.some((address) => isIpv4(address));
  let actualPort = port;
  for (const address of hosts) {
    try {
      const socket = await bindOne(address, actualPort, ipv6Only);
      bound.set(address, socket);
      actualPort = socket.port;
    } catch (error) {
      // A machine without IPv6 still has a localhost.
      const isOptional = host === "localhost" || host === "*";
      if (isOptional && bound.size > 0 && hasNoSuchFamily(error)) continue;
      for (const socket of bound.values()) socket.close();
      throw listenError(error, address, actualPort);
    }
  }
  if (bound.size === 0) throw new NetlabError("cannot-listen", { where: host, why: "it has no address" });
  return bound;
}

function hasNoSuchFamily(error: unknown): boolean {
  return ["EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"].includes(osCode(error) ?? "");
}
