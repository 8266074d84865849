import { NetlabError } from "../../errors.ts";
import { selectStories } from "../../lab/selectors.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "kick",
  group: "connections",
  level: "operate",
  summary: "closes a connection politely, after telling the others",
  args: [
    {
      name: "connection",
      summary: "c17, @last, or a selector: all that match",
      isVariadic: true,
      completes: "connection",
    },
  ],
  example: "kick c17",
  async run({ lab, rest, out, data, isJson }) {
    const kicked = await lab.kick(selectStories(lab, rest).map(({ subject }) => subject.id));
    if (kicked.length === 0)
      throw new NetlabError("no-such-connection/no-live-tcp", { term: rest.join(" ") });
    if (isJson) return data(kicked);
    return out(`kicked ${kicked.map(({ id }) => id).join(", ")}`);
  },
});
