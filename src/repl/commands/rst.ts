import { selectStory } from "../../lab/selectors.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "rst",
  group: "connections",
  level: "operate",
  summary: "resets a live connection (RST)",
  args: [{ name: "connection", summary: "c17 or @last", completes: "connection" }],
  example: "rst c17",
  async run({ lab, args, out, data, isJson }) {
    const document = await lab.rst(selectStory(lab, args.connection ?? "").subject.id);
    if (isJson) return data(document);
    return out(`reset ${document.id}`);
  },
});
