/** `netlabctl conns --capture FILE`: the conversations of a capture file. */
import * as z from "zod";
import { exitCodes } from "../errors.ts";
import { formatHostPort } from "../machines/_options.ts";
import { printable } from "../printable.ts";
import { styleOf, styleWord } from "../repl/style.ts";
import { table } from "../repl/text-table.ts";
import { noteOf, rowOf, type Told } from "./captured-document.ts";
import { captureOptions, openCapture } from "./captured-options.ts";
import { defineStandalone, type StandaloneCall } from "./standalone-command.ts";

/** Rows before the rest is summed up. */
const MAX_ROWS = 40;
/** Columns of a terminal that has room for sizes. */
const WIDE = 100;

const options = z.object({
  ...captureOptions,
  all: z.boolean().default(false).describe("list every one"),
});

export default defineStandalone({
  name: "conns",
  onlyWith: "--capture",
  summary: "lists the conversations of a capture file, and what is found in each",
  options,
  example: "netlabctl conns --capture lab.pcapng",
  async run(call) {
    const view = await openCapture(call);
    const told: Told[] = [];
    for (const named of view.conversations) told.push({ named, looked: await view.look(named) });
    if (call.isJson) call.data(told.map(rowOf));
    else list(told, call);
    return exitCodes.done;
  },
});

function list(told: readonly Told[], call: StandaloneCall<z.output<typeof options>>): void {
  const style = styleOf(call.hasColors);
  const shown = call.options.all ? told : told.slice(0, MAX_ROWS);
  const isWide = call.columns >= WIDE;
  const rows = shown.map(({ named, looked }) => {
    const { client, server } = named.conversation;
    const { bytesIn, bytesOut } = looked.story;
    const at = ({ address: host, port }: typeof client) => formatHostPort({ host, port });
    return [
      named.id,
      at(client),
      ...(isWide ? [at(server), String(bytesIn), String(bytesOut)] : []),
      styleWord(style, looked.judged.verdict),
      printable(noteOf(looked)),
    ];
  });
  const head = ["ID", "CLIENT", ...(isWide ? ["SERVER", "IN", "OUT"] : []), "VERDICT", "NOTE"];
  call.out(table(head, rows, call.columns, "NOTE"));
  if (shown.length < told.length) call.out(`and ${told.length - shown.length} more (--all lists them)`);
}
