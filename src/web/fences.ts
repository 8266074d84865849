/**
 * Which requests are ours. A name that an attacker's page was rebound to, another port of this machine, another site: each has a Host or
 * an Origin that is not exactly one of ours. Nothing is compared by its beginning or its end.
 */
import type { IncomingMessage } from "node:http";

/** Origin of the page by the Host header under which it is asked for. */
export type Origins = ReadonlyMap<string, string>;

/** `names` are host names, which are asked for at our port, or whole origins, e.g. of a proxy that speaks TLS for us. */
export function originsOf(names: readonly string[], port: number, isTls: boolean): Map<string, string> {
  return new Map(
    names.flatMap((name) => {
      const url = URL.parse(name.includes("://") ? name : `${isTls ? "https" : "http"}://${name}:${port}`);
      // The URL leaves out the port that its scheme has anyway, and so does a browser.
      return url ? [[url.host, url.origin] as const] : [];
    }),
  );
}

export type Fence = "passed" | "wrong-host" | "wrong-origin";

/** A request that only reads: nothing is changed by it, so a link from elsewhere may lead to the page. */
export function fenceOfReading({ headers }: IncomingMessage, origins: Origins): Fence {
  return origins.has(headers.host ?? "") ? "passed" : "wrong-host";
}

/** A request that asks for something: it has to come from our page itself. */
export function fenceOfAsking({ headers }: IncomingMessage, origins: Origins): Fence {
  const origin = origins.get(headers.host ?? "");
  if (origin === undefined) return "wrong-host";
  if (headers.origin !== origin) return "wrong-origin";
  const site = headers["sec-fetch-site"];
  return site === undefined || site === "same-origin" ? "passed" : "wrong-origin";
}
