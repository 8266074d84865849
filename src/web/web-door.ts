/** The page on and off, as an operator commands it. */
import { networkInterfaces } from "node:os";
import { createSecureContext } from "node:tls";
import { type OpenEvaluation, OperatorSession, type OperatorTransport } from "../control/operator-session.ts";
import { messageOf, NetlabError } from "../errors.ts";
import type { Lab } from "../lab/lab.ts";
import type { LabWeb, WebDocument, WebLink, WebRequest } from "../lab/lab-web.ts";
import { formatHostPort } from "../machines/_options.ts";
import { isLoopback } from "../wire/loopback.ts";
import { KnownStories } from "./known-stories.ts";
import { split } from "./levels.ts";
import { readPage } from "./page-files.ts";
import type { Level } from "./protocol.ts";
import { CLOSED } from "./protocol.ts";
import { Pump } from "./pump.ts";
import { KEY_MS, Sessions } from "./sessions.ts";
import type { Source } from "./source.ts";
import { connectionSource } from "./sources/connection-source.ts";
import { LabSource } from "./sources/lab-source.ts";
import { chartSource, roleSource } from "./sources/role-source.ts";
import { studentSource } from "./sources/student-source.ts";
import { WallSource } from "./sources/wall-source.ts";
import { WebMemory } from "./web-memory.ts";
import { WebServer } from "./web-server.ts";

export interface WebDoorParts {
  readonly lab: Lab;
  readonly dataFolder: string;
  /** Undefined: the daemon evaluates no code. */
  readonly openEvaluation: OpenEvaluation | undefined;
  /** Told once it listens where other machines reach it. */
  readonly onExposed: (at: string) => void;
}

export class WebDoor implements LabWeb {
  readonly #parts: WebDoorParts;
  readonly #memory: WebMemory;
  readonly #sessions: Sessions;
  readonly #pump: Pump;
  readonly #stories: KnownStories;
  #hasFailed = false;
  #open:
    | {
        readonly server: WebServer;
        readonly document: Omit<WebDocument, "visitors">;
        readonly asked: WebRequest;
      }
    | undefined;

  constructor(parts: WebDoorParts) {
    this.#parts = parts;
    this.#memory = new WebMemory(parts.dataFolder);
    this.#sessions = new Sessions(this.#memory, () => Date.now());
    this.#stories = new KnownStories(parts.lab);
    this.#pump = new Pump(
      (topic) => this.#source(topic),
      (error) => this.#tellFault(error),
    );
  }

  /** As it was asked for before the daemon's last end. */
  get remembered(): WebRequest | undefined {
    return this.#memory.on;
  }

  status(): WebDocument | undefined {
    return this.#open && { ...this.#open.document, visitors: this.#open.server.visitors };
  }

  async open(asked: WebRequest): Promise<WebDocument> {
    if (this.#open) throw new NetlabError("wrong-state/web-open", { address: this.#open.document.address });
    checkTls(asked);
    const addresses = addressesFor(asked.host);
    const server = new WebServer(
      {
        lab: this.#parts.lab,
        sessions: this.#sessions,
        pump: this.#pump,
        stories: this.#stories,
        openOperator: this.#openOperator,
      },
      readPage(),
      asked,
    );
    const names = [...addresses.names, ...asked.names];
    const port = await listening(server, asked, addresses.bind, names);
    const shown = asked.names[0] ?? addresses.names[0] ?? asked.host;
    const address = addressOf(shown, port, asked.tls !== undefined);
    this.#open = { server, document: { address, host: asked.host, port }, asked };
    this.#memory.keepOn({ ...asked, port });
    if (addresses.isExposed) this.#parts.onExposed(address);
    return { ...this.#open.document, visitors: 0 };
  }

  loginLink(level: "operator" | "observer"): WebLink {
    return {
      link: `${this.#address}/#k=${this.#sessions.newKey(level)}`,
      level,
      until: new Date(Date.now() + KEY_MS).toISOString(),
    };
  }

  studentLink(label: string, forMs: number, isNew: boolean): WebLink {
    const level: Level = `student:${label}`;
    const { text, until } = this.#sessions.linkOf(label, Date.now() + forMs, isNew);
    if (isNew) this.#open?.server.closeVisitors(CLOSED.revoked, (visitor) => visitor.level === level);
    return { link: `${this.#address}/#k=${text}`, level, until: new Date(until).toISOString() };
  }

  addLinks(labels: readonly string[], forMs: number): void {
    const now = Date.now();
    this.#memory.addLinks(labels, now + forMs, now);
  }

  async forgetStudent(labels: readonly string[]): Promise<boolean> {
    const levels: readonly (Level | undefined)[] = labels.map((label): Level => `student:${label}`);
    const hadLink = this.#memory.forgetLinks(labels);
    this.#open?.server.closeVisitors(CLOSED.revoked, ({ level }) => levels.includes(level));
    return hadLink;
  }

  async revoke(): Promise<number> {
    this.#sessions.forgetKeys();
    this.#memory.newKey();
    return this.#open?.server.closeVisitors() ?? 0;
  }

  async close(): Promise<boolean> {
    this.#memory.keepOn(undefined);
    return this.end();
  }

  /** The daemon ends: the page is on again with the next one. */
  async end(): Promise<boolean> {
    const open = this.#open;
    this.#open = undefined;
    await open?.server.close();
    return open !== undefined;
  }

  /** Once: a look that fails would fail ten times a second. */
  #tellFault(error: unknown): void {
    if (!this.#hasFailed) this.#parts.lab.reportFault(error, "the page could not look at the lab");
    this.#hasFailed = true;
  }

  get #address(): string {
    if (!this.#open) throw new NetlabError("wrong-state/web-off");
    return this.#open.document.address;
  }

  #source(topic: string): Source | undefined {
    const { lab } = this.#parts;
    const [kind, name] = split(topic);
    switch (kind) {
      case "wall":
        return new WallSource(lab);
      case "lab":
        return new LabSource(lab);
      case "me":
        return studentSource(lab, name, this.#stories);
      case "role":
        return lab.find(name) && roleSource(lab, name);
      case "chart":
        return lab.roles.has(name) ? chartSource(lab, name) : undefined;
      case "connection": {
        const story = this.#stories.find(name);
        return story && connectionSource(lab, story);
      }
      default:
        return undefined;
    }
  }

  /** The prompt of a page: it does what the owner may where the owner said so. */
  readonly #openOperator = (transport: OperatorTransport): OperatorSession => {
    const { lab, openEvaluation } = this.#parts;
    const level = this.#open?.asked.isOwners ? "own" : "operate";
    return new OperatorSession({ lab, openEvaluation }, { level, name: "page" }, transport);
  };
}

