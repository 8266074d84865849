/** The sample picture: the file server's statechart, with the words that lead from state to state. */
import { Canvas, COLOUR } from "./canvas.ts";

const BOX = { width: 204, height: 56 } as const;
const LEFT = 16;
const RIGHT = 420;
/** The gap between the columns and the middle of each column. */
const GAP = { from: LEFT + BOX.width, to: RIGHT, middle: (LEFT + BOX.width + RIGHT) / 2 } as const;
const LEFT_MIDDLE = LEFT + BOX.width / 2;
const RIGHT_MIDDLE = RIGHT + BOX.width / 2;
const ROWS = { top: 84, middle: 184, bottom: 284 } as const;

export function statechart(): Canvas {
  const canvas = new Canvas(640, 360);
  drawTitle(canvas);
  drawStates(canvas);
  drawClientWords(canvas);
  drawServerWords(canvas);
  return canvas;
}

function drawTitle(canvas: Canvas): void {
  canvas.rect(0, 0, canvas.width, 48, COLOUR.ink);
  canvas.text(LEFT, 12, "netlabd", COLOUR.paper, 3);
  canvas.text(LEFT + 150, 18, "the file server", COLOUR.box);
  canvas.text(RIGHT + 22, 18, "client", COLOUR.paper);
  canvas.text(RIGHT + 134, 18, "server", COLOUR.paper);
  canvas.rect(RIGHT, 18, 14, 14, COLOUR.client);
  canvas.rect(RIGHT + 112, 18, 14, 14, COLOUR.server);
}

function drawStates(canvas: Canvas): void {
  const states = [
    [LEFT, ROWS.top, "awaitingToken"],
    [RIGHT, ROWS.top, "awaitingFilename"],
    [RIGHT, ROWS.middle, "opening"],
    [RIGHT, ROWS.bottom, "announcing"],
    [LEFT, ROWS.bottom, "awaitingAck"],
    [LEFT, ROWS.middle, "sending"],
  ] as const;
  for (const [x, y, name] of states) {
    canvas.box(x, y, BOX.width, BOX.height, COLOUR.ink, COLOUR.box);
    canvas.textCentred(x + BOX.width / 2, y + 20, name, COLOUR.ink);
  }
  canvas.rect(LEFT_MIDDLE - 5, 56, 12, 12, COLOUR.ink);
  canvas.arrow(
    [
      [LEFT_MIDDLE, 60],
      [LEFT_MIDDLE, ROWS.top - 1],
    ],
    COLOUR.ink,
  );
}

/** Arrows that the client's words set off. */
function drawClientWords(canvas: Canvas): void {
  const tokenY = ROWS.top + 22;
  const token = [GAP.from, GAP.to - 1].map((x) => [x, tokenY] as const);
  canvas.arrow(token, COLOUR.client);
  canvas.text(GAP.from + 12, tokenY - 20, "server1", COLOUR.client);
  canvas.text(GAP.from + 122, tokenY - 20, "valid", COLOUR.server);

  const filename = [ROWS.top + BOX.height, ROWS.middle - 1].map((y) => [RIGHT_MIDDLE - 26, y] as const);
  canvas.arrow(filename, COLOUR.client);
  canvas.text(RIGHT_MIDDLE - 154, ROWS.middle - 30, "server.pdf", COLOUR.client);

  const acknowledgement = [ROWS.bottom, ROWS.middle + BOX.height].map((y) => [LEFT_MIDDLE, y] as const);
  canvas.arrow(acknowledgement, COLOUR.client);
  canvas.text(LEFT_MIDDLE + 14, ROWS.bottom - 30, "Got\\0", COLOUR.client);
}

/** Arrows that the server goes of its own accord, with what it says on the way. */
function drawServerWords(canvas: Canvas): void {
  const notFound = [ROWS.middle, ROWS.top + BOX.height].map((y) => [RIGHT_MIDDLE - 10, y] as const);
  canvas.arrow(notFound, COLOUR.server);
  canvas.text(RIGHT_MIDDLE, ROWS.middle - 30, "not found", COLOUR.server);

  const found = [ROWS.middle + BOX.height, ROWS.bottom - 1].map((y) => [RIGHT_MIDDLE, y] as const);
  canvas.arrow(found, COLOUR.server);
  canvas.text(RIGHT_MIDDLE + 14, ROWS.bottom - 30, "found", COLOUR.server);

  const sizeY = ROWS.bottom + BOX.height / 2;
  const size = [GAP.to - 2, GAP.from].map((x) => [x, sizeY] as const);
  canvas.arrow(size, COLOUR.server);
  canvas.textCentred(GAP.middle, sizeY - 22, "size", COLOUR.server);
  canvas.textCentred(GAP.middle, sizeY + 10, "00 b0 01 00", COLOUR.server);

  const [sendingY, returnY] = [ROWS.middle + BOX.height / 2, ROWS.top + 42];
  canvas.arrow(
    [
      [GAP.from, sendingY],
      [GAP.middle - 46, sendingY],
      [GAP.middle - 46, returnY],
      [GAP.to - 1, returnY],
    ],
    COLOUR.server,
  );
  canvas.text(GAP.middle - 34, sendingY - 8, "bytes", COLOUR.server);
}
