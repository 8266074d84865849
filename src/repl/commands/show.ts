import * as z from "zod";
import { NetlabError } from "../../errors.ts";
import { connectionDocument, instanceDocument } from "../../lab/documents.ts";
import { peerVerdicts } from "../../lab/instance-verdicts.ts";
import type { LabInstance } from "../../lab/lab.ts";
import { isConnectionTerm, selectInstances, selectStory } from "../../lab/selectors.ts";
import { defineCommand } from "../command.ts";
import { showTokensOption } from "../guarded-options.ts";
import { connectionReport, instanceReport, standingOf } from "../reports.ts";

export default defineCommand({
  name: "show",
  aliases: ["describe"],
  group: "roles",
  level: "observe",
  summary: "shows a role or a connection in full: state, bytes, last events, unread bytes",
  args: [{ name: "selector", summary: "a role or a connection", completes: "selector" }],
  options: z.object({ showTokens: showTokensOption() }),
  example: "show c17",
  run({ lab, args, options, out, data, isJson, style, columns }) {
    const { selector = "" } = args;
    if (isConnectionTerm(selector)) {
      const story = selectStory(lab, selector);
      return isJson
        ? data(connectionDocument(story, lab.judged(story)))
        : out(connectionReport(standingOf(lab, story), style, columns, options));
    }
    const verdictsOf = peerVerdicts(lab);
    const documentOf = (one: LabInstance) => ({ ...instanceDocument(one, options), ...verdictsOf(one.id) });
    const instances = selectInstances(lab, [selector]);
    const [instance] = instances;
    if (!instance) throw new NetlabError("no-such-instance/nothing", { term: selector });
    if (instances.length > 1 && lab.find(selector) === undefined) {
      if (isJson) return data(instances.map(documentOf));
      return out(instances.map((one) => instanceReport(lab, one, options, style, columns)).join("\n\n"));
    }
    return isJson ? data(documentOf(instance)) : out(instanceReport(lab, instance, options, style, columns));
  },
});
