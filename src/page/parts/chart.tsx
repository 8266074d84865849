/** The statechart of a role, with the state that is now. */
import { useMemo } from "preact/hooks";
import { layoutChart } from "../../charts/chart-layout.ts";
import type { ChartState } from "../../web/protocol.ts";
import { stateOf } from "../live.ts";
import { CELL, DrawingView } from "./drawing.tsx";
import { useWidth } from "./use-width.ts";

interface ChartProps {
  readonly role: string;
  readonly title: string;
  readonly current: readonly string[];
  /** Further facts about a state, by its id. */
  readonly remarks?: ReadonlyMap<string, string>;
}

const NO_REMARKS: ReadonlyMap<string, string> = new Map();
const WIDEST = 100;

export function ChartOfRole({ role, title, current, remarks = NO_REMARKS }: ChartProps) {
  const [place, width] = useWidth();
  const state = stateOf<ChartState>(`chart/${role}`).value;
  const columns = Math.min(WIDEST, Math.floor(width / CELL.width) - 2);
  const names = current.join("+");
  const facts = [...remarks].join();
  const drawing = useMemo(
    () => (state && width > 0 ? layoutChart(state.chart, { columns, current, remarks }) : undefined),
    [state, columns, names, facts],
  );
  return (
    <div class="drawn" ref={place}>
      {drawing && (
        <DrawingView
          drawing={drawing}
          title={title}
          description={names === "" ? "" : `It is in ${current.join(" and ")}.`}
        />
      )}
    </div>
  );
}
