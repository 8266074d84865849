import * as z from "zod";
import { shortPeerId } from "../../ids.ts";
import { connectionDocument } from "../../lab/documents.ts";
import type { Lab } from "../../lab/lab.ts";
import { isOwnQuestion, selectStories, shortId } from "../../lab/selectors.ts";
import { printable } from "../../printable.ts";
import type { Story } from "../../stories/story.ts";
import { reasonOf, waitText } from "../../stories/verdict.ts";
import { type Call, defineCommand } from "../command.ts";
import { type Folded, folded, inOrder, isTrouble, type Looked, lookAt } from "../connection-order.ts";
import { styleWord } from "../style.ts";

/** Rows before the rest is summed up. */
const MAX_ROWS = 20;
/** Columns of a terminal that has room for bytes and framing. */
const WIDE = 110;
/** A term for a verdict or a card asks for all that have it. */
const ASKS_FOR_ALL = /^(verdict|card)=/;

type ConnsCall = Call<{ all: boolean }>;

export default defineCommand({
  name: "conns",
  group: "connections",
  level: "observe",
  acrossNodes: true,
  summary: "lists connections, those that are stuck first, and sums up the rest",
  args: [
    { name: "selector", summary: "only these", isOptional: true, isVariadic: true, completes: "selector" },
  ],
  options: z.object({ all: z.boolean().default(false).describe("list every one, ended ones too") }),
  example: "conns verdict=waiting",
  run(call) {
    const { lab, rest, options, data, isJson, out } = call;
    const looked = selectStories(lab, rest)
      .filter((story) => !isOwnQuestion(story))
      .map((story) => lookAt(lab, story));
    const isAll = options.all || rest.some((term) => ASKS_FOR_ALL.test(term));
    const wanted = inOrder(
      looked.filter((one) => isAll || isNews(one, call) || isTrouble(one.judged.verdict)),
    );
    if (isJson) return data(wanted.map(({ story, judged }) => connectionDocument(story, judged)));
    if (wanted.length === 0) return out(noneOf(looked, call));
    return list(call, looked, wanted, isAll);
  },
});

/** Senders of datagrams that are asked for by name are shown; otherwise a faultless one is no news. */
function isNews({ story }: Looked, { isJson, rest }: ConnsCall): boolean {
  return story.endedAt === undefined && (isJson || story.subject.transport === "tcp" || rest.length > 0);
}

function noneOf(looked: readonly Looked[], { rest }: ConnsCall): string {
  if (looked.length > 0) return `none live; ${sumOf(looked)} (--all)`;
  return rest.length > 0 ? "no connection matches" : "no client has connected yet";
}

function list(call: ConnsCall, looked: readonly Looked[], wanted: readonly Looked[], isAll: boolean): void {
  const { out } = call;
  const { rows, folds }: Folded = isAll ? { rows: wanted, folds: [] } : folded(wanted);
  const troubled = rows.filter(({ judged }) => isTrouble(judged.verdict)).length;
  // The faultless ones are listed only while they are few.
  const most = isAll ? rows.length : Math.max(MAX_ROWS, Math.min(troubled, 2 * MAX_ROWS));
  const shown = rows.slice(0, most);
  showTable(shown, call);
  for (const { count, address, why } of folds)
    out(`${count} more refused from ${address}: ${printable(why)}`);
  const hidden = folds.reduce((sum, { count }) => sum + count, 0);
  const rest = looked.filter((one) => !wanted.includes(one)).concat(rows.slice(most));
  if (rest.length > 0) out(`and ${moreOf(rest)} (--all lists them${hidden > 0 ? " and the refused" : ""})`);
}

/** On a narrow terminal the columns go that `show` tells anyway: an address too, where there is a name. */
function showTable(shown: readonly Looked[], { lab, columns, style, table }: ConnsCall): void {
  const names = namesOf(lab, shown);
  const isWide = columns >= WIDE;
  const isNamed = isWide && shown.some(({ story }) => names.get(story) || story.subject.label);
  const rows = shown.map((one) => {
    const { story, judged } = one;
    const document = connectionDocument(story, judged);
    const { role, label, remote, state, bytesIn, bytesOut, framing, verdict } = document;
    const name = printable([names.get(story), label].filter(Boolean).join(", "), NAME_CHARACTERS);
    const who = isNamed ? [name, remote] : [isWide ? remote : name || remote];
    const wide = isWide ? [String(bytesIn), String(bytesOut), framing] : [];
    return [shortId(story), role, ...who, state, ...wide, styleWord(style, verdict), noteOf(lab, one)];
  });
  const wide = isWide ? ["IN", "OUT", "FRAMING"] : [];
  const head = ["ID", "ROLE", ...(isNamed ? ["NAME"] : []), "PEER", "STATE", ...wide, "VERDICT", "NOTE"];
  table(head, rows, "NOTE");
}

/** A wait is told by its length first: the rest may not fit. */
function noteOf(lab: Lab, { story, judged, stillMs }: Looked): string {
  const { waitsFor } = story;
  if (judged.verdict === "waiting") return printable(waitText(story, Math.floor(stillMs / 1_000)));
  const reason = reasonOf(story, lab.liveView(story.subject.id), judged);
  const pair = pairText(story);
  if (pair) return printable(reason ? `${pair}; ${reason}` : pair);
  return printable(reason ?? (waitsFor ? `waits for ${waitsFor}` : ""));
}

/** `client of c8` */
function pairText({ subject: { leg, pair } }: Story): string | undefined {
  if (!leg || !pair) return undefined;
  return `${leg} of ${shortPeerId(pair)}`;
}

const NAME_CHARACTERS = 40;

/** Names that the peers have given, where their role knows them. */
function namesOf(lab: Lab, shown: readonly Looked[]): ReadonlyMap<Story, string> {
  const live = shown.filter(({ story }) => story.endedAt === undefined);
  const instances = [...new Set(live.map(({ story }) => story.subject.instance))];
  const members = instances.flatMap((instance) => lab.members(instance) ?? []);
  // Peers of a role that give no names are called by their ids.
  const given = members.filter(({ id, name }) => !name.startsWith(shortPeerId(id)));
  const byId = new Map(given.map(({ id, name }) => [id, name]));
  return new Map(shown.map(({ story }) => [story, byId.get(story.subject.id) ?? story.peerName ?? ""]));
}

/** `3 more, ended ok`; `12 more: 10 ended ok, 2 ended note`. */
function moreOf(stories: readonly Looked[]): string {
  const [[what] = [], ...others] = groupsOf(stories);
  return others.length === 0
    ? `${stories.length} more, ${what}`
    : `${stories.length} more: ${sumOf(stories)}`;
}

/** `10 ended ok, 2 ended note`. */
const sumOf = (stories: readonly Looked[]) =>
  [...groupsOf(stories)].map(([what, { length }]) => `${length} ${what}`).join(", ");

const groupsOf = (stories: readonly Looked[]) =>
  Map.groupBy(stories, ({ story, judged }) =>
    story.endedAt === undefined ? story.state : `ended ${judged.verdict}`,
  );
