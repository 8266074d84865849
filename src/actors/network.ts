/** The clients' side of the network: one question by datagram, one connection. */
import { lookup } from "node:dns/promises";
import { NetlabError } from "../errors.ts";
import type { Link } from "../link/link.ts";
import { connectTcp } from "../link/tcp-server.ts";
import { UdpClient } from "../link/udp-client.ts";
import type { Clock, HostPort, Question } from "../machines/_world.ts";
import { connectError, osCode } from "../os/os-errors.ts";
import { cause } from "../stories/causes.ts";
import type { Endpoint, Ends } from "../stories/story.ts";
import { isLoopback } from "../wire/loopback.ts";

/** How long a connection may take to be made. */
const CONNECT_MS = 5_000;

export interface DatagramTrace {
  sent?(bytes: Buffer, ends: Ends): void;
  came?(bytes: Buffer, ends: Ends): void;
}

/** Asks once and collects the answers in order; what has come by the time limit is the answer. */
export async function ask(question: Question, clock: Clock, trace: DatagramTrace = {}): Promise<string[]> {
  const udp = await openUdp(question.to);
  if (question.isLook) rememberWay(udp);
  try {
    return await collect(udp, question, clock, trace);
  } finally {
    udp.close();
  }
}

function collect(
  udp: UdpClient,
  { to, text, timeoutMs, isLast }: Question,
  clock: Clock,
  trace: DatagramTrace,
) {
  const answers: string[] = [];
  return new Promise<string[]>((resolve, reject) => {
    const timer = clock.setTimeout(() => resolve(answers), timeoutMs);
    const stop = (error: unknown) => {
      clock.clearTimeout(timer);
      if (error) reject(connectError(error, to.host, to.port));
      else resolve(answers);
    };
    udp.onError(stop);
    udp.onMessage((bytes) => {
      trace.came?.(bytes, udp.ends);
      const answer = bytes.toString("utf8");
      answers.push(answer);
      if (isLast(answer)) stop(undefined);
    });
    const bytes = Buffer.from(text);
    trace.sent?.(bytes, udp.ends);
    udp.send(bytes).catch(stop);
  });
}

/** Sends one datagram, a registration; answers between which ends it went. */
export async function send(to: HostPort, text: string): Promise<Ends> {
  const udp = await openUdp(to);
  rememberWay(udp);
  try {
    await new Promise<void>((resolve, reject) => {
      udp.onError(reject);
      udp.send(Buffer.from(text)).then(resolve, reject);
    });
    return udp.ends;
  } catch (error) {
    throw connectError(error, to.host, to.port);
  } finally {
    udp.close();
  }
}

/** This machine's address on the way to `to`: nothing is sent for it. */
export async function localAddressTowards(to: HostPort): Promise<string> {
  const udp = await openUdp(to);
  try {
    return udp.local.address;
  } finally {
    udp.close();
  }
}

/**
 * Ways that our own looks into registries go, kept a little longer than their sockets: a registry of ours that hears one need not take it
 * for a visitor, also where it plays in a process of its own and tells later what came.
 */
const ownWays = new Set<string>();
const REMEMBERED_MS = 10_000;
const wayOf = (from: Endpoint, to: Endpoint) => `${from.port}>${to.port}`;

/** Whether what came from there is a look of this daemon's own roles. */
export const isOwnLook = (remote: Endpoint, local: Endpoint): boolean =>
  isLoopback(remote.address) && ownWays.has(wayOf(remote, local));

function rememberWay(udp: UdpClient): void {
  const { local, remote } = udp.ends;
  const way = wayOf(local, remote);
  ownWays.add(way);
  udp.onClose(() => setTimeout(() => ownWays.delete(way), REMEMBERED_MS).unref());
}

async function openUdp({ host, port }: HostPort): Promise<UdpClient> {
  const { address, family } = await resolve(host, port);
  try {
    return await UdpClient.open({ address, port, family });
  } catch (error) {
    throw connectError(error, host, port);
  }
}

/** A socket of its own towards one place, as a link, for the words of another program. Rejects with a NetlabError. */
export async function connectDatagrams(to: HostPort): Promise<Link> {
  const udp = await openUdp(to);
  return udp.link(udp.ends.remote);
}

/** IPv4 first for a name: lab registries listen there. */
async function resolve(host: string, port: number): Promise<{ address: string; family: number }> {
  try {
    return await lookup(host, { order: "ipv4first" });
  } catch (error) {
    throw connectError(error, host, port);
  }
}

/** Connects; what the other side says waits until the link is attached. */
export async function connect({ host, port }: HostPort, clock: Clock, localPort?: number): Promise<Link> {
  const late = new AbortController();
  const timer = clock.setTimeout(() => {
    const why = `no answer within ${CONNECT_MS / 1_000} s`;
    const unreachable = cause("unreachable", { host, port, errno: "ETIMEDOUT", why });
    late.abort(NetlabError.of("timed-out", unreachable));
  }, CONNECT_MS);
  try {
    return await connectTcp({ host, port, localPort, signal: late.signal });
  } catch (error) {
    throw late.signal.aborted ? error : connectError(firstOf(error), host, port);
  } finally {
    clock.clearTimeout(timer);
  }
}

/** A name with several addresses fails with all their errors; the first says enough. */
function firstOf(error: unknown): unknown {
  return error instanceof AggregateError && osCode(error.errors[0]) ? error.errors[0] : error;
}
