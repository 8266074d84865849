/** A story as a capture file, piece by piece; tokens are hidden. */
import { CaptureEncoder, captureHead, roleComment } from "../capture/capture-encoder.ts";
import type { Lab } from "../lab/lab.ts";
import { cardMarks, protocolOf } from "../repl/story-marks.ts";
import { isOpenedByUs } from "../stories/editions.ts";
import { toShownRecord } from "../stories/shown-record.ts";
import type { Story } from "../stories/story.ts";

export function storyCapture(lab: Lab, story: Story): Buffer {
  const captured = {
    opener: isOpenedByUs(story, lab.roles) ? ("us" as const) : ("peer" as const),
    protocol: protocolOf(story, lab.roles) ?? null,
    record: toShownRecord(story, {}),
    cards: cardMarks(lab, story),
  };
  return Buffer.concat([
    captureHead(lab.version, [roleComment(story.subject)]),
    ...new CaptureEncoder().stories([captured]),
  ]);
}
