import { nearest } from "../../catalogue/instance-options.ts";
import { exitCodes, NetlabError } from "../../errors.ts";
import { type BadLine, formatAddresses, parseAddresses } from "../../lab/address-csv.ts";
import { printable } from "../../printable.ts";
import { checkAddress } from "../../wire/address-record.ts";
import { type Call, defineCommand } from "../command.ts";
import { table } from "../text-table.ts";

/** More would keep every role waiting while they are laid out. */
const MAX_LISTED = 500;
const MAX_BAD_LINES = 20;

interface Action {
  readonly usage: string;
  /** How many words it takes. */
  readonly least: number;
  readonly most: number;
  readonly run: (call: Call, words: readonly string[]) => Promise<number | undefined> | number | undefined;
}

const actions: Readonly<Record<string, Action>> = {
  add: { usage: "book add EMAIL NAME…", least: 2, most: Number.POSITIVE_INFINITY, run: add },
  remove: { usage: "book remove EMAIL", least: 1, most: 1, run: remove },
  find: { usage: "book find EMAIL", least: 1, most: 1, run: find },
  ls: { usage: "book ls", least: 0, most: 0, run: list },
  import: { usage: "book import FILE", least: 1, most: 1, run: importFile },
  export: { usage: "book export", least: 0, most: 0, run: exportAll },
};

export default defineCommand({
  name: "book",
  group: "registry",
  level: "operate",
  summary: "manages the address book: add, remove, find, ls, import a CSV file, export",
  args: [
    {
      name: "action",
      summary: Object.values(actions)
        .map(({ usage }) => usage.replace("book ", ""))
        .join(", "),
      choices: Object.keys(actions),
    },
    { name: "words", summary: "what the action needs", isOptional: true, isVariadic: true },
  ],
  example: "book add luke@gmail.com Luke Skywalker",
  async run(call) {
    const { action: name = "" } = call.args;
    const action = actions[name];
    if (!action) throw new NetlabError("usage/book-action", { name: name ?? "", hint: hint(name) });
    const { length } = call.rest;
    if (length < action.least || length > action.most)
      throw new NetlabError("usage/book-how", { usage: action.usage });
    return action.run(call, call.rest);
  },
});

function hint(name: string): string {
  const near = nearest(name, Object.keys(actions));
  return near ? `did you mean ${near}?` : `use ${Object.keys(actions).join(", ")}`;
}

async function add({ lab, out, data, isJson }: Call, [email = "", ...words]: readonly string[]) {
  const name = words.join(" ");
  const wrong = checkAddress({ email, name });
  if (wrong) throw new NetlabError("usage/book-entry", { why: wrong });
  const { replaced } = await lab.book.add(email, name);
  if (isJson) data({ email, name });
  else out(`${replaced > 0 ? "replaced" : "added"}: ${shown(email)} is ${shown(name)}`);
  return undefined;
}

async function remove({ lab, out, data, isJson }: Call, [email = ""]: readonly string[]) {
  const removed = await lab.book.remove(email);
  if (!removed) throw unknown(email);
  if (isJson) data({ ...removed, removed: true });
  else out(`removed: ${shown(removed.email)}, ${shown(removed.name)}`);
  return undefined;
}

function find({ lab, out, data, isJson }: Call, [email = ""]: readonly string[]) {
  const entry = lab.book.entry(email);
  if (!entry) throw unknown(email);
  if (isJson) data(entry);
  else out(shown(entry.name));
  return undefined;
}

function unknown(email: string): NetlabError {
  return new NetlabError("no-such-address/in-book", { email: shown(email) });
}

function list({ lab, out, data, isJson, columns, style }: Call) {
  const all = lab.book.list();
  if (isJson) {
    data(all);
  } else if (all.length === 0) {
    out("the book is empty: book add or book import fills it");
  } else {
    const rows = all.slice(0, MAX_LISTED).map(({ email, name }) => [shown(email), shown(name)]);
    out(table(["EMAIL", "NAME"], rows, columns));
    if (all.length > MAX_LISTED)
      out(style.dim(`… and ${all.length - MAX_LISTED} more: book export tells all`));
  }
  return undefined;
}

/** [BOOK-5] All rows or none; what is wrong is told for every line. */
async function importFile(call: Call, [path = ""]: readonly string[]) {
  const { lab, out, err, data, isJson } = call;
  const { rows, bad } = parseAddresses(await call.readFile(path));
  if (bad.length > 0) {
    if (isJson) data({ imported: 0, bad });
    err(
      `book import: ${shown(path)} has ${count(bad.length, "bad line")}; nothing is imported\n${told(bad)}`,
    );
    return exitCodes.usage;
  }
  const { added, replaced } = await lab.book.import(rows);
  if (isJson) data({ imported: added + replaced, added, replaced });
  else out(`imported ${count(added + replaced, "address")}: ${added} new, ${replaced} replaced`);
  return undefined;
}

function told(bad: readonly BadLine[]): string {
  const lines = bad.slice(0, MAX_BAD_LINES).map(({ line, why }) => `  line ${line}: ${shown(why)}`);
  const more = bad.length - lines.length;
  return [...lines, ...(more > 0 ? [`  … and ${more} more`] : [])].join("\n");
}

function exportAll({ lab, out, data, isJson }: Call) {
  const all = lab.book.list();
  if (isJson) data(all);
  else out(formatAddresses(all));
  return undefined;
}

const shown = (text: string) => printable(text);
const count = (number: number, noun: string) =>
  `${number} ${number === 1 ? noun : noun.endsWith("s") ? `${noun}es` : `${noun}s`}`;
