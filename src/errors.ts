/** Expected failures: a code, the arguments of its sentence, and the words made of both (`src/error-table.ts`). */
import { errorTable, exitCodes } from "./error-table.ts";
import { causeText } from "./stories/cause-text.ts";
import type { Cause } from "./stories/causes.ts";

export { errorTable, exitCodes };

type Table = typeof errorTable;
export type ErrorCode = keyof Table;

/** A sentence of the table: `code/variant`, or the code itself where it has one. */
export type ErrorId = {
  [Code in ErrorCode]: Table[Code]["says"] extends string
    ? Code
    : `${Code}/${keyof Table[Code]["says"] & string}`;
}[ErrorCode];
type SentenceOf<Id> = Id extends `${infer Code extends ErrorCode}/${infer Variant}`
  ? Variant extends keyof Table[Code]["says"]
    ? Table[Code]["says"][Variant]
    : never
  : Id extends ErrorCode
    ? Table[Id]["says"]
    : never;

type Placeholder<Sentence> = Sentence extends `${string}{${infer Inside}}${infer Rest}`
  ? (Inside extends `${infer Name}:${string}` ? Name : Inside) | Placeholder<Rest>
  : never;

type Argument = string | number | readonly string[];
type Arguments = Readonly<Record<string, Argument>>;
interface Options {
  readonly cause?: unknown;
  readonly fact?: Cause;
}

/** The arguments that the sentence of this id has a place for; none may be left out. */
type ParametersOf<Id extends ErrorId> = [Placeholder<SentenceOf<Id>>] extends [never]
  ? [id: Id, args?: Readonly<Record<string, never>>, options?: Options]
  : [id: Id, args: Readonly<Record<Placeholder<SentenceOf<Id>>, Argument>>, options?: Options];
export type ErrorParameters = { [Id in ErrorId]: ParametersOf<Id> }[ErrorId];

/** A sentence that is made already. Not exported, so that `NetlabError.worded` is the only way in with one. */
class MadeSentence {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
type Worded = [code: ErrorCode, sentence: MadeSentence, options?: Options];

/** An expected failure with a sentence for a person; anything else that is thrown is a bug. */
export class NetlabError extends Error {
  override readonly name = "NetlabError";
  readonly code: ErrorCode;
  /** Arguments of the sentence. */
  readonly args: Arguments;
  /** The same as data, where a story is to tell it. */
  readonly fact: Cause | undefined;

  /** Of a cause, whose words are its sentence. */
  static of(code: ErrorCode, fact: Cause, options?: { cause?: unknown }): NetlabError {
    return NetlabError.worded(code, causeText(fact), { ...options, fact });
  }

  /** With a sentence that is made already, e.g. by the other end of a control socket. */
  static worded(code: ErrorCode, text: string, options: Options = {}): NetlabError {
    return new NetlabError(code, new MadeSentence(text), options);
  }

  constructor(...[id, given, options]: ErrorParameters | Worded) {
    const args: Arguments = given instanceof MadeSentence ? {} : (given ?? {});
    super(given instanceof MadeSentence ? given.text : sentenceOf(id, args), options);
    this.code = codeOf(id);
    this.args = args;
    this.fact = options?.fact;
  }

  /** The result of a client's run that ended with it. */
  get asResult(): { code: ErrorCode; message: string; cause?: Cause } {
    const { code, message, fact } = this;
    return { code, message, ...(fact ? { cause: fact } : {}) };
  }

  get exitCode(): number {
    return errorTable[this.code].exit;
  }
}

const codeOf = (id: string) => id.split("/")[0] as ErrorCode;

function sentenceOf(id: string, args: Arguments): string {
  const [code = "", variant = ""] = id.split("/");
  const says: string | Readonly<Record<string, string>> = errorTable[code as ErrorCode].says;
  const sentence = typeof says === "string" ? says : (says[variant] ?? "");
  return sentence.replace(/\{(\w+)(?::(\w+))?\}/g, (_, name: string, how?: string) => shown(args[name], how));
}

function shown(argument: Argument = "", how?: string): string {
  if (how === "quoted") return JSON.stringify(argument);
  if (how === "seconds") return String(Number(argument) / 1_000);
  return typeof argument === "object" ? argument.join(", ") : String(argument);
}

/** A crash that is known as a fact, for those who know errors alone: no code of ours threw it. */
export function crashOf(fact: Cause): Error {
  const error = new Error(causeText(fact));
  error.stack = "";
  return error;
}

/** Most characters that are told of what was thrown: a user's code may throw any text. */
const MAX_MESSAGE = 10_000;
const MAX_STACK = 20_000;

/** The sentence of any thrown value. */
export function messageOf(error: unknown): string {
  try {
    const text = isError(error) ? String(error.message) : String(error);
    return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE)}…`;
  } catch {
    // A user's code may throw what throws again when it is asked.
    return "what was thrown has no words";
  }
}

/** Stack of a thrown value, where it has one. */
export function stackOf(error: unknown): string | undefined {
  try {
    const stack = isError(error) ? error.stack : undefined;
    // The end of it has the places, after a message of any length.
    return typeof stack === "string" ? stack.slice(-MAX_STACK) : undefined;
  } catch {
    return undefined;
  }
}

/** Also one of another realm, of which no class here is told. */
const isError = (thrown: unknown): thrown is Error =>
  thrown instanceof Error || Object.prototype.toString.call(thrown) === "[object Error]";

/** A message as `--json` writes it, on standard error; one that is no row of the error table has no code. */
export const problemDocument = (message: string, code: string | undefined) => ({
  code: code ?? null,
  message,
});

/** The same of any thrown value. */
export const problemOf = (error: unknown) =>
  problemDocument(messageOf(error), error instanceof NetlabError ? error.code : undefined);

/** The exit status of any thrown value. */
export function exitCodeOf(error: unknown): number {
  return error instanceof NetlabError ? error.exitCode : exitCodes.checkFailed;
}
