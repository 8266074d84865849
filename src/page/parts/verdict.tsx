/** A verdict as a sign and a word, in its colour. */
const SIGNS: Readonly<Record<string, string>> = {
  crashed: "✕",
  failed: "✕",
  refused: "✕",
  stuck: "■",
  waiting: "▲",
  violation: "◆",
  note: "◇",
  ok: "✓",
};

const WORDS: Readonly<Record<string, string>> = { violation: "mistake" };

export function Verdict({ verdict }: { verdict: string }) {
  return (
    <span class="verdict" data-verdict={verdict}>
      <span aria-hidden="true">{SIGNS[verdict] ?? ""}</span> {WORDS[verdict] ?? verdict}
    </span>
  );
}
