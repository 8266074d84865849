/** A sequence as SVG: a file of its own, or a part of a page. */
import { drawingSvg } from "./drawing-svg.ts";
import { layoutSequence } from "./sequence-layout.ts";
import { sequencePlain } from "./sequence-plain.ts";
import type { Sequence } from "./sequence-steps.ts";

const PAGE_COLUMNS = 110;
/** Words have a column of their own, beside one for each line. */
const TEXT_COLUMNS = 60;
const LINE_COLUMNS = 10;

/** The sequence in sentences is what a screen reader tells. */
export function sequenceSvg(sequence: Sequence): string {
  const names = sequence.participants.map(({ name }) => name);
  const columns = Math.max(PAGE_COLUMNS, TEXT_COLUMNS + names.length * LINE_COLUMNS);
  const title = `What ${names.join(", ")} said to one another`;
  return drawingSvg(layoutSequence(sequence, columns), { title, description: sequencePlain(sequence) });
}
