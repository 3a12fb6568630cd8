/** The look of a report: one column, light, for reading and for print. */
export const REPORT_STYLE = `
body { margin: 2rem auto; max-width: 1160px; padding: 0 1rem; color: #191d21; background: #fff;
  font: 15px/1.5 "IBM Plex Sans", system-ui, sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 28px; font-weight: 500; margin: 0 0 .5rem; }
h2 { font-size: 20px; font-weight: 500; margin: 2.5rem 0 .5rem; padding-top: .75rem; border-top: 1px solid #dde1e5; }
p { margin: 0 0 .25rem; color: #454d56; overflow-wrap: anywhere; }
figure { margin: 0; min-width: 0; max-width: 100%; }
.figures { display: flex; align-items: flex-end; gap: .5rem; margin: 1rem 0; }
@media (max-width: 700px) { .figures { flex-wrap: wrap; } }
svg { display: block; max-width: 100%; height: auto; }
article { margin: 1rem 0; padding: .75rem 1rem; border-left: 3px solid #0b665c; background: #f5f6f7; }
.scroll { margin: 1rem 0; overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; line-height: 1.3; }
caption { text-align: start; color: #5f6872; padding-bottom: .25rem; }
th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid #dde1e5; text-align: start; vertical-align: baseline; }
th { font-weight: 500; }
thead th { color: #5f6872; }
th, td { overflow-wrap: anywhere; }
.number { text-align: end; white-space: nowrap; font-variant-numeric: tabular-nums; }
th.number { white-space: normal; }
tr, figure { break-inside: avoid; }
@media print { body { margin: 0; } }
`;