/** Throws where they are no certificate and its key: the server would do so in OpenSSL's words. */
function checkTls({ tls }: WebRequest): void {
  if (!tls) return;
  try {
    createSecureContext(tls);
  } catch (error) {
    throw new NetlabError("usage/web-tls-files", { why: messageOf(error) }, { cause: error });
  }
}

interface Addresses {
  /** For the system; undefined: all. */
  readonly bind: string | undefined;
  /** Names under which a browser may ask for it. */
  readonly names: readonly string[];
  readonly isExposed: boolean;
}

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

function addressesFor(host: string): Addresses {
  if (host === "localhost" || host === "127.0.0.1")
    return { bind: "127.0.0.1", names: LOOPBACK, isExposed: false };
  if (host === "*") return { bind: undefined, names: [...outerAddresses(), ...LOOPBACK], isExposed: true };
  const name = host.includes(":") ? `[${host}]` : host;
  return { bind: host, names: [name, ...(isLoopback(host) ? LOOPBACK : [])], isExposed: !isLoopback(host) };
}

/** Of this machine, as other machines see them; the first is of the kind that people type. */
function outerAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((group) => group ?? []);
  const outer = all.filter(({ internal, scopeid }) => !internal && !scopeid);
  const byFamily = outer.sort((a, b) => a.family.localeCompare(b.family));
  return byFamily.map(({ address, family }) => (family === "IPv6" ? `[${address}]` : address));
}

function addressOf(name: string, port: number, isTls: boolean): string {
  const url = name.includes("://") ? name : `${isTls ? "https" : "http"}://${name}:${port}`;
  return URL.parse(url)?.origin ?? url;
}

async function listening(
  server: WebServer,
  { port, host }: WebRequest,
  bind: string | undefined,
  names: readonly string[],
): Promise<number> {
  try {
    return await server.listen(port, bind, names);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EADDRINUSE") throw new NetlabError("port-taken", { port }, { cause: error });
    if (code === "EACCES") throw new NetlabError("port-forbidden", { port }, { cause: error });
    if (code === "EADDRNOTAVAIL") throw new NetlabError("address-not-ours", { host }, { cause: error });
    const where = formatHostPort({ host, port });
    throw new NetlabError("cannot-listen", { where, why: messageOf(error) }, { cause: error });
  }
}
