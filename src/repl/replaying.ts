/** Needs of `replay` and `rewind`: the story's role as it is now, and the options it was played with. */
import { parseOptions, roleOptions } from "../catalogue/instance-options.ts";
import { isLoaded } from "../catalogue/loaded-roles.ts";
import { NetlabError } from "../errors.ts";
import type { Lab } from "../lab/lab.ts";
import { secretKeysOf } from "../machines/_options.ts";
import type { Role } from "../machines/_role.ts";
import { type Replayed, type ReplayRequest, replay } from "../replay/replay.ts";
import { replayedElsewhere, storyToPlay } from "../replay/replay-elsewhere.ts";
import { KeptStory } from "../stories/kept-story.ts";
import { fillerOf } from "../stories/redaction.ts";
import type { Story } from "../stories/story.ts";

export interface Playing extends ReplayRequest {
  /** Options as the instance was given them. */
  readonly given: Readonly<Record<string, unknown>>;
}

/** A user's role is played apart, and then looked at after one entry alone: `moment`. */
export async function playAgain(lab: Lab, request: Playing, moment?: number): Promise<Replayed> {
  const { role, given, common } = request;
  if (!isLoaded(role)) return replay(request);
  const { watchdog, memory } = common;
  const story = storyToPlay(request, given, moment);
  return replayedElsewhere(request, await lab.playApart(role, story, { watchdog, memory }));
}

/** By another role of that name where one is given: it plays with its own defaults. */
export function replayRequest(lab: Lab, story: Story, otherRole?: string): Playing {
  const instance = lab.find(story.subject.instance);
  const role = roleOf(lab, otherRole) ?? roleOf(lab, instance?.type ?? story.subject.role);
  const { id } = story.subject;
  if (!role) throw new NetlabError("no-such-role/gone", { id });
  if (role.side === "proxy") throw new NetlabError("wrong-state/proxy-replay", { id });
  checkPlayable(story, role);
  const isSame = instance !== undefined && instance.type === role.name;
  const own = isSame ? { ...instance.given, ...instance.made } : {};
  // In the journal there is filler in the place of tokens: so it is played in a world in which the token is the filler.
  const hide = story instanceof KeptStory ? withFiller : <Options>(one: Options) => one;
  const given = hide(own, role);
  const options = hide(isSame ? instance.options : parseOptions(role, {}), role);
  return {
    story,
    role,
    options: roleOptions(role, options),
    common: options,
    given,
  };
}

function withFiller<Options extends object>(options: Options, role: Role): Options {
  const values = options as Readonly<Record<string, unknown>>;
  const hidden = secretKeysOf(role).flatMap((key) => {
    const value = values[key];
    return typeof value === "string" ? [[key, fillerOf(value)]] : [];
  });
  return { ...options, ...Object.fromEntries(hidden) };
}

function roleOf(lab: Lab, name: string | undefined): Role | undefined {
  if (name === undefined) return undefined;
  const role = lab.roles.get(name);
  if (!role) throw new NetlabError("no-such-role/listed", { name });
  return role;
}

function checkPlayable(story: Story, role: Role): void {
  const { subject, entries } = story;
  if (role.transport !== subject.transport && role.side === "server") {
    throw new NetlabError("wrong-state/other-transport", {
      id: subject.id,
      transport: subject.transport,
      role: role.name,
      spoken: role.transport,
    });
  }
  const isTurnedAway = entries.some(
    (entry) =>
      entry.kind === "refused" &&
      (entry.cause.code === "too-many-connections" || entry.cause.code === "no-descriptors"),
  );
  if (isTurnedAway) throw new NetlabError("wrong-state/turned-away", { id: subject.id });
}
