/**
 * The shell of a page that is one file: no script, nothing loaded, and a policy that forbids both whatever stands in it. The one
 * style sheet is allowed by its hash.
 */
import { createHash } from "node:crypto";
import { html, Markup } from "./markup.ts";
import { PAGE_STYLE } from "./page-style.ts";

export interface Page {
  readonly title: string;
  /** Stands in `main`. */
  readonly body: Markup;
  /** Rules of this kind of page, after those of all. */
  readonly style?: string;
}

export function pageText({ title, body, style = "" }: Page): string {
  const sheet = PAGE_STYLE + style;
  const hash = createHash("sha256").update(sheet).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Markup(sheet)}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`.text;
}
