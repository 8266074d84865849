/** Sequence of messages, drawn. */
import { useMemo } from "preact/hooks";
import { layoutSequence } from "../../charts/sequence-layout.ts";
import type { SequenceState } from "../../web/protocol.ts";
import { CELL, DrawingView } from "./drawing.tsx";
import { useWidth } from "./use-width.ts";

const WIDEST = 120;

export function SequenceView({ sequence }: { sequence: SequenceState }) {
  const [place, width] = useWidth();
  const columns = Math.min(WIDEST, Math.floor(width / CELL.width) - 2);
  const drawing = useMemo(
    () => (width > 0 ? layoutSequence({ ...sequence, ends: new Map(sequence.ends) }, columns) : undefined),
    [sequence, columns, width > 0],
  );
  const names = sequence.participants.map(({ name }) => name).join(" and ");
  return (
    <div class="drawn" ref={place}>
      {drawing && (
        <DrawingView drawing={drawing} title={`Messages between ${names}; the story has them as text`} />
      )}
    </div>
  );
}
