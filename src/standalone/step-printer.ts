/** A client's run told step by step, for `--explain`: what each state does, what is sent, what comes. */
import type { Entry, Story } from "../actors/story.ts";
import type { Role } from "../machines/_role.ts";
import { printable, printableBytes } from "../printable.ts";
import { type Style, styleOf } from "../repl/style.ts";

export function stepPrinter(role: Role, err: (text: string) => void, hasColors: boolean) {
  const style = styleOf(hasColors);
  return (story: Story, entry: Entry): void => {
    const text = stepText(role, story, entry, style);
    if (text) err(`${`+${((entry.at - story.openedAt) / 1_000).toFixed(3)}`.padStart(8)}  ${text}`);
  };
}

function stepText(
  role: Role,
  { subject: { remote } }: Story,
  entry: Entry,
  style: Style,
): string | undefined {
  const peer = `${remote.address}:${remote.port}`;
  switch (entry.kind) {
    case "transition":
      return `${style.bold(entry.to)}: ${role.steps?.[entry.to] ?? entry.event}`;
    case "out":
      return `  sends to ${peer}: ${printableBytes(entry.bytes)}, ${entry.size} bytes`;
    case "in":
      return `  gets from ${peer}: ${printableBytes(entry.bytes)}, ${entry.size} bytes`;
    case "file":
      return `  the file has ${entry.size} bytes`;
    case "remark":
      return `  ${printable(entry.text)}`;
    case "ended":
      return "  the server has closed its side (FIN)";
    case "closed":
      return `  the connection is closed${entry.how === "closed" ? "" : `: ${printable(entry.how)}`}`;
    case "crashed":
      return style.bad(`crashed: ${printable(entry.error)}`);
    default:
      return undefined;
  }
}
