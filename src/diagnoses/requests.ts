/** Requests that a registry cannot read: which word or field it is. */
import { DEREGISTER, DISCOVER, parseBootstrapRequest, REGISTER } from "../wire/bootstrap.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { count, type Evidence, quoted } from "./_evidence.ts";
import { ruleOfSaid } from "./_places.ts";

export const requests: readonly Diagnosis[] = [
  {
    id: "D20",
    name: "registration-with-a-wrong-field",
    title: "The registry could not read the request",
    level: "violation",
    rank: "words",
    find: findOddRequest,
  },
];

function findOddRequest(evidence: Evidence): Finding | undefined {
  if (!evidence.isServer) return undefined;
  for (const said of evidence.messages) {
    if (ruleOfSaid(evidence, said) !== "BOOT-1") continue;
    const parsed = parseBootstrapRequest(said.text);
    if (parsed.ok) continue;
    const isRegistration = /^regist/i.test(said.text);
    return {
      rule: isRegistration ? "BOOT-2" : "BOOT-6",
      reads: said.reads,
      expected: "REGISTRN,ip,port,service,token or DISCOVERY",
      cause: `The registry answered ERROR: ${parsed.why}. ${oddField(said.text)}${isRegistration ? " The registry did not change, so clients will not find this server." : ""}`,
      advice: [
        isRegistration
          ? "Send one datagram like this: REGISTRN,127.0.0.1,1236,pdf,server1"
          : "Send DISCOVERY, or DISCOVERY,pdf for one service.",
        "No spaces, no newline, and no comma inside a field.",
      ],
    };
  }
  return undefined;
}

const REQUEST_WORDS = [REGISTER, DISCOVER, DEREGISTER] as const;
const FIELDS = ["ip", "port", "service", "token"] as const;

/** The fault of a request, as a person would point at it. The token stands in no sentence. */
function oddField(text: string): string {
  const [word = "", ...fields] = text.trimEnd().split(",");
  if (!REQUEST_WORDS.some((one) => one === word)) return oddWord(word, text);
  if (word !== REGISTER)
    return `After ${word} came ${count(fields.length, "field")}, which is too many or too few.`;
  const blank = fields.findIndex((field) => field !== field.trim());
  if (blank >= 0)
    return `A blank stands before or after the ${FIELDS[blank] ?? "last"} field: between the fields is a comma and nothing else.`;
  if (fields.length !== FIELDS.length)
    return `After REGISTRN came ${count(fields.length, "field")}; four are due: ip, port, service, token.${text === REGISTER ? CUT : ""}`;
  const empty = fields.indexOf("");
  if (empty >= 0) return `The ${FIELDS[empty]} field is empty.`;
  const [ip = "", port = ""] = fields;
  if (/^[^/]*\/[\d.:a-f]+$/i.test(ip))
    return `${quoted(ip)} has a slash: that is what Java prints of an InetAddress. Its getHostAddress() gives the numbers alone.`;
  if (/[A-Za-z]/.test(ip))
    return `${quoted(ip)} is a name; the ip field is an address in numbers, e.g. 127.0.0.1.`;
  if (!/^\d+$/.test(port)) return `${quoted(port)} is not a port number.`;
  return `Look at ip ${quoted(ip)} and port ${quoted(port)}.`;
}

/** The word alone is as long as a pointer. */
const CUT = " Or only 8 bytes were sent, the size of a pointer: sizeof(text), where text is a char *.";

/** The sign that stands where a comma is due. */
function separatorOf(rest: string): string {
  const came = /^\s/.test(rest) ? "blanks stand" : `${quoted(rest[0] ?? "")} stands`;
  return `Between the fields ${came}, where a comma (,) is due and nothing else.`;
}

function oddWord(word: string, text: string): string {
  const first = word.split(/[;:|\s]/)[0] ?? "";
  if (first !== word && REQUEST_WORDS.some((one) => one === first))
    return separatorOf(text.slice(first.length));
  const upper = first.trim().toUpperCase();
  const meant =
    REQUEST_WORDS.find((one) => one === upper) ??
    REQUEST_WORDS.find((one) => one.slice(0, 6) === upper.slice(0, 6));
  if (meant === undefined)
    return `${quoted(first.slice(0, 20) || text.slice(0, 20))} is not a word that a registry knows; capital letters count.`;
  // Eight letters of a word may be a slip of the pen, or what a pointer's size leaves of it.
  const isCut = first.length === 8 && meant.startsWith(first);
  const why = isCut
    ? ": either it is misspelt, or only the first 8 bytes were sent, as sizeof(text) does where text is a char *"
    : upper === meant
      ? ": capital letters count"
      : "";
  return `${quoted(first)} is not ${meant}${why}.`;
}
