import { NetlabError } from "../../errors.ts";
import { connectionDocument } from "../../lab/documents.ts";
import { selectStories } from "../../lab/selectors.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "kick",
  group: "connections",
  summary: "shows a connection the door: its role tells the others, then it is closed (FIN)",
  args: [
    {
      name: "connection",
      summary: "c17, @last, or a selector: all that match",
      isVariadic: true,
      completes: "connection",
    },
  ],
  example: "kick c17",
  run({ lab, rest, out, data, isJson }) {
    const live = selectStories(lab, rest).filter((story) => story.live?.kick);
    if (live.length === 0) throw new NetlabError("no-such-connection/no-live-tcp", { term: rest.join(" ") });
    for (const story of live) story.live?.kick?.();
    if (isJson) return data(live.map((story) => connectionDocument(story, lab.clock.now())));
    return out(`kicked ${live.map(({ subject }) => subject.id).join(", ")}`);
  },
});
