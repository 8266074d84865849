import * as z from "zod";
import { entryDocument } from "../../lab/documents.ts";
import { hexdump } from "../../printable.ts";
import { contextOf } from "../../stories/editions.ts";
import { describeEntry, shownEntry } from "../../stories/entry-text.ts";
import type { Entry, Story } from "../../stories/story.ts";
import { type Call, defineCommand } from "../command.ts";
import { cutTo, follow, followOptions, lineStart } from "../following.ts";

const options = z.object({
  ...followOptions,
  hex: z.boolean().default(false).describe("show received and sent bytes in hexadecimal"),
});
type Options = z.output<typeof options>;

export default defineCommand({
  name: "tap",
  group: "connections",
  level: "observe",
  summary: "follows connections live, until Ctrl-C",
  args: [
    {
      name: "selector",
      summary: "only these; also state=… and event=…",
      isOptional: true,
      isVariadic: true,
      completes: "selector",
    },
  ],
  options,
  example: "tap file-server --for 30s",
  run: (call) => follow({ call, what: "entries", show: (story, entry) => show(call, story, entry) }),
});

function show(call: Call<Options>, story: Story, recorded: Entry): void {
  const { isJson, data, out, style, columns, options } = call;
  // Nothing has gone of a file that begins now: its whole size is what there is to tell.
  const entry = recorded.kind === "file" ? { ...recorded, size: recorded.told } : recorded;
  if (isJson) return data({ connection: story.subject.id, ...entryDocument(entry, story, options) });
  const line = cutTo(
    `${lineStart(story, entry)} ${describeEntry(entry, contextOf(story), options)}`,
    columns,
  );
  const shown = shownEntry(entry, contextOf(story), options);
  const dump =
    options.hex && "bytes" in shown
      ? hexdump(shown.bytes, shown.hidden).map((row) => style.dim(`  ${row}`))
      : [];
  out([entry.kind === "transition" || entry.kind === "message" ? style.dim(line) : line, ...dump].join("\n"));
}
