/**
 * A small bitmap font for the sample picture and the sample film: five pixels wide, seven high and one
 * below the base line. It is drawn as text, so that a letter can be mended where it is seen, and holds only
 * the characters that the samples write.
 */

interface Sheet {
  readonly characters: string;
  /** One string per row of pixels; the letters stand side by side, one column apart. */
  readonly rows: readonly string[];
}

export const GLYPH = { width: 5, height: 8, advance: 6 } as const;

const SHEETS: readonly Sheet[] = [
  {
    characters: "abcdefghijklm",
    rows: [
      "..... #.... ..... ....# ..... ..##. ..... #.... ..#.. ...#. #.... .##.. .....",
      "..... #.... ..... ....# ..... .#..# ..... #.... ..... ..... #.... ..#.. .....",
      ".###. #.##. .###. .##.# .###. .#... .#### #.##. .##.. ..##. #..#. ..#.. ##.#.",
      "....# ##..# #.... #..## #...# ###.. #...# ##..# ..#.. ...#. #.#.. ..#.. #.#.#",
      ".#### #...# #.... #...# ##### .#... #...# #...# ..#.. ...#. ##... ..#.. #.#.#",
      "#...# #...# #...# #...# #.... .#... .#### #...# ..#.. ...#. #.#.. ..#.. #...#",
      ".#### ####. .###. .#### .###. .#... ....# #...# .###. #..#. #..#. .###. #...#",
      "..... ..... ..... ..... ..... ..... .###. ..... ..... .##.. ..... ..... .....",
    ],
  },
  {
    characters: "nopqrstuvwxyz",
    rows: [
      "..... ..... ..... ..... ..... ..... .#... ..... ..... ..... ..... ..... .....",
      "..... ..... ..... ..... ..... ..... .#... ..... ..... ..... ..... ..... .....",
      "#.##. .###. ####. .#### #.##. .#### ###.. #...# #...# #...# #...# #...# #####",
      "##..# #...# #...# #...# ##..# #.... .#... #...# #...# #...# .#.#. #...# ...#.",
      "#...# #...# #...# #...# #.... .###. .#... #...# #...# #.#.# ..#.. #...# ..#..",
      "#...# #...# ####. .#### #.... ....# .#..# #..## .#.#. #.#.# .#.#. .#### .#...",
      "#...# .###. #.... ....# #.... ####. ..##. .##.# ..#.. .#.#. #...# ....# #####",
      "..... ..... #.... ....# ..... ..... ..... ..... ..... ..... ..... .###. .....",
    ],
  },
  {
    characters: "0123456789",
    rows: [
      ".###. ..#.. .###. ##### ...#. ##### ..##. ##### .###. .###.",
      "#...# .##.. #...# ...#. ..##. #.... .#... ....# #...# #...#",
      "#..## ..#.. ....# ..#.. .#.#. ####. #.... ...#. #...# #...#",
      "#.#.# ..#.. ...#. ...#. #..#. ....# ####. ..#.. .###. .####",
      "##..# ..#.. ..#.. ....# ##### ....# #...# ..#.. #...# ....#",
      "#...# ..#.. .#... #...# ...#. #...# #...# ..#.. #...# ...#.",
      ".###. .###. ##### .###. ...#. .###. .###. ..#.. .###. .##..",
      "..... ..... ..... ..... ..... ..... ..... ..... ..... .....",
    ],
  },
  {
    characters: "AFGIT.,/\\",
    rows: [
      ".###. ##### .###. .###. ##### ..... ..... ....# #....",
      "#...# #.... #...# ..#.. ..#.. ..... ..... ....# #....",
      "#...# #.... #.... ..#.. ..#.. ..... ..... ...#. .#...",
      "##### ####. #.### ..#.. ..#.. ..... ..... ..#.. ..#..",
      "#...# #.... #...# ..#.. ..#.. ..... ..... .#... ...#.",
      "#...# #.... #...# ..#.. ..#.. .##.. .##.. #.... ....#",
      "#...# #.... .#### .###. ..#.. .##.. ..#.. #.... ....#",
      "..... ..... ..... ..... ..... ..... .#... ..... .....",
    ],
  },
];

/** One row of five pixels after the other; `true` is ink. */
export type Glyph = readonly boolean[];

const GLYPHS: ReadonlyMap<string, Glyph> = new Map(SHEETS.flatMap(glyphsOf));

/** A character that has no drawing is a mistake in the samples' text, so it throws; a blank has no ink. */
export function glyphOf(character: string): Glyph {
  const glyph = character === " " ? [] : GLYPHS.get(character);
  if (!glyph) throw new Error(`the sample font has no ${JSON.stringify(character)}`);
  return glyph;
}

function glyphsOf({ characters, rows }: Sheet): [string, Glyph][] {
  return [...characters].map((character, index) => {
    const left = index * GLYPH.advance;
    const drawing = rows.map((row) => row.slice(left, left + GLYPH.width)).join("");
    return [character, [...drawing].map((pixel) => pixel === "#")];
  });
}
