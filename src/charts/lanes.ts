/** Vertical lanes beside a chart: all lines to one target share one, so that there are few, and each leads to one place. */

export interface Exit {
  /** Row in which the line to the lane begins. */
  readonly x: number;
  readonly y: number;
  readonly target: string;
  readonly isNow: boolean;
}

export interface Entry {
  /** Row of the arrow's head. */
  readonly x: number;
  readonly y: number;
}

export interface Lane {
  readonly target: string;
  readonly entry: Entry;
  readonly exits: readonly Exit[];
  readonly from: number;
  readonly to: number;
  /** 0 is next to the boxes. */
  readonly column: number;
}

/** The shortest are innermost, so that few lines cross; lanes that do not overlap share a column. */
export function lanesOf(exits: readonly Exit[], entries: ReadonlyMap<string, Entry>): Lane[] {
  const spans = [...Map.groupBy(exits, ({ target }) => target)].flatMap(([target, group]) => {
    const entry = entries.get(target);
    if (!entry) return [];
    const rows = [entry.y, ...group.map(({ y }) => y)];
    return [{ target, entry, exits: group, from: Math.min(...rows), to: Math.max(...rows) }];
  });
  spans.sort((a, b) => a.to - a.from - (b.to - b.from) || a.from - b.from);
  const columns: { from: number; to: number }[][] = [];
  return spans.map((span) => {
    const isFree = (column: { from: number; to: number }[]) =>
      column.every(({ from, to }) => to < span.from || span.to < from);
    let column = columns.findIndex(isFree);
    if (column < 0) column = columns.push([]) - 1;
    columns[column]?.push(span);
    return { ...span, column };
  });
}
