/** A page without a browser: logs in as one does, says what it looks at, and keeps what it is told. */
import { once } from "node:events";
import { request } from "node:http";
import { WebSocket } from "ws";
import type { PageMessage } from "../../src/web/protocol.ts";
import { eventually } from "../e2e/eventually.ts";

/** A request as it is written here: no browser adds or refuses a header. */
export function ask(
  address: string,
  {
    path = "/",
    method = "GET",
    headers = {},
    body = "",
  }: {
    readonly path?: string;
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  } = {},
): Promise<{
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly bytes: Buffer;
}> {
  const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof ask>>>();
  const { hostname, port } = new URL(address);
  // As it stands: a URL would tidy it.
  const asked = request({ hostname, port, path, method, headers, agent: false }, async (answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(chunks) });
  });
  asked.on("error", reject).end(body);
  return promise;
}

/** The session that a link gives; undefined where it gives none. */
export async function logIn(link: string): Promise<string | undefined> {
  const { origin, hash } = new URL(link);
  const { status, bytes } = await ask(origin, {
    path: "/login",
    method: "POST",
    headers: { origin },
    body: JSON.stringify({ key: hash.slice("#k=".length) }),
  });
  return status === 200 ? (JSON.parse(bytes.toString()) as { session: string }).session : undefined;
}

type Told = Readonly<Record<string, unknown>>;

export class PageVisitor {
  readonly told: Told[] = [];
  readonly socket: WebSocket;
  closedWith: number | undefined;

  /** Its own Origin, unless another one is given. */
  constructor(
    address: string,
    headers: Readonly<Record<string, string>> = { origin: new URL(address).origin },
  ) {
    this.socket = new WebSocket(new URL("/live", address.replace(/^http/, "ws")), { headers });
    this.socket.on("message", (text) => this.told.push(JSON.parse(String(text)) as Told));
    this.socket.on("error", () => undefined);
    this.socket.on("close", (code) => {
      this.closedWith = code;
    });
  }

  /** As the one who has the link. */
  static async with(link: string): Promise<PageVisitor> {
    const session = await logIn(link);
    const page = new PageVisitor(new URL(link).origin);
    await once(page.socket, "open");
    page.say({ session: session ?? "" });
    return page;
  }

  say(message: PageMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  /** How a topic stands, as it was told last; undefined: nothing was told. */
  stateOf<State>(topic: string): State | null | undefined {
    return this.told.findLast((one) => one.topic === topic)?.state as State | null | undefined;
  }

  async see<State>(topic: string): Promise<State | null> {
    this.say({ see: [topic] });
    return eventually(() => {
      const state = this.stateOf<State>(topic);
      if (state === undefined) throw new Error(`nothing was told of ${topic}`);
      return state;
    });
  }

  closed(): Promise<number> {
    return eventually(() => {
      if (this.closedWith === undefined) throw new Error("it is open");
      return this.closedWith;
    });
  }
}
