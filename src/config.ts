/** The daemon's command line and environment, as one validated value. What its options are is in netlabd-program.ts. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { type ClusterConfig, clusterOf, type GivenCluster } from "./cluster-config.ts";
import { packageData, packageFolder } from "./places.ts";
import { defaultSocketPath } from "./socket-path.ts";
import { stateFolder } from "./state-folder.ts";

export interface Config {
  readonly lab: string;
  readonly dataFolder: string;
  readonly socketPath: string;
  /** A second socket, for those who look on; undefined: there is none. */
  readonly observe?: { readonly path: string; readonly group: string | undefined } | undefined;
  /** Address at which `/healthz` and `/metrics` are asked; undefined: nowhere. */
  readonly metrics?: { readonly host: string; readonly port: number } | undefined;
  /** Bus by which this daemon is one lab together with others; undefined: it is a lab of its own. */
  readonly cluster?: ClusterConfig | undefined;
  /** Undefined: what each role says. */
  readonly host: string | undefined;
  readonly portOffset: number;
  /** Undefined: on a terminal. */
  readonly repl: boolean | undefined;
  readonly log: "pretty" | "json";
  readonly logLevel: string;
  /** Undefined: that of a class. */
  readonly journal: boolean | undefined;
  /** For the stories of all connections together, live and ended. */
  readonly recordMemoryBytes?: number | undefined;
  readonly eval: boolean;
  /** Look in /proc at what the programs at the other end do. */
  readonly proc?: boolean;
  readonly readyJson: boolean;
  /** A database whose migration is tried on a copy; nothing is played. */
  readonly checkMigration?: string | undefined;
  /** In the background: see `detach.ts`. */
  readonly detach?: boolean | undefined;
}

export const labsFolder = path.join(packageData, "labs");
export const schemaFile = path.join(packageData, "schema.sql");

export const version = (
  JSON.parse(readFileSync(path.join(packageFolder, "package.json"), "utf8")) as { version: string }
).version;

/** Every option by its name, as it was given or by its default. */
export interface GivenOptions
  extends Omit<Config, "dataFolder" | "socketPath" | "recordMemoryBytes" | "observe" | "cluster">,
    GivenCluster {
  readonly data: string;
  readonly socket: string;
  readonly recordMemory?: number | undefined;
  /** True: at its usual path. */
  readonly observeSocket?: string | true | undefined;
  readonly observeGroup?: string | undefined;
}

export const configOf = ({
  data,
  socket,
  recordMemory,
  observeSocket,
  observeGroup,
  cluster,
  node,
  leaseTime,
  clusterCredentials,
  clusterOperators,
  ...others
}: GivenOptions): Config => ({
  ...others,
  cluster: clusterOf({ cluster, node, leaseTime, clusterCredentials, clusterOperators }),
  dataFolder: path.resolve(data),
  socketPath: path.resolve(socket),
  recordMemoryBytes: recordMemory,
  ...(observeSocket === undefined
    ? {}
    : {
        observe: {
          path: path.resolve(observeSocket === true ? `${socket}.observe` : observeSocket),
          group: observeGroup,
        },
      }),
});

/** Defaults that the environment decides. */
export const usualPlaces = (env: NodeJS.ProcessEnv) => ({
  data: env.NETLABD_DATA || stateFolder(env),
  socket: defaultSocketPath(env),
});

export const MAX_OFFSET = 60_000;

/** Options of nearly every start. */
const COMMON = {
  lab: { type: "string" },
  data: { type: "string" },
  socket: { type: "string" },
  host: { type: "string" },
  "port-offset": { type: "string" },
  repl: { type: "boolean" },
  "no-repl": { type: "boolean" },
  journal: { type: "boolean" },
  "ready-json": { type: "boolean" },
} as const;

/**
 * A common command line, read without the library that knows all of them, for that is a twentieth of a start. Undefined where anything
 * else is in it, a mistake too: then `parseCommandLine` is to read it.
 */
export function commonConfig(
  argv: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Config | undefined {
  const values = commonValues(argv);
  if (!values || (values.repl && values["no-repl"])) return undefined;
  const portOffset = Number(values["port-offset"] ?? 0);
  if (!Number.isInteger(portOffset) || portOffset < 0 || portOffset > MAX_OFFSET) return undefined;
  const usual = usualPlaces(env);
  return configOf({
    lab: values.lab ?? "default",
    data: values.data ?? usual.data,
    socket: values.socket ?? usual.socket,
    host: values.host,
    portOffset,
    repl: values["no-repl"] ? false : values.repl,
    log: "pretty",
    logLevel: "info",
    journal: values.journal,
    eval: true,
    proc: true,
    readyJson: values["ready-json"] ?? false,
    detach: false,
  });
}

function commonValues(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: COMMON }).values;
  } catch {
    return undefined;
  }
}
