/** Messages of the bootstrap registry as data [BOOT-1…BOOT-6]. */
import { BYE, DEREGISTER, DISCOVER, END, REGISTER } from "../bootstrap.ts";
import type { WireForm } from "../wire-form.ts";

const inList = { kind: "text", most: 64, without: "," } as const;

export const bootstrapForm: WireForm = {
  title: "Bootstrap",
  trims: "line-end",
  fields: {
    ip: { kind: "address", label: "IP address" },
    port: { kind: "number", least: 1, most: 65_535, label: "Port" },
    service: { ...inList, label: "Service" },
    token: { ...inList, label: "Token", isSecret: true },
    why: { kind: "text", label: "Reason" },
  },
  client: {
    asking: [
      {
        name: "registration",
        rule: "BOOT-1",
        text: `${REGISTER},{ip},{port},{service},{token}`,
        next: "either",
      },
      { name: "deregistration", rule: "BOOT-5", text: `${DEREGISTER},{ip},{port},{token}`, next: "either" },
      { name: "discovery", rule: "BOOT-4", text: DISCOVER },
      { name: "discovery of a service", rule: "BOOT-5", text: `${DISCOVER},{service...}` },
      { name: "bye", rule: "BOOT-6", text: BYE },
    ],
  },
  server: {
    answering: [
      { name: "end of the list", rule: "BOOT-4", text: END, next: "client" },
      { name: "error", rule: "BOOT-2", text: "ERROR,{why...}", isError: true, next: "client" },
      {
        name: "file servers",
        rule: "BOOT-4",
        text: "{ip}",
        repeats: ",{port},{service},{token}",
        next: "server",
      },
    ],
  },
};
