/**
 * The connection with the server, and all that it has told: a signal a topic. Lost, it is tried again with growing pauses that differ from page to
 * page, and everything looked at is asked for once; what was there stays readable meanwhile.
 */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Hello, PageMessage, Question, ServerMessage, Topic } from "../web/protocol.ts";
import { forgetSession, session } from "./session.ts";

const NOT_LOGGED_IN = 4401;
const REVOKED = 4403;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

export type Standing = "connecting" | "connected" | "lost";

export const standing = signal<Standing>("connecting");
export const hello = signal<Hello | undefined>(undefined);

/** Student whose page it is; undefined: an operator's or an observer's. */
export const studentOf = (level: string): string | undefined =>
  level.startsWith("student:") ? level.slice("student:".length) : undefined;

/** Server's clock less this browser's. */
const clockDifference = signal(0);
/** Moves once a second: ages are told by it. */
const tick = signal(Date.now());
export const now: ReadonlySignal<number> = computed(() => tick.value + clockDifference.value);

type Listener = (message: Readonly<Record<string, unknown>>) => void;

const states = new Map<Topic, Signal<unknown>>();
const merges = new Map<string, (before: unknown, came: unknown) => unknown>();
const answers = new Map<number, PromiseWithResolvers<unknown>>();
let topics: readonly Topic[] = [];
let promptListener: Listener | undefined;
let socket: WebSocket | undefined;
let pauseMs = FIRST_PAUSE_MS;
let lastAsk = 0;

/** How a topic stands: undefined while it is not known, null where there is no such thing. */
export function stateOf<State>(topic: Topic): Signal<State | null | undefined> {
  const known = states.get(topic) ?? signal<unknown>(undefined);
  states.set(topic, known);
  return known as Signal<State | null | undefined>;
}

/** Puts together what comes of such topics with what was known of them. */
export function mergeStates<State>(
  kind: string,
  merge: (before: State | undefined, came: State) => State,
): void {
  merges.set(kind, merge as (before: unknown, came: unknown) => unknown);
}

/** In place of the topics that were looked at. */
export function see(...wanted: readonly Topic[]): void {
  for (const topic of topics) if (!wanted.includes(topic)) states.delete(topic);
  topics = wanted;
  say({ see: wanted });
}

export function ask<Value>(question: Question): Promise<Value> {
  lastAsk += 1;
  const answer = Promise.withResolvers<unknown>();
  answers.set(lastAsk, answer);
  say({ ask: lastAsk, question });
  return answer.promise as Promise<Value>;
}

export function prompt(request: Readonly<Record<string, unknown>>): void {
  say({ prompt: request });
}

export function onPrompt(listener: Listener): void {
  promptListener = listener;
}

export function connect(): void {
  if (session.value === undefined) return;
  const opened = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live`);
  socket = opened;
  opened.onopen = () => opened.send(JSON.stringify({ session: session.value }));
  opened.onmessage = ({ data }) => take(JSON.parse(String(data)) as ServerMessage);
  opened.onclose = ({ code }) => lost(code);
}

function say(message: PageMessage): void {
  if (standing.value === "connected") socket?.send(JSON.stringify(message));
}

function take(message: ServerMessage): void {
  if ("hello" in message) {
    hello.value = message.hello;
    clockDifference.value = message.hello.now - Date.now();
    standing.value = "connected";
    pauseMs = FIRST_PAUSE_MS;
    say({ see: topics });
  } else if ("topic" in message) {
    const { topic, state } = message;
    const kind = topic.split("/")[0] ?? "";
    const known = stateOf<unknown>(topic);
    const merge = state === null ? undefined : merges.get(kind);
    known.value = merge ? merge(known.value ?? undefined, state) : state;
  } else if ("answer" in message) {
    const answer = answers.get(message.answer);
    answers.delete(message.answer);
    if ("problem" in message) answer?.reject(new Error(message.problem));
    else answer?.resolve(message.value);
  } else promptListener?.(message.prompt);
}

function lost(code: number): void {
  for (const answer of answers.values()) answer.reject(new Error("the connection was lost"));
  answers.clear();
  promptListener?.({ lost: true });
  if (code === NOT_LOGGED_IN || code === REVOKED) {
    standing.value = "lost";
    return forgetSession("ended");
  }
  standing.value = "lost";
  setTimeout(connect, pauseMs * (0.5 + Math.random()));
  pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
}

setInterval(() => {
  // A hidden page need not be drawn.
  if (!document.hidden) tick.value = Date.now();
}, 1_000);
