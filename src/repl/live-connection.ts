/** A connection that an operator can lay hands on: live, TCP, and exactly one. */

import { NetlabError } from "../errors.ts";
import type { Lab } from "../lab/lab.ts";
import { selectStory } from "../lab/selectors.ts";
import type { Live, Story } from "../stories/story.ts";

export type Handle = Required<Pick<Live, "inject" | "sendEvent" | "fin" | "reset">> & Live;

export function liveConnection(lab: Lab, term: string): { story: Story; live: Handle } {
  const story = selectStory(lab, term);
  const { live } = story;
  if (!live) throw new NetlabError("wrong-state/ended", { id: story.subject.id, term });
  if (!isHandle(live)) throw new NetlabError("wrong-state/of-datagrams", { id: story.subject.id });
  return { story, live };
}

function isHandle(live: Live): live is Handle {
  return (
    live.inject !== undefined &&
    live.sendEvent !== undefined &&
    live.fin !== undefined &&
    live.reset !== undefined
  );
}
