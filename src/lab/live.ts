/** Live connections by the stories that tell of them. */
import { type ConnectionControl, viewOf } from "../actors/connection-control.ts";
import type { LiveView } from "../stories/live-view.ts";
import type { Story } from "../stories/story.ts";
import type { Lab } from "./lab.ts";

type Asked = Pick<Lab, "find" | "clock">;

/** Undefined where the connection is over. */
export function controlOf(
  lab: Pick<Lab, "find">,
  { subject, endedAt }: Story,
): ConnectionControl | undefined {
  return endedAt === undefined ? lab.find(subject.instance)?.service.control?.(subject.id) : undefined;
}

export function liveView(lab: Asked, story: Story): LiveView | undefined {
  const control = controlOf(lab, story);
  return control && viewOf(control, lab.clock.now());
}
