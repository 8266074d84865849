/** `seq`, `graph` and `replay` of conversations in a capture file. */
import * as z from "zod";
import { exitCodes, NetlabError } from "../errors.ts";
import type { Command } from "../repl/command.ts";
import graph from "../repl/commands/graph.ts";
import { tellReplayed } from "../repl/commands/replay.ts";
import seq from "../repl/commands/seq.ts";
import { styleOf } from "../repl/style.ts";
import { replay as playAgain } from "../replay/replay.ts";
import { shellWord } from "../shell-words.ts";
import type { CaptureView, NamedConversation } from "./capture-view.ts";
import { callOn, capturedLab } from "./captured-lab.ts";
import { captureOptions, openCapture } from "./captured-options.ts";
import { defineStandalone, type StandaloneCall, type StandaloneCommand } from "./standalone-command.ts";

const ONE = {
  name: "connection",
  summary: "one of them, e.g. c3; default the last",
  isOptional: true,
} as const;

/** The REPL's own command, on one conversation of the file. */
function drawn(command: Command, name: string, summary: string, takesRest: boolean): StandaloneCommand {
  const own = command.options ?? z.object({});
  return defineStandalone({
    name,
    onlyWith: "--capture",
    summary,
    args: [ONE],
    options: own.extend(captureOptions),
    example: `netlabctl ${name} c1 --capture lab.pcapng`,
    async run(call: StandaloneCall<{ readonly capture: string; readonly role?: string }>) {
      const view = await openCapture(call);
      const named = call.args.connection ?? "@last";
      const wanted = takesRest ? view.find(named) : playable(view, named);
      const lab = await capturedLab(view, [wanted]);
      const repl = callOn(lab, call);
      const asked = takesRest ? { rest: [wanted.id] } : { args: { subject: wanted.id } };
      const exit = await command.run({ ...repl, ...asked });
      return typeof exit === "number" ? exit : exitCodes.done;
    },
  } as never);
}

/** A conversation of a known role, that took place. */
function playable(view: CaptureView, term: string): NamedConversation {
  const named = view.find(term);
  const { id, conversation, guess } = named;
  if (conversation.isRefused)
    throw new NetlabError("wrong-state/nothing-to-play", { id, file: shellWord(view.file) });
  const role = guess.name === undefined ? undefined : view.roles.get(guess.name);
  if (role?.side !== "server") throw new NetlabError("no-such-role/not-known", { id });
  return named;
}

const replay = defineStandalone({
  name: "replay",
  onlyWith: "--capture",
  summary:
    "plays a client's bytes from a capture file to a machine of ours, and tells where the server spoke otherwise",
  args: [ONE],
  options: z.object({
    ...captureOptions,
    showTokens: z.boolean().default(false).describe("show tokens as they are"),
  }),
  example: "netlabctl replay c1 --capture lab.pcapng",
  async run(call) {
    const view = await openCapture(call);
    const named = playable(view, call.args.connection ?? "@last");
    const { playing } = await view.look(named);
    if (!playing) throw new NetlabError("no-such-role/not-known", { id: named.id });
    const { isWhole, earlyMs, ...request } = playing;
    const replayed = await playAgain(request, { isWhole, earlyMs });
    return tellReplayed(replayed, request, { ...call, style: styleOf(call.hasColors) });
  },
});

export const capturedDrawings: readonly StandaloneCommand[] = [
  drawn(
    graph,
    "graph",
    "draws the statechart of a role, and the last state of a conversation in a capture file",
    false,
  ),
  drawn(seq, "seq", "draws the messages of a conversation in a capture file, in order", true),
  replay,
];
