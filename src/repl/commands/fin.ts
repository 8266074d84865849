import { selectStory } from "../../lab/selectors.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "fin",
  group: "connections",
  level: "operate",
  summary: "sends a FIN on a live connection; the peer may still send",
  args: [{ name: "connection", summary: "c17 or @last", completes: "connection" }],
  example: "fin c17",
  async run({ lab, args, out, data, isJson }) {
    const { connection, isAtOnce } = await lab.fin(selectStory(lab, args.connection ?? "").subject.id);
    if (isJson) return data(connection);
    if (isAtOnce) return out(`sent a FIN to ${connection.id}`);
    return out(`${connection.id} gets the FIN after the file that is being sent; use rst to end it now`);
  },
});
