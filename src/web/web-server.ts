/**
 * The page's server: a few files, one request that logs in, and a WebSocket a page.
 *
 * 1. A request's Host is exactly one of ours, whatever it wants; what asks for more than a file comes from our page itself.
 * 2. GET answers files and changes nothing. POST /login exchanges a key for a session.
 * 3. An upgrade is accepted from our page alone; its first message has to be a session, or it is closed with a code that a page can tell
 *    from a server that is gone.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { WebRequest } from "../lab/lab-web.ts";
import { fenceOfAsking, fenceOfReading, type Origins, originsOf } from "./fences.ts";
import { storyFor } from "./levels.ts";
import { PAGE_HEADERS, type PageFile } from "./page-files.ts";
import { CLOSED } from "./protocol.ts";
import { closeSoon, Visitor } from "./visitor.ts";
import type { WebHost } from "./web-host.ts";

/** The longest message of a page: a line of its prompt. */
const MAX_MESSAGE = 4_096;
const MAX_LOGIN = 2_048;
const MAX_VISITORS = 500;
const SWEEP_MS = 30_000;

export class WebServer {
  readonly #host: WebHost;
  readonly #files: ReadonlyMap<string, PageFile>;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #visitors = new Set<Visitor>();
  readonly #isTls: boolean;
  #origins: Origins = new Map();
  #sweeper: NodeJS.Timeout | undefined;

  constructor(host: WebHost, files: ReadonlyMap<string, PageFile>, { tls }: Pick<WebRequest, "tls">) {
    this.#host = host;
    this.#files = files;
    this.#isTls = tls !== undefined;
    const answer = (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response);
    this.#server = tls ? createTlsServer(tls, answer) : createServer(answer);
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
    this.#server.on("clientError", (_error, socket) => socket.destroy());
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: MAX_MESSAGE,
      perMessageDeflate: false,
      clientTracking: false,
    });
  }

  get visitors(): number {
    return this.#visitors.size;
  }

  /** Resolves to the port; rejects as the system does. `namesAt` tells the names under which it is asked for. */
  async listen(port: number, address: string | undefined, names: readonly string[]): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject).listen(port, address, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    const bound = this.#server.address();
    const boundPort = typeof bound === "object" && bound ? bound.port : port;
    this.#origins = originsOf(names, boundPort, this.#isTls);
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#sweeper.unref();
    return boundPort;
  }

  /** Ends all pages; each may log in again, where it still may. Answers how many there were. */
  closeVisitors(code: number = CLOSED.revoked, which: (visitor: Visitor) => boolean = () => true): number {
    const closed = [...this.#visitors].filter(which);
    for (const visitor of closed) visitor.close(code);
    return closed.length;
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    this.closeVisitors(CLOSED.off);
    this.#server.closeIdleConnections();
    setTimeout(() => this.#server.closeAllConnections(), 500).unref();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  // -- requests --------------------------------------------------------------------------------------------------------

  #answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
    const { method, url = "" } = request;
    if (fenceOfReading(request, this.#origins) !== "passed") return refuse(response, 421, "not this host");
    if (method === "POST" && url === "/capture") return this.#do(this.#capture(request, response), response);
    if (method === "POST" && url === "/login") return this.#do(this.#login(request, response), response);
    if (method !== "GET" && method !== "HEAD") return refuse(response, 405, "only GET");
    const file = this.#files.get(url);
    if (!file) return refuse(response, 404, "not found");
    const isPacked = String(request.headers["accept-encoding"] ?? "").includes("gzip");
    const bytes = isPacked ? file.packed : file.bytes;
    response.setHeader("Content-Type", file.type);
    response.setHeader("Content-Length", bytes.length);
    if (isPacked) response.setHeader("Content-Encoding", "gzip");
    response.end(method === "HEAD" ? undefined : bytes);
  }

  /** An answer that fails is a fault of ours, and ends nothing else. */
  #do(answer: Promise<void>, response: ServerResponse): void {
    answer.catch((error: unknown) => {
      this.#host.lab.reportFault(error, "the page could not answer a request");
      if (response.headersSent) response.destroy();
      else refuse(response, 500, "a fault of netlabd: its log tells more");
    });
  }

  async #login(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (fenceOfAsking(request, this.#origins) !== "passed")
      return refuse(response, 403, "not from this page");
    const key = fieldIn(await bodyOf(request, MAX_LOGIN), "key");
    const found = key === undefined ? undefined : this.#host.sessions.login(key);
    if (!found) return refuse(response, 401, "used or expired");
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(found));
  }

  /** A connection as a capture file, for a session that may see it. */
  async #capture(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (fenceOfAsking(request, this.#origins) !== "passed")
      return refuse(response, 403, "not from this page");
    const { lab, sessions, stories } = this.#host;
    const level = sessions.levelOf(request.headers.authorization?.replace(/^Bearer /, "") ?? "");
    const id = fieldIn(await bodyOf(request, MAX_LOGIN), "connection");
    if (level === undefined) return refuse(response, 401, "not logged in");
    if (id !== undefined) await stories.recall(id);
    const story = id === undefined ? undefined : storyFor(level, stories, id);
    if (!story) return refuse(response, 404, "no such connection");
    const { storyCapture } = await import("./story-capture.ts");
    const packets = storyCapture(lab, story);
    response.setHeader("Content-Type", "application/octet-stream");
    response.end(packets);
  }

  // -- pages -----------------------------------------------------------------------------------------------------------

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const fence = fenceOfAsking(request, this.#origins);
    if (fence !== "passed" || request.url !== "/live") {
      const status = fence === "wrong-host" ? "421 Misdirected Request" : "403 Forbidden";
      // A peer that keeps its side open would keep the page from closing.
      socket.once("finish", () => socket.destroy());
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      if (this.#visitors.size >= MAX_VISITORS) {
        webSocket.on("error", () => webSocket.terminate());
        return closeSoon(webSocket, CLOSED.tooMany);
      }
      const visitor = new Visitor(webSocket, this.#host, () => this.#visitors.delete(visitor));
      this.#visitors.add(visitor);
    });
  }

  #sweep(): void {
    for (const visitor of this.#visitors) visitor.sweep();
  }
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.statusCode = status;
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  response.end(`${why}\n`);
}

/** Undefined where it is longer than it may be, or breaks off. */
async function bodyOf(request: IncomingMessage, limitBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limitBytes) return undefined;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  } catch {
    return undefined;
  }
}

/** A text of a JSON object; undefined: it has none of this name. */
function fieldIn(body: string | undefined, name: string): string | undefined {
  try {
    const value = (JSON.parse(body ?? "") as Record<string, unknown> | null)?.[name];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
