/** Commands and replies of the echo server as data [ECHO-0…ECHO-3]. */
import { CLOSE, CLOSING, COMMAND_NOT_FOUND, GREETING, PROBLEM } from "../echo-command.ts";
import type { WireForm } from "../wire-form.ts";

const replies = { leads: { server: "replying" } } as const;
const refused = { isError: true } as const;

export const echoForm: WireForm = {
  title: "Echo",
  trims: "end",
  fields: {
    filename: { kind: "text", label: "Filename" },
    command: { kind: "text", label: "Command" },
    said: { kind: "text", label: "Text" },
    content: { kind: "bytes", label: "Bytes of the file" },
  },
  client: {
    commanding: [
      { ...replies, name: "close", rule: "ECHO-0", text: CLOSE },
      {
        name: "download",
        rule: "ECHO-3",
        text: "download{ }{filename...}",
        leads: { server: "content" },
      },
      { ...replies, name: "run", rule: "ECHO-1", text: "run{ }{command...}" },
      { ...replies, name: "text", rule: "ECHO-0", text: "{said...}" },
    ],
  },
  server: {
    greeting: [
      { ...replies, name: "greeting", rule: "ECHO-0", text: GREETING },
      { ...replies, name: "reply", rule: "ECHO-0", text: "{said...}" },
    ],
    replying: [
      { ...refused, name: "command not found", rule: "ECHO-0", text: COMMAND_NOT_FOUND },
      { name: "closing", rule: "ECHO-0", text: CLOSING, next: "nobody" },
      { name: "reply", rule: "ECHO-0", text: "{said...}" },
    ],
    content: [
      { ...refused, name: "no such file", rule: "ECHO-3", word: PROBLEM, ...replies },
      { name: "content", rule: "ECHO-3", raw: true, field: "content" },
    ],
  },
};
