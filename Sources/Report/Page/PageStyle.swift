/// The style sheet of pages, with the same look as the status page.
enum PageStyle {
    static let css = """
        :root {
          color-scheme: light dark;
          --bg: #fff; --fg: #1c2024; --muted: #5f6b76; --line: #dde1e6; --accent: #0a7f5a; --bad: #c0392b;
        }
        @media (prefers-color-scheme: dark) {
          :root { --bg: #14171a; --fg: #e7eaed; --muted: #98a3ad; --line: #2e353c; --accent: #3ecf9a; --bad: #ff7b6b; }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0 auto; padding: 1.25rem 1rem 2rem; max-width: 80rem; background: var(--bg); color: var(--fg);
          font: 16px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums;
        }
        h1, h2, p, figure { margin: 0; }
        h1 { font-size: 1.25rem; }
        h2 { font-size: 1rem; }
        header { display: flex; flex-wrap: wrap; gap: 0 1rem; align-items: baseline; margin-bottom: 1rem; }
        header p, footer, .cards p, .legend, thead { color: var(--muted); font-size: .8125rem; }
        main > h2 { margin: 1.5rem 0 .5rem; }
        .cards, .plots { display: grid; gap: .75rem; margin-bottom: .75rem; }
        .cards { grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); }
        .plots { grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
        .cards div, figure { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; min-width: 0; }
        .cards strong { display: block; font-size: 1.25rem; font-weight: 600; line-height: 1.3; overflow-wrap: anywhere; }
        .legend { display: flex; flex-wrap: wrap; gap: 0 .875rem; min-height: 1.25rem; margin-bottom: .25rem; }
        .legend i { display: inline-block; width: .7em; height: .7em; margin-right: .4em; border-radius: 2px; }
        svg { display: block; width: 100%; height: auto; }
        svg text { fill: var(--muted); font-size: 11.5px; }
        .full { fill: var(--accent); background: var(--accent); }
        .half { fill: var(--accent); background: var(--accent); opacity: .55; }
        .faint { fill: var(--accent); background: var(--accent); opacity: .25; }
        .wrong { fill: var(--bad); background: var(--bad); }
        rect:hover { opacity: .8; }
        .grid, .tick { stroke: var(--line); }
        path.area { fill: var(--accent); fill-opacity: .25; stroke: var(--accent); stroke-width: 1.5; }
        path.outline { fill: none; stroke: var(--fg); stroke-width: 1.5; stroke-dasharray: 4 3; }
        i.area { background: var(--accent); }
        i.outline { border: 1px dashed var(--fg); }
        .wide { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; }
        table { border-collapse: collapse; width: 100%; font-size: .875rem; white-space: nowrap; }
        th, td { padding: .35rem .625rem; text-align: left; font-weight: inherit; }
        thead th { vertical-align: bottom; line-height: 1.3; }
        td, .number { text-align: right; }
        tbody tr, tfoot tr { border-top: 1px solid var(--line); }
        tbody tr:hover { background: color-mix(in srgb, var(--accent) 8%, transparent); }
        tfoot { font-weight: 600; }
        td.bad { color: var(--bad); }
        summary { cursor: pointer; padding: .5rem 0; color: var(--muted); font-size: .875rem; }
        footer { margin-top: 1rem; }

        """
}
