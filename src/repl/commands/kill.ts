import { NetlabError } from "../../errors.ts";
import { connectionDocument } from "../../lab/documents.ts";
import { selectStories } from "../../lab/selectors.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "kill",
  group: "connections",
  summary: "ends a connection at once; its role goes on",
  args: [
    {
      name: "connection",
      summary: "c17, @last, or a selector: all that match",
      isVariadic: true,
      completes: "connection",
    },
  ],
  example: "kill c17",
  run({ lab, rest, out, data, isJson }) {
    const live = selectStories(lab, rest).filter((story) => story.live);
    if (live.length === 0) throw new NetlabError("no-such-connection/no-live", { term: rest.join(" ") });
    const documents = live.map((story) => connectionDocument(story, lab.clock.now()));
    for (const story of live) story.live?.kill();
    if (isJson) return data(documents);
    return out(`killed ${documents.map(({ id }) => id).join(", ")}`);
  },
});
