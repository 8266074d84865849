/** netlabd.1 and netlabctl.1, from the programs' own options and the command table. */
import type { Command as Program } from "commander";
import type { Command } from "../../src/repl/command.ts";
import { GROUPS } from "../../src/repl/commands/help.ts";
import { usageOf } from "../../src/repl/parse-command.ts";
import type { StandaloneCommand } from "../../src/standalone/standalone-command.ts";
import { entry, macro, paragraph, section, text } from "./roff.ts";

/** What these are by default depends on the user: see FILES. */
const PERSONAL = new Set(["--socket", "--data"]);

const EXIT_STATUS: readonly (readonly [string, string])[] = [
  ["0", "done"],
  ["1", "a check failed"],
  ["2", "usage"],
  ["3", "no daemon there"],
  ["4", "no such thing"],
  ["5", "refused"],
  ["6", "peer or protocol error"],
  ["124", "time-out"],
  ["130", "interrupted"],
];
const SOCKET_ENV: readonly [string, string] = [
  "NETLABD_SOCKET",
  "the control socket; without it $XDG_RUNTIME_DIR/netlabd/default.sock, else a folder netlabd-<uid> in the temporary folder",
];

export function netlabdPage(program: Program, version: string): string {
  return page(program, version, [
    section("SYNOPSIS", [macro("B", "netlabd"), text("[options]")]),
    section("DESCRIPTION", [
      paragraph(
        "netlabd plays every classic socket-lab program as live, supervised roles: your own client or server talks to it unchanged, and for each connection it can tell the state, the bytes and the reason.",
      ),
      paragraph(
        "On a terminal it opens a prompt; Ctrl-D leaves that and shows the log, the lab goes on. netlabctl attaches from other terminals. Roles listen on this machine only, until --host says otherwise.",
      ),
    ]),
    options(program),
    section("SIGNALS", [
      entry("SIGTERM, SIGINT", "peers under way finish to a limit, then it ends; a second one ends it now"),
      entry(
        "SIGHUP",
        "reads the lab file again; where it came from a terminal that was closed, it drains and ends",
      ),
    ]),
    section("ENVIRONMENT", [
      entry(...SOCKET_ENV),
      entry("NETLABD_DATA", "the data folder"),
      entry("NO_COLOR", "no colours"),
    ]),
    section("FILES", [
      entry(
        "$XDG_STATE_HOME/netlabd",
        "the data folder, by default below ~/.local/state: database, sample files, roles that were loaded",
      ),
    ]),
    section(
      "EXIT STATUS",
      ["0", "2", "5"].map((status) => entry(status, wordsOf(status))),
    ),
    section("SEE ALSO", [macro("BR", "netlabctl", "(1)")]),
  ]);
}

export function netlabctlPage(
  program: Program,
  version: string,
  commands: readonly Command[],
  own: readonly StandaloneCommand[],
): string {
  const groups = Object.entries(GROUPS).flatMap(([group, title]) => [
    macro("SS", title),
    ...commands.filter((one) => one.group === group).map((one) => entry(usageOf(one), one.summary)),
  ]);
  return page(program, version, [
    section("SYNOPSIS", [
      macro("B", "netlabctl"),
      text("[--socket path] [--json] [command …]"),
      macro("br"),
      macro("B", "netlabctl"),
      text("-c lines | -f script"),
    ]),
    section("DESCRIPTION", [
      paragraph(
        "Without a command netlabctl attaches a prompt to a running netlabd. With one it runs that and ends with its exit status: data on standard output, messages on standard error.",
      ),
    ]),
    options(program),
    section("COMMANDS", [
      paragraph(
        "At the prompt, as arguments and in scripts alike; help <command> explains one with its options.",
      ),
      ...groups,
    ]),
    section(
      "WITHOUT A DAEMON",
      own.map((one) => entry(usageOf(one), one.summary)),
    ),
    section("SCRIPTS", [
      paragraph(
        "A script, by -c, -f or on standard input, stops at its first line that fails, names it, and ends with that command's exit status. a; b is two commands, ! a has to fail, # begins a comment; | grep, | head, | tail, > file and >> file work as in a shell, save in commands that take the rest of the line (say, send, sql).",
      ),
    ]),
    section(
      "EXIT STATUS",
      EXIT_STATUS.map(([status, words]) => entry(status, words)),
    ),
    section("ENVIRONMENT", [entry(...SOCKET_ENV), entry("NO_COLOR", "no colours")]),
    section("FILES", [
      entry("$XDG_STATE_HOME/netlabd/history", "the lines that were typed; tokens are left out"),
    ]),
    section("SEE ALSO", [macro("BR", "netlabd", "(1)")]),
  ]);
}

const wordsOf = (status: string) => EXIT_STATUS.find(([one]) => one === status)?.[1] ?? "";

function page(program: Program, version: string, sections: readonly string[]): string {
  const name = program.name();
  return [
    `.\\" Made by \`npm run reference\`; do not edit.`,
    macro("TH", name.toUpperCase(), "1", "", `netlabd ${version}`, "netlabd"),
    section("NAME", [text(`${name} - ${program.description().replace(/\.$/, "")}`)]),
    ...sections,
    "",
  ].join("\n");
}

function options(program: Program): string {
  const entries = program.options.map((option) => {
    const { flags, description, defaultValue, long = "", negate, argChoices } = option;
    const isTold =
      defaultValue !== undefined && typeof defaultValue !== "boolean" && !PERSONAL.has(long) && !negate;
    const choices = argChoices ? ` (${argChoices.join(", ")})` : "";
    return entry(flags, `${description}${choices}${isTold ? ` (default: ${defaultValue})` : ""}`);
  });
  return section("OPTIONS", entries);
}
