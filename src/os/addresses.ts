/** Hosts as options name them, as addresses to bind, and as people read them. */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

/** `localhost` is both loopback addresses, `*` is every address of both families; anything else is itself or looked up. */
export async function addressesOf(host: string): Promise<string[]> {
  if (host === "localhost") return ["127.0.0.1", "::1"];
  if (host === "*") return ["0.0.0.0", "::"];
  if (isIP(host) !== 0) return [host];
  const found = await lookup(host, { all: true });
  return [...new Set(found.map(({ address }) => address))];
}

/** `::ffff:127.0.0.1` is an IPv4 peer and shown as one. */
export function plainAddress(address = ""): string {
  if (!address.startsWith(":")) return address;
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}

export const isIpv4 = (address: string) => isIP(address) === 4;
