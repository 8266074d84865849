/** Faults of a role's `wire`, in words: what a dissector could not be made of. */
import { COMMON_FIELDS, kindOf, type MessageForm, type Speaker, type WireForm } from "../wire/wire-form.ts";

const SPEAKERS: readonly Speaker[] = ["client", "server"];

export function wireFaults(form: WireForm): string[] {
  return [
    ...Object.keys(form.fields).flatMap((name) => nameFault(name) ?? []),
    ...SPEAKERS.flatMap((side) => sideFaults(form, side)),
  ];
}

function nameFault(name: string): string | undefined {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) return `wire.fields.${name}: use lower-case letters, digits and _`;
  return COMMON_FIELDS.includes(name)
    ? `wire.fields.${name}: every dissector has a field of this name`
    : undefined;
}

function sideFaults(form: WireForm, side: Speaker): string[] {
  const states = Object.entries(form[side]);
  if (states.length === 0) return [`wire.${side}: it has no state`];
  return states.flatMap(([state, messages]) => {
    const where = `wire.${side}.${state}`;
    if (messages.length === 0) return [`${where}: it has no message`];
    const kinds = new Set(messages.map(kindOf));
    if (kinds.has("word")) kinds.delete("raw");
    const mixed =
      kinds.size > 1 ? [`${where}: its messages are of several kinds: ${[...kinds].join(", ")}`] : [];
    return [...mixed, ...messages.flatMap((message) => messageFaults(form, message, where))];
  });
}

function messageFaults(form: WireForm, message: MessageForm, where: string): string[] {
  const faults = fieldsOf(message)
    .filter((name) => !Object.hasOwn(form.fields, name))
    .map((name) => `${where}, ${message.name}: no field ${name}`);
  for (const side of SPEAKERS) {
    const state = message.leads?.[side];
    if (state !== undefined && !Object.hasOwn(form[side], state))
      faults.push(`${where}, ${message.name}: leads to wire.${side}.${state}, which is not there`);
  }
  return faults;
}

/** Names of fields that a message has. */
function fieldsOf(message: MessageForm): string[] {
  if ("text" in message) return namesIn(message.text + (message.repeats ?? ""));
  if ("carries" in message) return message.carries.flatMap(fieldsOf);
  if ("integer" in message) return [message.integer];
  return "field" in message && message.field !== undefined ? [message.field] : [];
}

const namesIn = (pattern: string) =>
  [...pattern.matchAll(/\{([^} ]+)\}/g)].map(([, name = ""]) => name.replace(/\.{3}$/, ""));
