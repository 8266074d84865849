/** The prompt of the lab, for operators: the same commands as in a terminal, with Tab and the arrow keys. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import {
  answer,
  complete,
  history,
  interrupt,
  lines,
  listen,
  pending,
  question,
  run,
} from "../prompt-session.ts";
import { useLook } from "../use-look.ts";

const typed = signal("");
const candidates = signal<readonly string[]>([]);
/** Place in the history; its length: the line that is being typed. */
let place = 0;

export function PromptView() {
  useLook();
  useEffect(listen, []);
  const end = useRef<HTMLDivElement>(null);
  const count = lines.value.length;
  useEffect(() => end.current?.scrollIntoView({ block: "end" }), [count]);
  return (
    <div class="prompt">
      <h1 class="unseen">Prompt</h1>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than a phone is scrolled by the keyboard too */}
      <div class="output" role="log" aria-label="output" tabIndex={0}>
        {count === 0 && (
          <p class="quiet">Type help, and Enter. Tab completes, the arrow keys bring back what was typed.</p>
        )}
        {lines.value.map(({ id, kind, text }) => (
          <pre key={id} data-kind={kind}>
            {text}
          </pre>
        ))}
        <div ref={end} />
      </div>
      {candidates.value.length > 0 && <p class="candidates mono">{candidates.value.join("  ")}</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          enter();
        }}
      >
        <label>
          <span class="mono">{question.value ?? "netlab>"}</span>{" "}
          <input
            class="mono"
            type="text"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            autofocus
            aria-label="command"
            value={typed.value}
            onInput={({ currentTarget }) => {
              typed.value = currentTarget.value;
            }}
            onKeyDown={press}
          />
        </label>
        {pending.value && (
          <button type="button" onClick={interrupt}>
            stop
          </button>
        )}
      </form>
    </div>
  );
}

function enter(): void {
  const line = typed.value;
  typed.value = "";
  candidates.value = [];
  if (question.value !== undefined) answer(line);
  else if (line.trim() !== "") run(line);
  place = history.length;
}

function press(event: KeyboardEvent): void {
  if (event.key === "Tab" && typed.value !== "" && !event.shiftKey) {
    event.preventDefault();
    void tab(event.currentTarget as HTMLInputElement);
  } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    event.preventDefault();
    place = Math.min(history.length, Math.max(0, place + (event.key === "ArrowUp" ? -1 : 1)));
    typed.value = history[place] ?? "";
  } else if (event.key === "c" && event.ctrlKey && getSelection()?.isCollapsed) interrupt();
}

/** Puts in what all candidates have in common; shows them where they are several. */
async function tab(input: HTMLInputElement): Promise<void> {
  const line = typed.value;
  const cursor = input.selectionStart ?? line.length;
  const found = await complete(line, cursor);
  if (typed.value !== line) return;
  const words = found.candidates.map(({ value }) => value);
  const common = commonStart(words);
  const text = words.length === 1 ? `${common} ` : common;
  if (words.length > 0) typed.value = line.slice(0, found.from) + text + line.slice(cursor);
  candidates.value = words.length > 1 ? words : [];
}

function commonStart(words: readonly string[]): string {
  let common = words[0] ?? "";
  for (const word of words) while (!word.startsWith(common)) common = common.slice(0, -1);
  return common;
}
