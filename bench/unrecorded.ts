/** The daemon from its source; with `--unrecorded` its stories keep nothing, so that what keeping costs can be told. */

import { main } from "../src/daemon-main.ts";
import { Recorder } from "../src/stories/recorder.ts";
import { Story } from "../src/stories/story.ts";

const argv = process.argv.slice(2);
if (argv.includes("--unrecorded")) {
  Story.prototype.add = () => undefined;
  Story.prototype.came = function came(bytes) {
    this.bytesIn += bytes.length;
  };
  Story.prototype.sent = function sent(bytes) {
    this.bytesOut += bytes.length;
  };
  Story.prototype.hold = () => undefined;
  Story.prototype.release = () => undefined;
  Recorder.prototype.end = () => undefined;
}
await main(argv.filter((one) => one !== "--unrecorded"));
