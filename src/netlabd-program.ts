/** The daemon's command line in full: its options, with their help, and what is wrong with one. */
import { Command, InvalidArgumentError, Option } from "commander";
import { CLUSTER_OPERATORS, isNodeName, SHORTEST_LEASE_MS } from "./cluster-config.ts";
import { type Config, configOf, type GivenOptions, MAX_OFFSET, usualPlaces, version } from "./config.ts";
import { byteSize, duration } from "./machines/_options.ts";

/** The daemon's options as data, for parsing, for --help and for the manual page. */
export function netlabdProgram(env: NodeJS.ProcessEnv = process.env): Command {
  const usual = usualPlaces(env);
  return new Command("netlabd")
    .description("Plays every classic socket-lab program as live, supervised roles.")
    .version(version, "-V, --version")
    .option("--lab <name>", "the lab to play: default, another of data/labs, a file, or none", "default")
    .option("--data <dir>", "where the database and your files are", usual.data)
    .option("--socket <path>", "the control socket", usual.socket)
    .option(
      "--observe-socket [path]",
      "a second socket, for those who may look and change nothing (default path: the one of --socket with .observe added)",
    )
    .option(
      "--observe-group <group>",
      "open the observe socket to this group; its folder is of that group, 0750, and holds nothing else",
    )
    .option(
      "--host <host>",
      "where the roles listen (default: localhost, this machine only; * is everywhere)",
    )
    .option(
      "--port-offset <n>",
      "add this to every port of the lab, for several people on one machine",
      offset,
      0,
    )
    .option(
      "--metrics <port>",
      "answer GET /healthz and GET /metrics (OpenMetrics) on this port, of this machine only; HOST:PORT for another address",
      metricsAddress,
    )
    .option(
      "--cluster <urls>",
      "be one lab together with the other daemons on this NATS server, e.g. nats://127.0.0.1:4222; several servers of one NATS cluster with commas",
      busAddresses,
    )
    .option("--node <name>", "this daemon's name in the cluster (default: the machine's name)", nodeName)
    .option(
      "--lease-time <time>",
      "a daemon that is not heard for this time is taken for dead, and its peers for gone (default: 5s)",
      leaseTime,
    )
    .option(
      "--cluster-credentials <file>",
      "a file of mode 0600 with what the NATS server asks for: see docs/cluster.md",
    )
    .addOption(
      new Option(
        "--cluster-operators <what>",
        "what operators of the other daemons may do at this one: nothing, look, or all that they may do at their own",
      )
        .choices(CLUSTER_OPERATORS)
        .default("observe"),
    )
    .option("--repl", "open the REPL on this terminal (default: when there is one)")
    .option("--no-repl", "show the log instead")
    .option("--detach", "run in the background, when every role listens or has failed", false)
    .addOption(
      new Option("--log <format>", "how the log looks").choices(["pretty", "json"]).default("pretty"),
    )
    .addOption(
      new Option("--log-level <level>", "the lowest level that is logged")
        .choices(["trace", "debug", "info", "warn", "error"])
        .default("info"),
    )
    .option("--journal", "write every story to disk too, a file a week (default: where the lab is a class)")
    .option("--no-journal", "write none, of a class neither")
    .option(
      "--record-memory <size>",
      "memory for all connections' stories together (default: 64M)",
      recordMemory,
    )
    .option("--no-proc", "never look at what the programs at the other end of a connection do")
    .option("--no-eval", "never evaluate code typed into a REPL")
    .option(
      "--check-migration <file>",
      "try on a copy whether this database can be brought to the present version, and exit",
    )
    .option(
      "--ready-json",
      "print one line of JSON on standard output when every role listens or has failed",
      false,
    )
    .addHelpText(
      "after",
      "\nAttach to a running daemon with netlabctl. Exit status: 0 done, 2 usage, 5 refused.",
    )
    .showSuggestionAfterError()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "netlabd: ")) })
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
}

/** Parses, or prints what is wrong and exits 2 (0 for --help and --version). */
export function parseCommandLine(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Config {
  const command = netlabdProgram(env);
  command.parse(argv, { from: "user" });
  if (command.args.length > 0) command.error(`error: unknown argument ${command.args.join(" ")}`);
  const options = command.opts();
  if (options.detach && command.getOptionValueSource("repl") !== undefined && options.repl)
    command.error("error: --detach runs in the background, so it has no terminal for --repl");
  if (options.observeGroup !== undefined && typeof options.observeSocket !== "string")
    command.error(
      "error: --observe-group needs --observe-socket PATH, in a folder of its own that the group can reach, e.g. /run/netlabd-observe/lab.sock",
    );
  if (options.cluster === undefined) checkAlone(command);
  const repl = command.getOptionValueSource("repl") === undefined ? undefined : options.repl;
  return configOf({ ...options, repl } as GivenOptions);
}

/** An option that a daemon alone has no use for is a `--cluster` that was forgotten. */
function checkAlone(command: Command): void {
  const given = ["node", "leaseTime", "clusterCredentials", "clusterOperators"].find(
    (key) => command.getOptionValueSource(key) === "cli",
  );
  const option = command.options.find((one) => one.attributeName() === given);
  if (option) command.error(`error: ${option.long} needs --cluster`);
}

/** A variable of a script that is not set gives none: the daemon must not be a lab of its own then. */
function busAddresses(text: string): string {
  if (text.trim() !== "") return text;
  throw new InvalidArgumentError("Write the address of a NATS server, e.g. nats://127.0.0.1:4222.");
}

function nodeName(text: string): string {
  if (isNodeName(text)) return text;
  throw new InvalidArgumentError(
    "Write 1 to 32 letters, digits, - and _, the first a letter or a digit, e.g. node2; last is not a name.",
  );
}

function leaseTime(text: string): number {
  const { data } = duration().safeParse(text);
  if (data === undefined || data < SHORTEST_LEASE_MS)
    throw new InvalidArgumentError("Write a time such as 5s, of at least 2s.");
  return data;
}

const MEGABYTE = 1_048_576;

function recordMemory(text: string): number {
  const { data } = byteSize().safeParse(text);
  if (data === undefined || data < MEGABYTE)
    throw new InvalidArgumentError("Write a size such as 64M, of at least 1M.");
  return data;
}

function metricsAddress(text: string): { host: string; port: number } {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return { host: "127.0.0.1", port: Number(text) };
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535)
    throw new InvalidArgumentError("Write a port, e.g. 9464, or an address and a port, e.g. 192.0.2.1:9464.");
  return { host: host === "localhost" ? "127.0.0.1" : host.replace(/^\[(.*)\]$/, "$1"), port: Number(port) };
}

function offset(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > MAX_OFFSET) {
    throw new InvalidArgumentError(`Write a whole number from 0 to ${MAX_OFFSET}.`);
  }
  return value;
}
