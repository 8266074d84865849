/** Needs of `replay` and `rewind`: the story's role as it is now, and the options it was played with. */
import { parseOptions, roleOptions } from "../catalogue/instance-options.ts";
import { NetlabError } from "../errors.ts";
import type { Lab } from "../lab/lab.ts";
import type { Role } from "../machines/_role.ts";
import type { ReplayRequest } from "../replay/replay.ts";
import type { Story } from "../stories/story.ts";

/** By another role of that name where one is given: it plays with its own defaults. */
export function replayRequest(lab: Lab, story: Story, otherRole?: string): ReplayRequest {
  const instance = lab.find(story.subject.instance);
  const role = roleOf(lab, otherRole) ?? roleOf(lab, instance?.type ?? story.subject.role);
  if (!role) throw new NetlabError("no-such-role/gone", { id: story.subject.id });
  checkPlayable(story, role);
  const isSame = instance !== undefined && instance.type === role.name;
  const options = isSame ? instance.options : parseOptions(role, {});
  return {
    story,
    role,
    options: roleOptions(role, options),
    common: options,
  };
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
