/**
 * `lab`: the running daemon as code typed at a prompt sees it. This file is the whole of it, and `help eval` tells it.
 *
 * Reading is at once, of the moment. What changes the lab answers with a promise, and happens when the line, or the
 * part of it before its next `await`, is over. Nothing here hands out the daemon's own objects: snapshots are copies.
 *
 * Long, because `help eval` shows this file whole.
 */

import { registrationDocument } from "../../lab/documents.ts";
import type { Cell } from "../../lab/lab.ts";
import { selectInstances, selectStories, selectStory } from "../../lab/selectors.ts";
import { ConnectionView } from "./connection-view.ts";
import { InstanceView } from "./instance-view.ts";
import type { LiveLab } from "./live-lab.ts";
import { type Ask, Surface } from "./surface.ts";

/** A row of the database, by column. */
export type Row = Readonly<Record<string, Cell>>;

export class LabSurface extends Surface {
  readonly #lab: LiveLab;
  readonly #ask: Ask;
  readonly #book: BookSurface;
  readonly #db: DatabaseSurface;

  constructor(lab: LiveLab, ask: Ask) {
    super("Lab");
    this.#lab = lab;
    this.#ask = ask;
    this.#book = new BookSurface(lab, ask);
    this.#db = new DatabaseSurface(lab, ask);
  }

  /** The lab file's name, or `none`. */
  get name(): string {
    return this.#lab.name;
  }

  /** Roles that can be spawned. */
  get roles(): readonly RoleView[] {
    return [...this.#lab.roles.values()].map(
      (role) =>
        new RoleView(role.name, role.summary, role.side, role.transport, role.port, Object.keys(role.phases)),
    );
  }

  /** Instances that run, or have stopped or failed. */
  get instances(): readonly InstanceView[] {
    return this.#lab.instances.map((instance) => new InstanceView(this.#lab, instance, this.#ask));
  }

