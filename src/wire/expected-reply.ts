/** The reply that has to come in answer to what a client said, by the rule of its conversation. Pure. */
import { isQuit, parseExpression, resultOf } from "./calculator.ts";
import { connected, joined, PROMPT, parseLogin } from "./chat.ts";
import { COMMAND_NOT_FOUND, GREETING, isClose, parseCommand } from "./echo-command.ts";
import { askWho, HA, isKnock, TRY, WHO_IS_THERE } from "./knock-knock.ts";
import { MESSAGE_PLEASE, NAME_TAKEN } from "./relay.ts";

/** `result`: a number as text; `echo`: what was said; `word`: one of the protocol's; `room`: among what others say. */
export type ReplyKind = "result" | "echo" | "word" | "room";

export interface ExpectedReply {
  /** The rule that names it. */
  readonly rule: string;
  readonly kind: ReplyKind;
  /** Each of them is right; the usual one comes first. */
  readonly texts: readonly string[];
}

/** A message of a client: `nth` counts from 0, its opening word. */
export interface Asked {
  readonly sent: string;
  readonly nth: number;
}

type Expect = (asked: Asked) => ExpectedReply | undefined;

const expectations: Readonly<Record<string, Expect>> = {
  "CALC-0": ({ sent, nth }) =>
    nth === 0 || isQuit(sent)
      ? undefined
      : { rule: "CALC-1", kind: "result", texts: [resultOf(parseExpression(sent))] },
  "ECHO-0": ({ sent }) =>
    isClose(sent) || parseCommand(sent)
      ? undefined
      : { rule: "ECHO-0", kind: "echo", texts: [sent.trimEnd(), COMMAND_NOT_FOUND] },
  "KNOCK-2": (asked) => ({ rule: "KNOCK-2", kind: "word", texts: jokeLines(asked) }),
  "RELAY-0": ({ nth }) =>
    nth === 0 ? { rule: "RELAY-0", kind: "word", texts: [MESSAGE_PLEASE, NAME_TAKEN] } : undefined,
  "CHAT-0": ({ sent, nth }) => ({ rule: "CHAT-0", kind: "room", texts: nth === 0 ? welcomes(sent) : [sent] }),
};

/** The answer that a message must have; undefined: it has none, or any. */
export function expectedReply(rule: string, asked: Asked): ExpectedReply | undefined {
  return expectations[rule]?.(asked);
}

const greetings: Readonly<Record<string, string>> = { "ECHO-0": GREETING, "CHAT-0": PROMPT };

/** Greeting of a server before it is asked; undefined: nothing, or words of its own. */
export function expectedGreeting(rule: string): string | undefined {
  return greetings[rule];
}

function jokeLines({ sent, nth }: Asked): readonly string[] {
  if (isKnock(sent)) return [WHO_IS_THERE];
  if (nth === 1) return [askWho(sent)];
  return nth === 2 ? [HA] : [HA, askWho(sent), TRY];
}

/** Sign to a newcomer that it is in: others are told in nearly the same words. */
function welcomes(sent: string): readonly string[] {
  const login = parseLogin(sent);
  return login ? [connected(login), joined(login)].map((line) => line.trim()) : [];
}
