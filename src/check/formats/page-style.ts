/** Style of all pages: light and dark, readable on a telephone, and on paper. Colours keep a contrast of 4.5 and more. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --back: #ffffff; --card: #f7f7f5; --line: #d9d9d4; --text: #1c1c1a; --quiet: #5c5c57; --link: #0b57a4;
  --good: #15692f; --bad: #b3261e; --odd: #8a4b00; --good-back: #e3f3e6; --bad-back: #fdeceb; --odd-back: #fdf1df;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #171716; --card: #20201f; --line: #3b3b39; --text: #e9e9e6; --quiet: #a6a6a0; --link: #8ab8f5;
    --good: #72d08a; --bad: #ff8f86; --odd: #f2b65a; --good-back: #17301d; --bad-back: #3a1a18; --odd-back: #35260f;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; }
code, pre, .mono { font: .9em/1.45 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; }
code { overflow-wrap: anywhere; unicode-bidi: isolate; }
.mono code { font-size: 1em; }
.quiet { color: var(--quiet); }
a { color: var(--link); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.wide { overflow-x: auto; }
.wide:focus-visible { outline: 2px solid var(--link); }
.good { color: var(--good); } .bad { color: var(--bad); } .odd { color: var(--odd); }
.notice { border: 1px solid var(--bad); background: var(--bad-back); border-radius: .5rem; padding: .75rem 1rem; margin: 1rem 0; }
dl.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .15rem 1rem; margin: 1rem 0; }
dl.facts dt { color: var(--quiet); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
.bar { display: flex; height: .6rem; border-radius: .3rem; overflow: hidden; margin: .75rem 0; background: var(--line); }
details.case { border: 1px solid var(--line); border-radius: .5rem; background: var(--card); margin: .5rem 0; }
details.case > summary { cursor: pointer; padding: .55rem .8rem; display: flex; flex-wrap: wrap; gap: .1rem .7rem; align-items: baseline; list-style: none; }
details.case > summary::-webkit-details-marker { display: none; }
details.case > summary:focus-visible { outline: 2px solid currentColor; outline-offset: -2px; border-radius: .5rem; }
details.case > summary::before { content: "▸"; color: var(--quiet); width: .8rem; }
details.case[open] > summary::before { content: "▾"; }
details.case h3 { font-size: 1rem; font-weight: 600; margin: 0; flex: 1 1 12rem; overflow-wrap: anywhere; }
details.case h3 .id { display: block; font-weight: 400; }
.mark { border-radius: .3rem; padding: 0 .45rem; font-size: .85rem; font-weight: 600; white-space: nowrap; }
.mark.good { background: var(--good-back); } .mark.bad { background: var(--bad-back); } .mark.odd { background: var(--odd-back); }
.mark.quiet { border: 1px solid var(--line); padding: 0 .4rem; }
details.case .points { margin-left: auto; white-space: nowrap; }
.inside { border-top: 1px solid var(--line); padding: .75rem .8rem .9rem; }
.inside h4 { font-size: .85rem; color: var(--quiet); font-weight: 600; margin: .9rem 0 .25rem; }
.inside > :first-child { margin-top: 0; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 0 1rem; }
.box { border: 1px solid var(--line); border-radius: .35rem; background: var(--back); padding: .5rem .65rem; max-height: 24rem; overflow: auto; }
.box:focus-visible { outline: 2px solid var(--link); }
.box .hex { color: var(--quiet); }
ol.talk { list-style: none; margin: 0; padding: 0; }
ol.talk li { display: grid; grid-template-columns: 3.4rem 2.6rem minmax(0, 1fr); gap: 0 .5rem; }
ol.talk .time { color: var(--quiet); text-align: right; white-space: nowrap; }
ul.plain { margin: .25rem 0; padding-left: 1.2rem; }
@media (max-width: 30rem) {
  .box { max-height: none; }
  main { padding: 1rem .75rem 3rem; }
}
@media print {
  details.case::details-content { content-visibility: visible; }
  .box { max-height: none; }
}
`;
