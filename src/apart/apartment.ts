/** The daemon's part of what instances in processes of their own need: their modules as files, their numbers, and what they may take. */
import path from "node:path";
import type { InstanceService, ServiceContext } from "../actors/service.ts";
import { isLoaded } from "../catalogue/loaded-roles.ts";
import type { Ids } from "../ids.ts";
import type { Role } from "../machines/_role.ts";
import { ApartService } from "./apart-service.ts";
import { withModule } from "./module-file.ts";

interface Book {
  list(): readonly { readonly email: string; readonly name: string }[];
}

export interface ApartmentParts {
  readonly dataFolder: string;
  readonly ids: Ids;
  readonly book: Book;
  /** Whether /proc may be looked at. */
  readonly mayLook: boolean;
}

export class Apartment {
  readonly dataFolder: string;
  readonly mayLook: boolean;
  readonly book: Book;
  readonly #ids: Ids;

  constructor({ dataFolder, ids, book, mayLook }: ApartmentParts) {
    this.dataFolder = dataFolder;
    this.#ids = ids;
    this.book = book;
    this.mayLook = mayLook;
  }

  /** For a role that is not netlabd's own. */
  readonly serviceOf = (context: ServiceContext): InstanceService | undefined =>
    isLoaded(context.role()) ? new ApartService(context, this) : undefined;

  get writeFolder(): string {
    return path.join(this.dataFolder, "downloads");
  }

  number(kind: "connection" | "sender"): number {
    return this.#ids.nextNumber(kind);
  }

  /** The role's module as a file, for as long as it takes to import it. */
  withModule<Result>(role: Role, use: (file: string) => Promise<Result>): Promise<Result> {
    return withModule(this.dataFolder, role, use);
  }
}
