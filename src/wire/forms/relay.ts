/** Messages of the relay as data [RELAY-0…RELAY-3]. */
import { CLOSE, CLOSING, HOW_TO, MESSAGE_PLEASE, messageFrom, NAME_TAKEN, NOT_ONLINE } from "../relay.ts";
import type { WireForm } from "../wire-form.ts";

const refused = { isError: true } as const;

export const relayForm: WireForm = {
  title: "Relay",
  fields: {
    username: { kind: "text", most: 64, without: "|", label: "Username" },
    said: { kind: "text", label: "Text" },
    receiver: { kind: "text", label: "Receiver" },
    sender: { kind: "text", label: "Sender" },
  },
  client: {
    name: [{ name: "username", rule: "RELAY-0", text: "{username}", leads: { client: "message" } }],
    message: [
      { name: "close", rule: "RELAY-0", text: CLOSE },
      { name: "message", rule: "RELAY-2", text: "{said...}|{receiver}", next: "either" },
    ],
  },
  server: {
    saying: [
      { name: "ready", rule: "RELAY-0", text: MESSAGE_PLEASE },
      { ...refused, name: "name taken", rule: "RELAY-1", text: NAME_TAKEN, leads: { client: "name" } },
      { ...refused, name: "no receiver", rule: "RELAY-2", text: HOW_TO },
      { ...refused, name: "receiver not online", rule: "RELAY-3", text: NOT_ONLINE },
      { name: "closing", rule: "RELAY-0", text: CLOSING, next: "nobody" },
      { name: "message", rule: "RELAY-2", text: messageFrom("{sender}", "{said...}"), next: "either" },
    ],
  },
};