  /** An instance by id, name or role: `lab.instance("echo")`. Throws where there is none, or several. */
  instance(selector: string): InstanceView {
    const [first, ...others] = selectInstances(this.#lab, [String(selector)]);
    if (!first || others.length > 0)
      throw new RangeError(`${selector} is ${others.length + (first ? 1 : 0)} instances: name one by its id`);
    return new InstanceView(this.#lab, first, this.#ask);
  }

  /** Connections that are open now, oldest first. */
  get conns(): readonly ConnectionView[] {
    return this.#lab.liveStories().map((story) => new ConnectionView(this.#lab, story, this.#ask));
  }

  /** Connections, ended ones too, by the selectors of every command: `lab.select("chat", "state=inRoom")`. */
  select(...selectors: string[]): readonly ConnectionView[] {
    const stories = selectStories(this.#lab, selectors.map(String));
    return stories.map((story) => new ConnectionView(this.#lab, story, this.#ask));
  }

  /** A connection, open or ended: `lab.conn("c17")`, `lab.conn("@last")`. Throws where there is none. */
  conn(selector: string): ConnectionView {
    return new ConnectionView(this.#lab, selectStory(this.#lab, String(selector)), this.#ask);
  }

  /** Registrations. Printed, tokens are masked; `.token` is the token. */
  get registry(): readonly RegistrationView[] {
    return this.#lab.registry
      .list()
      .map(
        (entry) =>
          new RegistrationView(entry.ip, entry.port, entry.service, entry.token, registrationDocument(entry)),
      );
  }

  /** The address book. */
  get book(): BookSurface {
    return this.#book;
  }

  /** The database, read only: `await lab.db.all("select * from journal")`. */
  get db(): DatabaseSurface {
    return this.#db;
  }

  /** Starts a role: `await lab.spawn("echo", { port: 0 })`. Options are those of `spawn`, in camelCase. */
  spawn(role: string, options: Readonly<Record<string, unknown>> = {}): Promise<InstanceView> {
    const given = structuredClone({ ...options });
    const name = String(role);
    return this.#ask(async () => new InstanceView(this.#lab, await this.#lab.spawn(name, given), this.#ask));
  }

  override line() {
    return this.name;
  }

  override brief() {
    const { name, instances, conns } = this;
    return { name, instances: instances.length, conns: conns.length, registry: this.registry.length };
  }
}

/** A role that can be spawned. */
export class RoleView extends Surface {
  readonly name: string;
  readonly summary: string;
  readonly side: "server" | "client" | "proxy";
  readonly transport: "tcp" | "udp";
  readonly port: number;
  /** States of it that wait for the peer. */
  readonly waitsIn: readonly string[];

  constructor(
    name: string,
    summary: string,
    side: RoleView["side"],
    transport: RoleView["transport"],
    port: number,
    waitsIn: readonly string[],
  ) {
    super("Role");
    this.name = name;
    this.summary = summary;
    this.side = side;
    this.transport = transport;
    this.port = port;
    this.waitsIn = waitsIn;
  }

  override line() {
    return `${this.name}, ${this.side}, ${this.transport}/${this.port}`;
  }

  override brief() {
    const { name, side, transport, port } = this;
    return { name, side, transport, port };
  }
}

/** A server, as the registry has it. */
export class RegistrationView extends Surface {
  readonly ip: string;
  readonly port: number;
  readonly service: string;
  readonly token: string;
  readonly #document: ReturnType<typeof registrationDocument>;

  constructor(
    ip: string,
    port: number,
    service: string,
    token: string,
    document: ReturnType<typeof registrationDocument>,
  ) {
    super("Registration");
    this.ip = ip;
    this.port = port;
    this.service = service;
    this.token = token;
    this.#document = document;
  }

  override line() {
    return `${this.ip}:${this.port} ${this.service}`;
  }

  override brief() {
    const { ip, port, service, token } = this.#document;
    return { ip, port, service, token };
  }

  override toJSON(): unknown {
    return this.#document;
  }
}

/** Names for e-mail addresses. */
export class BookSurface extends Surface {
  readonly #lab: LiveLab;
  readonly #ask: Ask;

  constructor(lab: LiveLab, ask: Ask) {
    super("Book");
    this.#lab = lab;
    this.#ask = ask;
  }

  /** How many addresses there are. */
  get size(): number {
    return this.#lab.book.size;
  }

  /** All of them, in the order in which they came. */
  list(): readonly { readonly email: string; readonly name: string }[] {
    return this.#lab.book.list().map((entry) => ({ ...entry }));
  }

  /** The name behind an address, case and outer blanks aside; undefined: none. */
  find(email: string): string | undefined {
    return this.#lab.book.find(String(email));
  }

  /** Adds an address, or replaces its name. */
  add(email: string, name: string): Promise<{ readonly added: number; readonly replaced: number }> {
    const entry = { email: String(email), name: String(name) };
    return this.#ask(async () => {
      const { checkAddress } = await import("../../wire/address-record.ts");
      const wrong = checkAddress(entry);
      if (wrong) throw new RangeError(wrong);
      return this.#lab.book.add(entry.email, entry.name);
    });
  }

  /** Removes an address; undefined: there was none. */
  remove(email: string): Promise<{ readonly email: string; readonly name: string } | undefined> {
    const wanted = String(email);
    return this.#ask(() => this.#lab.book.remove(wanted));
  }

  override line() {
    return `of ${this.size}`;
  }

  override brief() {
    return { size: this.size };
  }
}

/** The database, read only: what `sql` asks. */
export class DatabaseSurface extends Surface {
  readonly #lab: LiveLab;
  readonly #ask: Ask;

  constructor(lab: LiveLab, ask: Ask) {
    super("Database");
    this.#lab = lab;
    this.#ask = ask;
  }

  /** The rows of one select; at most `limit` (500), tokens masked unless `showTokens`. Rejects as `sql` does. */
  all(sql: string, options: { limit?: number; showTokens?: boolean } = {}): Promise<readonly Row[]> {
    const text = String(sql);
    const limit = options.limit === undefined ? undefined : Number(options.limit);
    const showTokens = options.showTokens === true;
    return this.#ask(async () => {
      const { columns, rows } = await this.#lab.query(text, { limit, showTokens });
      return rows.map((row) => Object.fromEntries(row.map((cell, index) => [columns[index], cell])) as Row);
    });
  }

  override line() {
    return "read only";
  }

  override brief() {
    return { tables: ["registrations", "addresses", "instances", "journal", "stories", "runs"] };
  }
}
