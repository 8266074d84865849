/** The first screen: what listens where, something to type at each, what failed and its cure, three hints. */
import stringWidth from "string-width";
import { roleOptions } from "../catalogue/instance-options.ts";
import type { Lab, LabInstance } from "../lab/lab.ts";
import { printable } from "../printable.ts";
import { isLoopback } from "../wire/loopback.ts";
import { MANY } from "./instance-groups.ts";
import type { Level } from "./levels.ts";
import { type Style, styleOf } from "./style.ts";

export function welcomeText(
  lab: Lab,
  { columns, hasColors, level = "own" }: { columns: number; hasColors: boolean; level?: Level },
): string {
  const style = styleOf(hasColors);
  const servers = lab.instances.filter(({ side, state }) => side !== "client" && state === "running");
  const failed = lab.instances.filter(({ state }) => state === "failed");
  return [
    `${style.bold(`netlabd ${lab.version}`)} plays the lab ${style.bold(lab.name)}${whereLine(servers)}`,
    "",
    ...(servers.length > MANY ? summaryLines(servers) : serverLines(lab, servers, columns, style)),
    ...failed.map((instance) => failedLine(instance, style)),
    ...(servers.length + failed.length === 0
      ? ["  no role runs yet: roles lists them, spawn <role> starts one"]
      : []),
    "",
    ...hintLines(style, level, lab.class !== undefined),
  ].join("\n");
}

function whereLine(servers: readonly LabInstance[]): string {
  const hosts = new Set(servers.flatMap(({ hosts }) => hosts));
  if (hosts.size === 0) return "";
  const where = [...hosts].join(" and ");
  return [...hosts].every(isLoopback)
    ? ` on ${where} (this machine only)`
    : ` on ${where}: other machines can reach it`;
}

/** A line a kind of role: a class of 200 has 600 roles. */
function summaryLines(servers: readonly LabInstance[]): string[] {
  const kinds = [...Map.groupBy(servers, ({ type }) => type)];
  const width = widest(kinds.map(([type]) => type));
  const counted = kinds.map(([type, some]) => {
    const ports = some.map(({ port }) => port);
    const [least, most] = [Math.min(...ports), Math.max(...ports)];
    const where = least === most ? `port ${least}` : `ports ${least}-${most}`;
    return `  ${type.padEnd(width)}  ${String(some.length).padStart(5)} on ${where}`;
  });
  return [...counted, `  ${servers.length} roles in all: ls sums them up, ls --all lists each`];
}

function serverLines(lab: Lab, servers: readonly LabInstance[], columns: number, style: Style): string[] {
  const rows = servers.map((instance) => {
    const { hosts, port, transport } = instance;
    const role = lab.roles.get(instance.type);
    const options = (role && roleOptions(role, instance.options)) as never;
    const isHere = hosts.includes("127.0.0.1") || hosts.includes("0.0.0.0");
    const host = isHere ? "localhost" : (hosts[0] ?? "localhost");
    return {
      id: instance.name ?? instance.id,
      port: `${port}/${transport}`,
      offers: printable(role?.offers?.(options) ?? role?.summary ?? ""),
      tryIt: asTyped(role?.tryIt?.({ host, port }, options) ?? ""),
    };
  });
  const widths = {
    id: widest(rows.map(({ id }) => id)),
    port: widest(rows.map(({ port }) => port)),
    tryIt: widest(rows.map(({ tryIt }) => tryIt)),
  };
  return rows.map(({ id, port, offers, tryIt }) => {
    const left = `  ${id.padEnd(widths.id)}  ${port.padEnd(widths.port)}  `;
    const isLong = stringWidth(left) + stringWidth(tryIt) > columns;
    const line = `${isLong ? `${left.trimEnd()}\n      ` : left}${style.accent(tryIt)}`;
    // Offers give way first: a command that is cut cannot be typed.
    const fits = !isLong && stringWidth(left) + widths.tryIt + 2 + stringWidth(offers) <= columns;
    return (
      fits ? `${line}${" ".repeat(widths.tryIt - stringWidth(tryIt))}  ${style.dim(offers)}` : line
    ).trimEnd();
  });
}

/** In a checkout our programs are not on the path: npx finds them. */
function asTyped(command: string): string {
  const isCheckout = process.env.npm_lifecycle_event !== undefined;
  return isCheckout ? command.replace(/^netlabctl /, "npx netlabctl ") : command;
}

const widest = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => stringWidth(text)));

function failedLine({ id, lastError }: LabInstance, style: Style): string {
  return `  ${style.bad(`${id} failed`)}: ${printable(lastError ?? "unknown")} - then: restart ${id}`;
}

const MAY: Record<Exclude<Level, "own">, string> = {
  observe: "you can look at everything, and change nothing",
  operate: "you can change what is played",
};

function hintLines(style: Style, level: Level, isClass: boolean): string[] {
  const hint = (command: string, what: string) => `  ${style.accent(command.padEnd(15))} ${what}`;
  return [
    ...(isClass ? [hint("class", "shows the class, who needs help first")] : []),
    hint("conns", "lists connections, those that are stuck first"),
    hint("explain @last", "tells the story of the newest connection"),
    ...(level === "own"
      ? [hint("quit, shutdown", "leave this prompt (the lab goes on) · stop the lab")]
      : [
          hint("quit", "leaves this prompt; the lab goes on"),
          `  Your level is ${style.bold(level)}: ${MAY[level]}; help lists your commands`,
        ]),
  ];
}
