/**
 * Text of strangers on its way into files that other programs read. Nothing is dropped: what a format cannot carry, or what would
 * turn a page's writing round, is written as a C programmer would, `\x00`.
 */

/** No character of XML 1.0, a control that XML only tolerates, half of a pair, or a mark that changes the direction of writing. */
const NOT_CARRIED =
  /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\p{Cs}/gu;

/** The same text; lines, tabs and letters of every language stay. */
export function carried(text: string): string {
  return text.replace(NOT_CARRIED, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "\r": "&#13;",
};

/** For an element's content, of XML and HTML alike: no `]]>` is left either. */
export const elementText = (text: string) =>
  carried(text).replace(/[&<>"'\r]/g, (sign) => ENTITIES[sign] ?? sign);

/** For an attribute in double quotes: a parser makes a blank of each bare line end and tab. */
export const attributeText = (text: string) =>
  elementText(text).replace(/[\n\t]/g, (sign) => (sign === "\n" ? "&#10;" : "&#9;"));

/** Ends of long outputs tell more than their beginnings; a file for people holds this much of each. */
const MAX_SHOWN_CHARACTERS = 8_192;

/** The end of a long text, and how much stood before it. */
export function tailOf(text: string, limit = MAX_SHOWN_CHARACTERS): string {
  if (text.length <= limit) return text;
  // Half a pair at the cut would be no character.
  const tail = text.slice(-limit).replace(/^[\udc00-\udfff]/, "");
  return `… ${text.length - tail.length} characters left out\n${tail}`;
}
