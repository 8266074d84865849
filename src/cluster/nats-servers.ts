/** Addresses of NATS servers as they are given: `nats://HOST:PORT`, `tls://HOST`. */
import { NetlabError } from "../errors.ts";
import { isLoopback } from "../wire/loopback.ts";

const USUAL_PORT = 4_222;

export interface NatsServers {
  /** `host:port`, an IPv6 address in brackets. */
  readonly places: readonly string[];
  /** Of all, where it is of one. */
  readonly wantsTls: boolean;
  /** Places that other machines are. */
  readonly afar: readonly string[];
}

export function natsServers(given: readonly string[]): NatsServers {
  const urls = given.map(urlOf);
  const places = urls.map(({ hostname, port }) => `${hostname}:${port || USUAL_PORT}`);
  const isNear = ({ hostname }: URL) =>
    hostname === "localhost" || isLoopback(hostname.replace(/^\[|\]$/g, ""));
  return {
    places,
    wantsTls: urls.some(({ protocol }) => protocol === "tls:"),
    afar: places.filter((_, at) => !isNear(urls[at] as URL)),
  };
}

function urlOf(text: string): URL {
  const wrong = new NetlabError("usage/cluster-address", { given: withoutLogin(text) });
  if (!/^(?:nats|tls):\/\//.test(text) || !URL.canParse(text)) throw wrong;
  const url = new URL(text);
  const isMore = /^\/?$/.test(url.pathname) ? url.search || url.hash || url.username || url.password : "path";
  if (isMore || url.hostname === "") throw wrong;
  return url;
}

/** A password is not shown again. */
const withoutLogin = (given: string) => given.replace(/\/\/[^,]*@/g, "//");
