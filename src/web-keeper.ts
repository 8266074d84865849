/** The page's server, loaded when it is first wanted: a daemon without it has none of its code. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { OpenEvaluation } from "./control/operator-session.ts";
import { messageOf } from "./errors.ts";
import type { Lab } from "./lab/lab.ts";
import type { LabWeb } from "./lab/lab-web.ts";
import type { Log } from "./log.ts";
import type { WebDoor } from "./web/web-door.ts";

export interface WebKeeperParts {
  readonly dataFolder: string;
  readonly lab: () => Lab;
  readonly log: Log;
  /** Loads what a look at stories wants. */
  readonly prepare: () => Promise<void>;
  readonly openEvaluation: OpenEvaluation | undefined;
}

export class WebKeeper {
  readonly #parts: WebKeeperParts;
  #door: Promise<WebDoor> | undefined;

  constructor(parts: WebKeeperParts) {
    this.#parts = parts;
  }

  readonly web = (): Promise<LabWeb> => this.#load();

  /** Opens the page again that was open when the daemon ended last: its readers come back by themselves. */
  async bringBack(): Promise<void> {
    const { dataFolder, log, prepare } = this.#parts;
    if (!existsSync(path.join(dataFolder, "web.json"))) return;
    const [door] = await Promise.all([this.#load(), prepare()]);
    if (!door.remembered) return;
    try {
      const { address } = await door.open(door.remembered);
      log.logger.info(`the page is at ${address}`);
    } catch (error) {
      log.logger.warn(`the page is not open: ${messageOf(error)}`);
    }
  }

  async end(): Promise<void> {
    await (await this.#door)?.end();
  }

  #load(): Promise<WebDoor> {
    const { dataFolder, lab, log, openEvaluation } = this.#parts;
    const onExposed = (at: string) =>
      log.telemetry({
        type: "instance.exposed",
        id: "web",
        at,
        what: "the page of the lab, for those with a link",
      });
    this.#door ??= import("./web/web-door.ts").then(
      ({ WebDoor }) => new WebDoor({ lab: lab(), dataFolder, openEvaluation, onExposed }),
    );
    return this.#door;
  }
}
