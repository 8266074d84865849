/** Slips as one page that needs nothing else: a sheet a student when it is printed. */
import { renderSVG } from "uqr";
import type { Slip, SlipRole } from "./slips.ts";

const STYLE = `
  body { font: 15px/1.45 system-ui, sans-serif; margin: 0; color: #111; background: #fff; }
  section { max-width: 44rem; margin: 0 auto; padding: 2rem 1rem; border-bottom: 1px dashed #999; }
  header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
  h1 { font-size: 1.5rem; margin: 0; } header p { margin: 0; color: #444; }
  table { border-collapse: collapse; width: 100%; margin: 1rem 0; } th { text-align: left; font-weight: 600; }
  td, th { border-top: 1px solid #ccc; padding: .35rem .6rem .35rem 0; vertical-align: top; }
  code { font: 14px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
  td:nth-child(2) { white-space: nowrap; }
  .link { display: flex; gap: 1.2rem; align-items: center; margin-top: 1rem; } .link svg { width: 8rem; height: 8rem; flex: none; }
  .fine { color: #444; font-size: .85rem; }
  @media print { section { border: 0; padding: 0; break-after: page; break-inside: avoid; } @page { margin: 2cm; } }`;

export function slipsPage(slips: readonly Slip[], title: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>${STYLE}
</style></head><body>
${slips.map((slip) => slipHtml(slip, title)).join("\n")}
</body></html>
`;
}

function slipHtml({ student, name, group, token, roles, link }: Slip, title: string): string {
  const who = [name, group && `group ${group}`].filter(Boolean).join(", ");
  return `<section>
<header><h1>${escaped(student)}</h1><p>${escaped([title, who].filter(Boolean).join(" · "))}</p></header>
<table><thead><tr><th>Server</th><th>Address</th><th>To try it</th></tr></thead><tbody>
${roles.map(roleHtml).join("\n")}
</tbody></table>
<p>Your token: <code>${escaped(token)}</code></p>
${link === undefined ? "" : linkHtml(link)}
<p class="fine">Your own ports and the token are for you alone: they show whose work it is.</p>
</section>`;
}

const WHOSE = { own: "", group: ", your group's", shared: ", for everybody" };

const roleHtml = ({ role, whose, host, port, transport, tryIt }: SlipRole) =>
  `<tr><td>${escaped(role)}${WHOSE[whose]}</td><td><code>${escaped(host)}:${port}</code> ${escaped(transport.toUpperCase())}</td><td>${tryIt === undefined ? "" : `<code>${escaped(tryIt)}</code>`}</td></tr>`;

const linkHtml = (link: string) =>
  `<div class="link">${renderSVG(link, { border: 2 })}<p>Your own page, with what the servers heard from your programs:<br><code>${escaped(link)}</code></p></div>`;

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (text: string) => text.replace(/[&<>"']/g, (mark) => ENTITIES[mark] ?? mark);
