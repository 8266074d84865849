/** Datagrams of the acknowledger as data [ACK-1]. */
import { OK } from "../ack.ts";
import type { WireForm } from "../wire-form.ts";

export const ackForm: WireForm = {
  title: "Ack",
  trims: "end",
  fields: { said: { kind: "text", label: "Text" } },
  client: { saying: [{ name: "message", rule: "ACK-1", text: "{said...}" }] },
  server: { answering: [{ name: "acknowledgement", rule: "ACK-1", text: OK }] },
};
