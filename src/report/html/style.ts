/** The page's only style: light, dark where the reader's system is, and narrow on a phone. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --card: #f6f7f9; --ink: #1c2330; --faint: #5d6778; --rule: #d5dae2; --grid: #e9ecf1;
  --good: #18794e; --bad: #c62a2f; --warn: #96610c; --note: #3a5ccc;
  --build: #3e63dd; --validate: #8da4ef; --wait: #f0a13a; --drop: #8e4ec6;
  --pause: rgba(198, 42, 47, 0.14); --area: rgba(62, 99, 221, 0.18); --line: #3e63dd;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171c; --card: #1d2128; --ink: #e8ebf0; --faint: #a0a9b8; --rule: #3a414d; --grid: #272c35;
    --good: #4cc38a; --bad: #ff8589; --warn: #f1b455; --note: #9eb1ff;
    --build: #6e8bff; --validate: #3f55a8; --wait: #ffb454; --drop: #bf7af0;
    --pause: rgba(255, 99, 105, 0.2); --area: rgba(110, 139, 255, 0.22); --line: #8ca3ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1120px; padding: 28px 24px 64px; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 26px; line-height: 1.25; margin: 6px 0 2px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 40px 0 10px; padding-top: 14px; border-top: 1px solid var(--rule); }
h3 { font-size: 14px; margin: 18px 0 2px; }
p { margin: 6px 0; }
.faint { color: var(--faint); }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); } .note { color: var(--note); }
.badge { display: inline-block; padding: 2px 10px; border-radius: 4px; font-weight: 650; font-size: 13px; letter-spacing: 0.04em; color: var(--paper); background: var(--faint); }
.badge.good { background: var(--good); color: var(--paper); } .badge.bad { background: var(--bad); color: var(--paper); } .badge.warn { background: var(--warn); color: var(--paper); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 10px; margin: 18px 0; }
.card { background: var(--card); border-radius: 8px; padding: 10px 14px; }
.card b { display: block; font-size: 20px; font-weight: 650; line-height: 1.3; overflow-wrap: anywhere; }
.card span { color: var(--faint); font-size: 13px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: 5px 12px 5px 0; border-bottom: 1px solid var(--grid); }
th { color: var(--faint); font-weight: 550; font-size: 13px; white-space: nowrap; }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.t { white-space: nowrap; font-variant-numeric: tabular-nums; }
code, pre { font-family: ui-monospace, monospace; font-size: 13px; }
code { overflow-wrap: anywhere; }
pre { background: var(--card); border-radius: 8px; padding: 12px 14px; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; margin: 8px 0; }
pre.plan { white-space: pre; overflow-wrap: normal; }
ul { list-style: none; margin: 6px 0; padding: 0; }
li { padding: 3px 0; overflow-wrap: anywhere; }
details { margin: 6px 0; }
summary { cursor: pointer; color: var(--faint); padding: 2px 0; }
summary:hover { color: var(--ink); }
figure { margin: 10px 0; }
figcaption { font-size: 13px; color: var(--faint); display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: center; }
figcaption b { color: var(--ink); font-weight: 600; }
.key::before { content: ""; display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 6px; vertical-align: -1px; background: var(--faint); }
.key.build::before { background: var(--build); } .key.validate::before { background: var(--validate); }
.key.wait::before { background: var(--wait); } .key.drop::before { background: var(--drop); } .key.pause::before { background: var(--pause); }
.key.cross::before { content: "\\00d7"; background: none; color: var(--bad); font-weight: 800; width: auto; height: auto; }
svg.chart { display: block; width: 100%; height: auto; }
svg.narrow { display: none; }
svg text { font: 11px system-ui, sans-serif; }
@media (max-width: 640px) {
  body { padding: 18px 14px 48px; }
  h1 { font-size: 21px; }
  .cards { grid-template-columns: 1fr 1fr; }
  .card b { font-size: 17px; }
  .scroll:not(.fit) table { min-width: 600px; }
  svg.wide { display: none; }
  svg.narrow { display: block; }
}
@media print { details > * { display: block; } body { max-width: none; } }
`;
