/** The sample film: one file transfer, message by message, between a client (left) and a server (right). */
import { Canvas, COLOUR, textWidth } from "./canvas.ts";

const WIDTH = 320;
const HEIGHT = 176;
/** As high as a macroblock: a new message then changes one row of them, which keeps the film small. */
const ROW = 16;
const MESSAGES = [
  ["client", "server1"],
  ["server", "valid"],
  ["client", "server.pdf"],
  ["server", "found"],
  ["server", "00 b0 01 00"],
  ["client", "Got\\0"],
  ["server", "bytes"],
] as const;
const FIRST_MESSAGE_TOP = 2 * ROW;
const LIFELINES = { client: 6, server: WIDTH - 8 } as const;
const PROGRESS = { top: 9 * ROW, left: ROW, width: WIDTH - 2 * ROW, steps: 6 } as const;

/** The pictures in order: the empty stage, one per message, the bytes as they arrive, the end (held). */
export function film(): Canvas[] {
  const transfer = Array.from({ length: PROGRESS.steps }, (_, step) => picture(MESSAGES.length, step + 1));
  const dialogue = Array.from({ length: MESSAGES.length + 1 }, (_, said) => picture(said, 0));
  const end = picture(MESSAGES.length, PROGRESS.steps);
  end.textCentred(WIDTH / 2, 10 * ROW, "110592 bytes", COLOUR.ink);
  return [...dialogue, ...transfer, end, end, end, end];
}

function picture(said: number, progress: number): Canvas {
  const canvas = new Canvas(WIDTH, HEIGHT);
  drawStage(canvas);
  MESSAGES.slice(0, said).forEach(([from, words], index) => {
    drawMessage(canvas, FIRST_MESSAGE_TOP + index * ROW, from, words);
  });
  drawProgress(canvas, progress);
  return canvas;
}

function drawStage(canvas: Canvas): void {
  canvas.rect(0, 0, WIDTH, ROW, COLOUR.ink);
  canvas.textCentred(WIDTH / 2, 1, "netlabd file server", COLOUR.paper);
  canvas.text(LIFELINES.client, ROW + 1, "client", COLOUR.client);
  canvas.text(LIFELINES.server + 2 - textWidth("server", 2), ROW + 1, "server", COLOUR.server);
  for (const x of Object.values(LIFELINES)) {
    canvas.rect(x, FIRST_MESSAGE_TOP, 2, MESSAGES.length * ROW, COLOUR.faint);
  }
}

/** The words stand in the middle of their arrow. */
function drawMessage(canvas: Canvas, top: number, from: "client" | "server", words: string): void {
  const y = top + ROW / 2 - 1;
  const [client, server] = [LIFELINES.client + 4, LIFELINES.server - 4];
  const ends = from === "client" ? [client, server] : [server, client];
  canvas.arrow(
    ends.map((x) => [x, y] as const),
    COLOUR[from],
  );
  const width = textWidth(words, 2) + 12;
  canvas.rect((WIDTH - width) / 2, top, width, ROW, COLOUR.paper);
  canvas.textCentred(WIDTH / 2, top, words, COLOUR[from]);
}

function drawProgress(canvas: Canvas, progress: number): void {
  const { top, left, width, steps } = PROGRESS;
  canvas.rect(left, top + 4, width, 8, COLOUR.box);
  canvas.rect(left, top + 4, (width * progress) / steps, 8, COLOUR.server);
}
