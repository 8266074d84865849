/** Words for a fault of the line. */
import { printable } from "../printable.ts";
import type { LineDeed, LineFault } from "./entry.ts";
import type { Ends } from "./entry-text.ts";

/** Directions, of a line of ours, or between two others. */
const waysOf = (ends?: Ends) => ({
  in: ends ? `from ${ends.peer}` : "to us",
  out: ends ? `from ${ends.us}` : "from us",
  both: "both ways",
});

const DEEDS: Readonly<Record<Exclude<LineDeed, "on" | "off">, string>> = {
  cut: "cut the connection",
  blocked: "lets nothing through",
  lost: "lost a datagram",
  doubled: "sent a datagram twice",
  reordered: "turned two datagrams round",
  corrupted: "turned a bit over in a datagram",
};

/** `latency latency=100ms, both ways (f1)` */
export function lineFaultText(
  { fault, name, direction, deed, size, attributes = {} }: LineFault,
  ends?: Ends,
): string {
  const way = waysOf(ends)[direction];
  if (deed === "off") return `${name} is taken away (${fault})`;
  if (deed === "on") {
    const given = Object.entries(attributes).map(([key, value]) => ` ${printable(`${key}=${value}`)}`);
    return `${name}${given.join("")}, ${way} (${fault})`;
  }
  const bytes = size === undefined || size === 0 ? "" : `, ${size} ${size === 1 ? "byte" : "bytes"}`;
  return `${name} ${DEEDS[deed]}${bytes}, ${way} (${fault})`;
}
