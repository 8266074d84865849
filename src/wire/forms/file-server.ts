/** Messages of the file server as data [FILE-0…FILE-4]. */
import { FOUND, INVALID, NOT_FOUND, VALID } from "../file-transfer.ts";
import type { WireForm } from "../wire-form.ts";

export const fileServerForm: WireForm = {
  title: "File server",
  trims: "line-end",
  fields: {
    token: { kind: "text", label: "Token", isSecret: true },
    filename: { kind: "text", label: "Filename" },
    size: { kind: "integer", label: "Size of the file" },
    acknowledgement: { kind: "bytes", label: "Acknowledgement" },
    content: { kind: "bytes", label: "Bytes of the file" },
  },
  client: {
    token: [{ name: "token", rule: "FILE-1", text: "{token...}", leads: { client: "filename" } }],
    filename: [{ name: "filename", rule: "FILE-3", text: "{filename...}" }],
    acknowledgement: [
      {
        name: "acknowledgement",
        rule: "FILE-0",
        raw: true,
        field: "acknowledgement",
        leads: { client: "filename" },
      },
    ],
  },
  server: {
    verdict: [
      { name: "valid", rule: "FILE-1", word: VALID, leads: { server: "answer" } },
      { name: "invalid token", rule: "FILE-1", word: INVALID, isError: true, next: "nobody" },
    ],
    answer: [
      {
        name: "found",
        rule: "FILE-3",
        word: FOUND,
        next: "server",
        leads: { server: "size", client: "acknowledgement" },
      },
      { name: "not found", rule: "FILE-3", word: NOT_FOUND, isError: true },
    ],
    size: [
      {
        name: "size",
        rule: "FILE-4",
        integer: "size",
        sizeBytes: 4,
        isLittle: true,
        leads: { server: "content" },
      },
    ],
    content: [
      { name: "content", rule: "FILE-0", bytesOf: "size", field: "content", leads: { server: "answer" } },
    ],
  },
};
