/** Messages of the chat room as data [CHAT-0…CHAT-3]. */
import { connected, joined, left, nameTaken, PROMPT } from "../chat.ts";
import type { WireForm } from "../wire-form.ts";

const both = { name: "{name}", login: "{login}" };
const logsIn = { rule: "CHAT-1", leads: { client: "saying" } } as const;
const room = { next: "either" } as const;

export const chatForm: WireForm = {
  title: "Chat",
  fields: {
    name: { kind: "text", most: 64, without: ":", label: "Name" },
    login: { kind: "text", most: 64, label: "Login name" },
    said: { kind: "text", label: "Text" },
  },
  client: {
    login: [
      { ...logsIn, name: "login", text: ":{name}:{login...}" },
      { ...logsIn, name: "login", text: "{name}:{login...}" },
      { ...logsIn, name: "login", text: ":{name}" },
      { ...logsIn, name: "login", text: "{name}" },
    ],
    saying: [
      { ...room, name: "text", rule: "CHAT-2", text: ":{name}:{said...}" },
      { ...room, name: "text without a name", rule: "CHAT-2", text: "{said...}" },
    ],
  },
  server: {
    saying: [
      { name: "prompt", rule: "CHAT-0", text: PROMPT },
      { ...room, name: "you are in", rule: "CHAT-1", text: connected(both).trimEnd() },
      { ...room, name: "joined", rule: "CHAT-1", text: joined(both).trimEnd() },
      {
        name: "name taken",
        rule: "CHAT-1",
        text: nameTaken("{name}").trimEnd(),
        isError: true,
        next: "server",
        leads: { client: "login" },
      },
      { ...room, name: "left", rule: "CHAT-0", text: left(both) },
      { ...room, name: "text", rule: "CHAT-2", text: ":{name}:{said...}" },
    ],
  },
};
