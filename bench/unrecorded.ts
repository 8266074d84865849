/**
 * The daemon from its source. With `--unrecorded` its stories keep nothing, so that what keeping costs can be told; with `--unjudged`
 * nobody looks at those that have ended.
 */

import { main } from "../src/daemon-main.ts";
import { Recorder } from "../src/stories/recorder.ts";
import { Story } from "../src/stories/story.ts";

const argv = process.argv.slice(2);
if (argv.includes("--unrecorded")) {
  const nothing = () => undefined;
  Story.prototype.add = nothing;
  Story.prototype.recordOpening = nothing;
  Story.prototype.recordMessage = nothing;
  Story.prototype.recordEnd = nothing;
  Story.prototype.recordRead = function recordRead(bytes) {
    this.bytesIn += bytes.length;
  };
  Story.prototype.recordWrite = function recordWrite(bytes) {
    this.bytesOut += bytes.length;
  };
  Story.prototype.recordText = function recordText(_text, sizeBytes) {
    this.bytesOut += sizeBytes;
  };
  Story.prototype.beginStep = nothing;
  Story.prototype.endStep = nothing;
  Recorder.prototype.end = nothing;
}
if (argv.includes("--unjudged")) Recorder.prototype.watch = () => () => undefined;
await main(argv.filter((one) => one !== "--unrecorded" && one !== "--unjudged"));
