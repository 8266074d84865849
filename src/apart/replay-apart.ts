/** Replay of a user's role: in a process that is there for that alone, with the limits of the instance, so that no other role waits for it. */
import path from "node:path";
import { crashOf, messageOf, NetlabError } from "../errors.ts";
import type { Role } from "../machines/_role.ts";
import { crashCause } from "../os/error-causes.ts";
import type { Cause } from "../stories/causes.ts";
import type { PlayedStory, PlayLimits, StoryToPlay } from "../stories/story-to-play.ts";
import { MEMORY_BYTES, WATCHDOG_MS } from "./apart-service.ts";
import { Keeper, RoleEnded } from "./keeper.ts";
import { withModule } from "./module-file.ts";
import { errorOf, type PlainError } from "./rpc.ts";

const OVER = { code: "role-ended", args: { how: "the replay is over" } } as const satisfies Cause;

/** Rejects with the reason where the role did not live to the end of it. */
export async function replayApart(
  dataFolder: string,
  role: Role,
  story: StoryToPlay,
  { watchdog = WATCHDOG_MS, memory = MEMORY_BYTES }: PlayLimits,
): Promise<PlayedStory> {
  const crashed = (error: PlainError) => keeper.end(crashCause(errorOf(error)));
  const keeper: Keeper = new Keeper({
    side: { crashed } as never,
    watchdogMs: watchdog,
    memoryBytes: memory,
    writeFolder: path.join(dataFolder, "downloads"),
    onPrinted: () => undefined,
    onEnded: () => undefined,
  });
  try {
    return await withModule(dataFolder, role, (file) => keeper.role.ask("replay", file, story));
  } catch (error) {
    if (!(error instanceof RoleEnded)) throw error;
    throw new NetlabError("wrong-state/not-played", { id: story.id, why: wordsOf(error.why) });
  } finally {
    keeper.end(OVER);
  }
}

function wordsOf(why: Cause): string {
  const { place } = (why.args ?? {}) as { place?: string };
  const words = messageOf(crashOf(why));
  return why.code === "crashed" && place ? `${words} (${place})` : words;
}
