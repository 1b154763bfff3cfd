// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/report/html_sections.h"
#include "core/report/svg_writer.h"

namespace ulpscope {
namespace {

constexpr std::string_view kColours = R"(:root {
  color-scheme: light dark;
  --window: #F7F7F5; --surface: #FFFFFF; --border: #DDDDD8; --text: #1D1F21; --muted: #5F6368; --hairline: #EAEAE6;
  --accent: #0072B2; --tint: #EBF2F7; --outlier: #8F5F00; --special: #A8487F;
}
@media (prefers-color-scheme: dark) {
  :root {
    --window: #1B1D1F; --surface: #232629; --border: #3A3F44; --text: #E8EAED; --muted: #A6ACB2; --hairline: #2E3236;
    --accent: #56B4E9; --tint: #25313A; --outlier: #F2B84B; --special: #E3A3C6;
  }
  svg [fill-opacity] { fill-opacity: 1; }
}
)";

constexpr std::string_view kLayout = R"(* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 24px; max-width: 1440px; background: var(--window); color: var(--text);
  font: 14px/1.5 Inter, 'Noto Sans', system-ui, sans-serif;
}
h1 { margin: 0; font-size: 24px; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 40px 0 8px; font-size: 18px; }
h3 { margin: 24px 0 4px; font-size: 14px; overflow-wrap: anywhere; }
p { margin: 4px 0 8px; max-width: 90ch; }
small { display: block; color: var(--muted); font-size: 11px; font-weight: 400; line-height: 1.3; white-space: normal; }
code, td.n, dd { font-family: 'JetBrains Mono', 'DejaVu Sans Mono', ui-monospace, monospace; font-size: 12px; }
dd, code { overflow-wrap: anywhere; }
a { color: var(--accent); }
nav { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 12px 0 0; }
.muted, footer { color: var(--muted); }
.outlier { color: var(--outlier); }
.special { color: var(--special); font-weight: 600; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 16px 0 0; }
dt { color: var(--muted); }
dd { margin: 0; line-height: 21px; }
ul { margin: 4px 0 12px; padding-left: 20px; }
li { overflow-wrap: anywhere; }
.wide { width: max-content; max-width: 100%; max-height: 85vh; margin: 8px 0; overflow: auto; border: 1px solid var(--border); background: var(--surface); }
.wide:focus-visible, .plot:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
table { border-collapse: collapse; font-size: 12px; }
th {
  position: sticky; top: 0; z-index: 1; padding: 6px 10px; background: var(--surface); text-align: left; vertical-align: top;
  box-shadow: inset 0 -1px var(--border);
}
th small { max-width: 22ch; }
th.n small { margin-left: auto; }
td { padding: 3px 10px; border-top: 1px solid var(--hairline); vertical-align: top; }
td.n, th.n { text-align: right; }
td.n { white-space: nowrap; }
td.t { min-width: min(44ch, 60vw); max-width: 60ch; overflow-wrap: anywhere; }
tbody tr:hover { background: var(--tint); }
tbody tr:has(:target) { background: var(--tint); }
details { margin: 4px 0 8px; }
summary { color: var(--accent); cursor: pointer; width: max-content; max-width: 100%; }
figure { margin: 8px 0 16px; max-width: 902px; }
.plot, .bar { overflow-x: auto; border: 1px solid var(--border); background: var(--surface); }
.plot svg { display: block; width: 100%; min-width: 640px; height: auto; }
.bar { max-width: 902px; }
.bar svg { display: block; width: 100%; height: auto; min-width: 640px; }
svg.outline { display: block; width: 72px; height: 18px; }
svg.outline path { fill: var(--accent); }
svg.key { display: inline-block; width: 10px; height: 10px; margin-right: 6px; }
footer { margin-top: 48px; padding-top: 12px; border-top: 1px solid var(--border); }
@media (max-width: 600px) { body { padding: 12px; } dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin-bottom: 6px; } }
@page { size: landscape; margin: 10mm; }
@media print {
  :root {
    color-scheme: light;
    --window: #FFFFFF; --surface: #FFFFFF; --border: #DDDDD8; --text: #1D1F21; --muted: #5F6368; --hairline: #EAEAE6;
    --accent: #0072B2; --tint: #FFFFFF; --outlier: #8F5F00; --special: #A8487F;
  }
  body { max-width: none; padding: 0; font-size: 12px; }
  nav { display: none; }
  .wide { max-height: none; overflow: visible; border: 0; }
  table { font-size: 8px; }
  th { position: static; padding: 2px 4px; }
  th small { font-size: 7px; }
  td { padding: 1px 4px; }
  td.n, td.t, td code { font-size: 8px; min-width: 0; }
  h3 + p { break-after: avoid; }
  h2, h3, summary { break-after: avoid; }
  h3, figure, tr, dl { break-inside: avoid; }
}
)";

}  // namespace

std::string htmlStyle() {
  std::string css{kColours};
  css += kLayout;
  // Pictures are written in the light palette; its neutral colours follow the page.
  for (const auto& [colour, variable] : {std::pair{svg::kSurface, "surface"},
                                         {svg::kText, "text"},
                                         {svg::kMuted, "muted"},
                                         {svg::kHairline, "hairline"},
                                         {svg::kOutlierText, "outlier"}})
    css += fmt::format("svg [fill=\"{0}\"] {{ fill: var(--{1}); }}\nsvg [stroke=\"{0}\"] {{ stroke: var(--{1}); }}\n",
                       colour, variable);
  return css;
}

}  // namespace ulpscope
