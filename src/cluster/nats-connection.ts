/** Connection to a NATS server: made, or refused with what to do; from then on it comes back by itself. */
import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import type { Authenticator, NatsConnection, TlsOptions } from "@nats-io/transport-node";
import { messageOf, NetlabError } from "../errors.ts";
import type { NatsCredentials } from "./nats-credentials.ts";
import type { NatsServers } from "./nats-servers.ts";

/** First one whose streams do all that is asked of them here. */
const OLDEST = [2, 9, 0];
const CONNECT_LIMIT_MS = 5_000;
/** Until a dead server is given up: twice as long, as one answer may be late. */
const PING_EVERY_MS = 2_000;
const RECONNECT_AFTER_MS = 250;

export interface NatsOptions {
  readonly servers: NatsServers;
  /** As the server lists it, e.g. `netlabd n1`. */
  readonly name: string;
  readonly credentials?: NatsCredentials | undefined;
}

export async function connectToNats({ servers, name, credentials }: NatsOptions): Promise<NatsConnection> {
  const nats = await import("@nats-io/transport-node");
  const at = servers.places.join(", ");
  let connection: NatsConnection;
  try {
    connection = await nats.connect({
      servers: [...servers.places],
      name,
      timeout: CONNECT_LIMIT_MS,
      pingInterval: PING_EVERY_MS,
      maxPingOut: 2,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_AFTER_MS,
      // A login that is refused now may be the server's, which is just being configured.
      ignoreAuthErrorAbort: true,
      ...(servers.wantsTls ? { tls: tlsOf(servers) } : {}),
      ...(credentials ? { authenticator: authenticatorOf(nats, credentials) } : {}),
    });
  } catch (error) {
    throw refusalOf(nats, error, at, servers.wantsTls);
  }
  const { info } = connection;
  const isClustered = info?.cluster !== undefined;
  const problem = isOlder(info?.version ?? "")
    ? new NetlabError("no-bus/too-old", { at, version: info?.version ?? "", needed: OLDEST.join(".") })
    : info?.jetstream || isClustered
      ? undefined
      : new NetlabError("no-bus/no-jetstream", { at });
  if (problem) {
    await connection.close();
    throw problem;
  }
  return connection;
}

/** The client names no address to TLS, which then looks for a server called localhost: its certificate may be for the address as well. */
function tlsOf({ places }: NatsServers): TlsOptions {
  const addresses = places
    .map((place) => place.replace(/:\d+$/, "").replace(/^\[|\]$/g, ""))
    .filter((host) => isIP(host) !== 0);
  const options = {
    checkServerIdentity: (host: string, certificate: PeerCertificate) => {
      const problem = checkServerIdentity(host, certificate);
      const isOfAddress = addresses.some((address) => !checkServerIdentity(address, certificate));
      return host === "localhost" && isOfAddress ? undefined : problem;
    },
  };
  return options as TlsOptions;
}

type Nats = typeof import("@nats-io/transport-node");

function authenticatorOf(nats: Nats, credentials: NatsCredentials): Authenticator {
  const bytes = (text: string) => new TextEncoder().encode(text);
  switch (credentials.kind) {
    case "user":
      return nats.usernamePasswordAuthenticator(credentials.user, credentials.password);
    case "token":
      return nats.tokenAuthenticator(credentials.token);
    case "nkey":
      return nats.nkeyAuthenticator(bytes(credentials.seed));
    case "creds":
      return nats.credsAuthenticator(bytes(credentials.text));
  }
}

function refusalOf({ errors }: Nats, error: unknown, at: string, wantsTls: boolean): Error {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException)?.code ?? "";
  if (error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError)
    return new NetlabError("no-bus/login-refused", { at }, { cause: error });
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return new NetlabError("no-bus/other-name", { at }, { cause: error });
  if (/CERT|SIGNATURE|SELF_SIGNED|^UNABLE_TO/.test(code))
    return new NetlabError("no-bus/untrusted", { at, why: code }, { cause: error });
  // A server answered, and TLS alone was asked of it.
  if (wantsTls && error instanceof errors.ConnectionError && code === "")
    return new NetlabError("no-bus/no-tls", { at }, { cause: error });
  const why =
    error instanceof errors.TimeoutError
      ? `no word in ${CONNECT_LIMIT_MS / 1_000} s`
      : code || messageOf(error);
  return new NetlabError("no-bus/unreachable", { at, why }, { cause: error });
}

function isOlder(version: string): boolean {
  const numbers = version.split(/[.-]/).map(Number);
  for (const [place, needed] of OLDEST.entries()) {
    const number = numbers[place] ?? 0;
    if (number !== needed) return number < needed;
  }
  return false;
}
