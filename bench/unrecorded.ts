/** The daemon from its source; with `--unrecorded` its stories keep nothing, so that what keeping costs can be told. */

import { main } from "../src/daemon-main.ts";
import { Recorder } from "../src/stories/recorder.ts";
import { Story } from "../src/stories/story.ts";

const argv = process.argv.slice(2);
if (argv.includes("--unrecorded")) {
  Story.prototype.add = () => undefined;
  Story.prototype.recordRead = function recordRead(bytes) {
    this.bytesIn += bytes.length;
  };
  Story.prototype.recordWrite = function recordWrite(bytes) {
    this.bytesOut += bytes.length;
  };
  Story.prototype.beginStep = () => undefined;
  Story.prototype.endStep = () => undefined;
  Recorder.prototype.end = () => undefined;
}
await main(argv.filter((one) => one !== "--unrecorded"));
