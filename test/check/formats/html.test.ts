/** A report's page: one file without a script, whose elements are ours whatever a hand-in says. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { formats } from "../../../src/check/formats/formats.ts";
import { html } from "../../../src/check/formats/markup.ts";
import type { Report } from "../../../src/check/report.ts";
import { all, hostile, mixed, notBuilt } from "./_reports.ts";

const tagsOf = (page: string) =>
  [...page.replace(/<style>[\s\S]*?<\/style>/, "<style></style>").matchAll(/<[^>]*>/g)].map(([tag]) => tag);
const namesOf = (page: string) => tagsOf(page).map((tag) => /^<(\/?[!\w]+)/.exec(tag)?.[1] ?? tag);

describe("the page of a report", () => {
  it.each(Object.keys(all))("loads nothing, runs nothing and links nowhere: %s", (name) => {
    const page = formats.html(all[name] as Report);
    for (const tag of tagsOf(page))
      expect(tag).not.toMatch(/<script|\s(on\w+|style|href|src|action|srcdoc)\s*=/i);
    expect(
      new Set(namesOf(page).filter((one) => /script|img|iframe|object|embed|link|base|form/.test(one))),
    ).toEqual(new Set());
  });

  it("allows its one style sheet by its hash, and nothing else", () => {
    const page = formats.html(mixed);
    const sheet = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? "";
    const hash = createHash("sha256").update(sheet).digest("base64");
    expect(page).toContain(
      `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
    );
  });

  it("closes every element that it opens, hostile words or not", () => {
    for (const report of Object.values(all)) {
      const open: string[] = [];
      const empty = new Set(["!doctype", "meta", "br", "rect"]);
      for (const name of namesOf(formats.html(report))) {
        if (empty.has(name)) continue;
        if (name.startsWith("/")) expect(open.pop()).toBe(name.slice(1));
        else open.push(name);
      }
      expect(open).toEqual([]);
    }
  });

  it("shows hostile words as words", () => {
    const page = formats.html(hostile);
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).toContain("NUL \\x00, bell \\x07");
    expect(page).toContain("\\u{202e}gnp.exe");
    expect(page).not.toMatch(/[\0\x1b\u202e\u2028]/);
  });

  it("has a card for each case, and those open that a program must mend", () => {
    const page = formats.html(mixed);
    expect(page.match(/<details class="case"/g)).toHaveLength(mixed.results.length);
    expect(page.match(/<details class="case" open>/g)).toHaveLength(2);
    expect(page.indexOf("CALC-1.shortest-repr")).toBeLessThan(page.indexOf("CALC-1.sum"));
  });

  it("tells why nothing was checked, with the compiler's words", () => {
    const page = formats.html(notBuilt);
    expect(page).toContain("make ended with exit status 2");
    expect(page).toContain("calc.c:7:3: error");
  });
});

describe("a template of markup", () => {
  it("escapes what is no markup, in elements and attributes", () => {
    const evil = `"><b>'&`;
    expect(html`<i title="${evil}">${evil}</i>${html`<u>${1}</u>`}${[html`<s></s>`]}`.text).toBe(
      '<i title="&quot;&gt;&lt;b&gt;&#39;&amp;">&quot;&gt;&lt;b&gt;&#39;&amp;</i><u>1</u><s></s>',
    );
  });
});
