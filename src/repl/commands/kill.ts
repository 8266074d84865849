import { NetlabError } from "../../errors.ts";
import { selectStories } from "../../lab/selectors.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "kill",
  group: "connections",
  level: "operate",
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
  async run({ lab, rest, out, data, isJson }) {
    const killed = await lab.kill(selectStories(lab, rest).map(({ subject }) => subject.id));
    if (killed.length === 0) throw new NetlabError("no-such-connection/no-live", { term: rest.join(" ") });
    if (isJson) return data(killed);
    return out(`killed ${killed.map(({ id }) => id).join(", ")}`);
  },
});
