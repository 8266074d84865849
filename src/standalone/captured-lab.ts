/** Conversations of a capture as commands of the REPL see a lab: its stories, its roles, and nothing that acts. */
import { writeFile } from "node:fs/promises";
import { version } from "../config.ts";
import { NetlabError } from "../errors.ts";
import type { Lab } from "../lab/lab.ts";
import type { Looked } from "../onlooker/look.ts";
import { notWritten } from "../os/not-written.ts";
import type { Call } from "../repl/command.ts";
import { styleOf } from "../repl/style.ts";
import { table } from "../repl/text-table.ts";
import type { Story } from "../stories/story.ts";
import type { CaptureView, NamedConversation } from "./capture-view.ts";
import type { StandaloneCall } from "./standalone-command.ts";

/** A lab with these conversations in it, each of which is looked at. */
export async function capturedLab(view: CaptureView, wanted: readonly NamedConversation[]): Promise<Lab> {
  const looked = new Map<Story, Looked>();
  for (const one of wanted) {
    const found = await view.look(one);
    looked.set(found.story, found);
  }
  const stories = [...looked.keys()];
  const lab: Partial<Lab> = {
    version,
    roles: view.roles,
    instances: [],
    find: () => undefined,
    members: () => undefined,
    stories: () => stories,
    liveStories: () => stories.filter(({ endedAt }) => endedAt === undefined),
    lastStory: () => stories.at(-1),
    liveView: (id) => [...looked].find(([{ subject }]) => subject.id === id)?.[1].live,
    judged: (story) => (looked.get(story) as Looked).judged,
    journaled: async () => undefined,
  };
  return lab as Lab;
}

/** A call of the REPL's, whose answer goes where this one's does. */
export function callOn<Options>(lab: Lab, call: StandaloneCall<Options>): Call<Options> {
  const { args, rest, options, isJson, columns, signal, out, err, data } = call;
  return {
    lab,
    // The file is the reader's own.
    level: "own",
    isFromNode: false,
    args,
    rest,
    options,
    isJson,
    columns,
    rows: undefined,
    style: styleOf(call.hasColors),
    signal,
    commands: new Map(),
    out,
    err,
    data,
    table: (head, rows, firstToGive) => out(table(head, rows, columns, firstToGive)),
    frame: out,
    ask: async () => "",
    readFile: () => Promise.reject(new NetlabError("usage/done-by-client", { command: "readFile" })),
    writeFile: async (path, text) => {
      try {
        await writeFile(path, text);
      } catch (error) {
        throw notWritten(path, error);
      }
    },
    evaluate: () => Promise.reject(new NetlabError("usage/done-by-client", { command: "eval" })),
    isBehind: false,
  };
}
