/** Messages of the reverse server as data, with the words that it has where its options name no others [REV-1…REV-3]. */
import { ACCEPT, EXIT, REJECT } from "../reverse.ts";
import type { WireForm } from "../wire-form.ts";

export const reverseForm: WireForm = {
  title: "Reverse",
  fields: { said: { kind: "text", label: "Text" } },
  client: {
    saying: [
      { name: "exit", rule: "REV-5", text: EXIT, next: "nobody" },
      { name: "text", rule: "REV-2", text: "{said...}" },
    ],
  },
  server: {
    verdict: [
      { name: "accepted", rule: "REV-1", text: ACCEPT, leads: { server: "saying" } },
      { name: "rejected", rule: "REV-1", text: REJECT, isError: true, next: "nobody" },
    ],
    saying: [{ name: "text", rule: "REV-2", text: "{said...}" }],
  },
};
