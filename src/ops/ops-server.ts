/**
 * `GET /healthz` and `GET /metrics`, for a monitoring system: off unless it is asked for, on this machine unless it is told otherwise.
 * It answers figures alone, and takes nothing.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { messageOf, NetlabError } from "../errors.ts";
import type { Lab } from "../lab/lab.ts";
import { formatHostPort } from "../machines/_options.ts";
import { osCode } from "../os/os-errors.ts";
import { isLoopback } from "../wire/loopback.ts";
import { OLDER_TEXT, OPEN_METRICS, olderText, openMetrics } from "./exposition.ts";
import type { Metrics } from "./metrics.ts";

/** A monitoring system has a connection or two. */
const MAX_CONNECTIONS = 16;
const REQUEST_MS = 5_000;
/** Names by which this machine's own programs ask. A page in a browser that was led here by a name of its own has another. */
const OWN_NAMES = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

export interface OpsParts {
  readonly lab: Lab;
  readonly metrics: Metrics;
  readonly isStopping: () => boolean;
}

export interface OpsAddress {
  readonly host: string;
  readonly port: number;
}

export class OpsServer {
  readonly #parts: OpsParts;
  readonly #server: Server;
  #isLocal = true;

  constructor(parts: OpsParts) {
    this.#parts = parts;
    this.#server = createServer(
      { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
      (request, response) => this.#answer(request, response),
    );
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** Resolves to where it is asked. Rejects with a NetlabError. */
  async listen({ host, port }: OpsAddress): Promise<string> {
    this.#isLocal = isLoopback(host);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject).listen(port, host, resolve);
    try {
      await promise;
    } catch (error) {
      const why =
        osCode(error) === "EADDRINUSE" ? "another program listens there (EADDRINUSE)" : messageOf(error);
      throw new NetlabError("metrics-unheard", { at: formatHostPort({ host, port }), why }, { cause: error });
    }
    return `http://${formatHostPort({ host, port: (this.#server.address() as AddressInfo).port })}`;
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method, url = "/", headers } = request;
    const isAsked = method === "GET" || method === "HEAD";
    const [path] = url.split("?");
    if (!isAsked) return say(response, 405, "only GET\n", { Allow: "GET, HEAD" });
    if (this.#isLocal && !OWN_NAMES.test(headers.host ?? ""))
      return say(response, 421, "ask this machine by its own name\n");
    if (path === "/healthz") return this.#health(response);
    if (path === "/metrics") return this.#metrics(request, response);
    say(response, 404, "GET /healthz or GET /metrics\n");
  }

  /** Well unless it is on its way out: that a role has failed is told, and is no reason to end the others. */
  #health(response: ServerResponse): void {
    const { lab, isStopping } = this.#parts;
    const failed = lab.instances.filter(({ state }) => state === "failed").map(({ id }) => id);
    const status = isStopping() ? "stopping" : failed.length > 0 ? "degraded" : "ok";
    const body = { status, lab: lab.name, version: lab.version, roles: lab.instances.length, failed };
    say(response, status === "stopping" ? 503 : 200, `${JSON.stringify(body)}\n`, {
      "Content-Type": "application/json",
    });
  }

  #metrics({ headers }: IncomingMessage, response: ServerResponse): void {
    const isOpen = headers.accept?.includes("application/openmetrics-text") ?? false;
    const families = this.#parts.metrics.families();
    say(response, 200, isOpen ? openMetrics(families) : olderText(families), {
      "Content-Type": isOpen ? OPEN_METRICS : OLDER_TEXT,
    });
  }
}

function say(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    "Content-Type": "text/plain; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    ...headers,
  });
  response.end(body);
}
