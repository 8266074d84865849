/** Messages of a knock-knock joke as data [KNOCK-1, KNOCK-2]. */
import { askWho, HA, KNOCK, TRY, WHO_IS_THERE } from "../knock-knock.ts";
import type { WireForm } from "../wire-form.ts";

export const knockKnockForm: WireForm = {
  title: "Knock-knock",
  fields: {
    name: { kind: "text", label: "Name" },
    line: { kind: "text", label: "Punch line" },
  },
  client: {
    opening: [{ name: "knock", rule: "KNOCK-1", text: KNOCK, leads: { client: "name" } }],
    name: [{ name: "name", rule: "KNOCK-2", text: "{name...}", leads: { client: "punchLine" } }],
    punchLine: [{ name: "punch line", rule: "KNOCK-2", text: "{line...}" }],
  },
  server: {
    answering: [
      { name: "who is there", rule: "KNOCK-1", text: WHO_IS_THERE },
      { name: "try this", rule: "KNOCK-1", text: TRY, isError: true },
      { name: "laughter", rule: "KNOCK-2", text: HA, next: "nobody" },
      { name: "who", rule: "KNOCK-2", text: askWho("{name...}") },
    ],
  },
};
