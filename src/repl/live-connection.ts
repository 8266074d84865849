/** A connection that an operator can lay hands on: live, TCP, and exactly one. */

import type { ConnectionControl } from "../actors/connection-control.ts";
import { NetlabError } from "../errors.ts";
import type { Lab } from "../lab/lab.ts";
import { controlOf } from "../lab/live.ts";
import { selectStory } from "../lab/selectors.ts";
import type { Story } from "../stories/story.ts";

export type Handle = Required<Pick<ConnectionControl, "inject" | "sendEvent" | "fin" | "reset">> &
  ConnectionControl;

export function liveConnection(lab: Lab, term: string): { story: Story; live: Handle } {
  const story = selectStory(lab, term);
  const live = controlOf(lab, story);
  if (!live) throw new NetlabError("wrong-state", `${story.subject.id} has ended: explain ${term} tells how`);
  if (!isHandle(live))
    throw new NetlabError("wrong-state", `${story.subject.id} is a sender of datagrams, not a connection`);
  return { story, live };
}

function isHandle(live: ConnectionControl): live is Handle {
  return (
    live.inject !== undefined &&
    live.sendEvent !== undefined &&
    live.fin !== undefined &&
    live.reset !== undefined
  );
}
