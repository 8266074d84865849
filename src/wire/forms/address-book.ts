/** Queries and answers of the address book as data [BOOK-1…BOOK-4]. */
import {
  ANSWER,
  headerForms,
  headerOf,
  MAX_EMAIL,
  QUERY,
  TOO_MANY_CLIENTS,
  UNKNOWN_ADDRESS,
  UNKNOWN_PROTOCOL,
} from "../address-record.ts";
import type { RecordHeader, WireForm } from "../wire-form.ts";

const headers: RecordHeader[] = headerForms.map((name) => ({ name, ...headerOf(name) }));
const over = { rule: "BOOK-0", next: "nobody" } as const;
const refused = { ...over, isError: true } as const;

export const addressBookForm: WireForm = {
  title: "Address book",
  trims: "line-end",
  fields: {
    email: { kind: "text", label: "E-mail address" },
    name: { kind: "text", label: "Name" },
    why: { kind: "text", label: "Reason" },
  },
  client: {
    asking: [
      {
        name: "query",
        rule: "BOOK-1",
        type: QUERY,
        headers,
        longest: MAX_EMAIL,
        carries: [{ name: "query", rule: "BOOK-1", text: "{email...}" }],
      },
    ],
  },
  server: {
    answering: [
      {
        name: "answer",
        rule: "BOOK-0",
        type: ANSWER,
        headers,
        isAsAsked: true,
        carries: [
          { ...refused, name: "unknown address", rule: "BOOK-3", text: UNKNOWN_ADDRESS },
          { ...refused, name: "unknown protocol", rule: "BOOK-4", text: UNKNOWN_PROTOCOL },
          { ...refused, name: "too many clients", rule: "BOOK-4", text: TOO_MANY_CLIENTS },
          { ...refused, name: "error", text: "Error{why...}" },
          { ...over, name: "answer", text: "{name...}" },
        ],
      },
    ],
  },
};
