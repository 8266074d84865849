/** A drawing of src/charts as elements: the same layout as in a terminal, its colours in the style sheet. */
import stringWidth from "string-width";
import type { Arrow, Drawing, DrawnBox, DrawnLine, DrawnMark, DrawnText } from "../../charts/drawing.ts";

/** Pixels of a character cell. */
export const CELL = { width: 8, height: 18 };
const MARGIN = 8;

const middleX = (x: number) => MARGIN + (x + 0.5) * CELL.width;
const middleY = (y: number) => MARGIN + (y + 0.5) * CELL.height;

/** `title` names it, `description` says it in sentences: both for screen readers. */
export function DrawingView(props: {
  readonly drawing: Drawing;
  readonly title: string;
  readonly description?: string;
}) {
  const { drawing, title, description } = props;
  const width = drawing.width * CELL.width + 2 * MARGIN;
  const height = drawing.height * CELL.height + 2 * MARGIN;
  return (
    <svg
      class="drawing"
      role="img"
      aria-label={description === undefined ? title : `${title}. ${description}`}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
    >
      {drawing.lines.map((line, index) => (
        <Line key={index} line={line} />
      ))}
      {drawing.texts.map((text, index) => (
        <Ground key={index} text={text} />
      ))}
      {drawing.boxes.map((box) => (
        <Box key={`${box.x}/${box.y}`} box={box} />
      ))}
      {drawing.texts.map((text, index) => (
        <Text key={index} text={text} />
      ))}
      {drawing.marks.map((mark, index) => (
        <Mark key={index} mark={mark} />
      ))}
    </svg>
  );
}

function Box({ box: { x, y, width, height, border } }: { box: DrawnBox }) {
  return (
    <rect
      class={border === "now" ? "box now" : "box"}
      x={middleX(x)}
      y={middleY(y)}
      width={(width - 1) * CELL.width}
      height={(height - 1) * CELL.height}
      rx="6"
    />
  );
}

const widthOf = (text: string) => stringWidth(text) * CELL.width;

/** Words have a ground of their own: a line ends before them, as it does in a terminal's cells. */
function Ground({ text: { x, y, text } }: { text: DrawnText }) {
  const left = MARGIN + x * CELL.width;
  return (
    <rect
      class="ground"
      x={left}
      y={middleY(y) - CELL.height / 2}
      width={widthOf(text)}
      height={CELL.height}
    />
  );
}

/** As wide as its cells, whatever font there is. */
function Text({ text: { x, y, text, paint } }: { text: DrawnText }) {
  return (
    <text
      class={`text ${paint}`}
      x={MARGIN + x * CELL.width}
      y={middleY(y) + 4.5}
      textLength={widthOf(text)}
      lengthAdjust="spacingAndGlyphs"
    >
      {text}
    </text>
  );
}

function Line({ line: { points, paint, arrow } }: { line: DrawnLine }) {
  const [x, y] = points.at(-1) ?? [0, 0];
  return (
    <>
      <polyline
        class={`line ${paint}`}
        points={points.map(([px, py]) => `${middleX(px)},${middleY(py)}`).join(" ")}
      />
      {arrow !== "none" && <polygon class={`head ${paint}`} points={headOf(middleX(x), middleY(y), arrow)} />}
    </>
  );
}

/** The head's point reaches the edge of its cell. */
function headOf(x: number, y: number, arrow: Exclude<Arrow, "none">): string {
  switch (arrow) {
    case "down":
      return `${x - 5},${y - 3} ${x + 5},${y - 3} ${x},${y + 9}`;
    case "left":
      return `${x + 5},${y - 5} ${x + 5},${y + 5} ${x - 7},${y}`;
    case "right":
      return `${x - 5},${y - 5} ${x - 5},${y + 5} ${x + 7},${y}`;
  }
}

function Mark({ mark: { x, y, mark, paint } }: { mark: DrawnMark }) {
  const [cx, cy] = [middleX(x), middleY(y)];
  switch (mark) {
    case "initial":
    case "dot":
      return <circle class={`head ${paint}`} cx={cx} cy={cy} r={mark === "dot" ? 4 : 6} />;
    case "final":
      return (
        <>
          <circle class={`line ${paint}`} cx={cx} cy={cy} r="6" />
          <circle class={`head ${paint}`} cx={cx} cy={cy} r="3" />
        </>
      );
    case "now":
      return (
        <polygon class={`head ${paint}`} points={`${cx - 4},${cy - 6} ${cx - 4},${cy + 6} ${cx + 6},${cy}`} />
      );
    case "again":
      return (
        <>
          <path class={`line ${paint}`} d={`M ${cx + 4} ${cy - 4} A 5 5 0 1 1 ${cx - 4} ${cy - 4}`} />
          <polygon
            class={`head ${paint}`}
            points={`${cx - 8},${cy - 4} ${cx - 1},${cy - 7} ${cx - 2},${cy}`}
          />
        </>
      );
  }
}
