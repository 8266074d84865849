/** Comments of the source begin with a noun or a verb, and name the component that they speak of. */
import { describe, expect, it } from "vitest";
import { filesIn, folders, piecesIn } from "./source-text.ts";

const ROOMS = [...folders(), "."];
/** Relative pronouns and their kin, behind the id of a rule too. */
const PRONOUN =
  /^(?:\[[^\]]*\] )?(?:What(?:ever)?|Who(?:ever|m|se)?|Where(?:ver)?|One|It|Its|Those|Nobody|Somebody|Anybody|Everybody)\b/;
const NAMELESS = /\b(?:whoever|nobody|somebody)\b/i;

/** Data that is quoted in a comment is no word of it. */
const withoutQuotes = (text: string) => text.replace(/`[^`]*`/g, "");

const comments = (folder: string) =>
  filesIn(folder).flatMap((file) =>
    piecesIn(file)
      .filter(({ kind }) => kind === "comment")
      .map(({ text, line }) => ({ place: `${file}:${line}`, text: text.replace(/\s+/g, " ") })),
  );

describe.each(ROOMS)("a comment in src/%s", (folder) => {
  it("begins with a noun or a verb", () => {
    const wrong = comments(folder).filter(({ text }) => PRONOUN.test(text));
    expect(wrong.map(({ place, text }) => `${place} ${text}`)).toEqual([]);
  });

  it("names who is meant: no whoever, nobody or somebody", () => {
    const wrong = comments(folder).filter(({ text }) => NAMELESS.test(withoutQuotes(text)));
    expect(wrong.map(({ place, text }) => `${place} ${text}`)).toEqual([]);
  });
});
