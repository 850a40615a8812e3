# SPDX-License-Identifier: Apache-2.0
"""The page of side_by_side.py: one HTML file with SVG charts drawn here; it needs nothing else, and no network."""
import html
import math

COLOURS = {"capy": "#1f6feb", "llama.cpp": "#d4761c", "ik_llama.cpp": "#2f8f46"}
OTHER = "#777777"
DASHES = {"4": "", "8": "7 4", "16": "2 4"}
BITS = {"4": "4-bit", "8": "8-bit", "16": "16-bit"}
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1c1c1c; background: #fff; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
svg { display: block; width: 100%; height: auto; margin: .5rem 0 1.5rem; }
table { border-collapse: collapse; font-size: 13px; } td, th { padding: .15rem .8rem .15rem 0; text-align: left; border-bottom: 1px solid #ddd; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
.note { background: #fff4d6; padding: .4rem .8rem; border-left: 4px solid #e0a800; } code { font-size: 12px; overflow-wrap: anywhere; }
"""


def text(x, y, words, size=13, anchor="start", colour="#1c1c1c", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}" '
            f'font-weight="{weight}">{html.escape(str(words))}</text>')


def svg(width, height, title, parts):
    return (f'<svg viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{html.escape(title)}" '
            f'font-family="system-ui, sans-serif">{"".join(parts)}</svg>')


def number(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def round_steps(most, wanted=5):
    """0 and round numbers up to at least `most`."""
    step = 10 ** math.floor(math.log10(max(most, 1e-9) / wanted))
    step *= next(m for m in (1, 2, 5, 10) if most / (step * m) <= wanted)
    return [i * step for i in range(math.ceil(most / step) + 1)]


def bars(title, unit, rows):
    """rows: (label, program, {median, min, max}); a whisker from least to most."""
    left, right, step, top = 190, 90, 27, 46
    width, height = 900, top + step * len(rows) + 14
    most = max(figure["max"] for _, _, figure in rows) or 1
    scale = (width - left - right) / most
    parts = [text(0, 18, title, 15, weight="bold"), text(left, 36, unit, 12, colour="#666")]
    for i, (label, program, figure) in enumerate(rows):
        y = top + i * step
        middle = y + 9
        colour = COLOURS.get(program, OTHER)
        parts.append(text(left - 10, middle + 5, label, anchor="end"))
        parts.append(f'<rect x="{left}" y="{y}" width="{max(figure["median"] * scale, 1):.1f}" height="18" fill="{colour}"/>')
        low, high = left + figure["min"] * scale, left + figure["max"] * scale
        if high - low > 1:
            parts.append(f'<path d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8M{high:.1f} {middle - 4}v8" '
                         'stroke="#1c1c1c" stroke-width="1.2" fill="none"/>')
        parts.append(text(max(high, left + figure["median"] * scale) + 7, middle + 5, number(figure["median"]), weight="bold"))
    return svg(width, height, title, parts)


def spread(wanted, distance):
    """The positions in ascending order, moved apart to at least `distance`."""
    placed = []
    for y in wanted:
        placed.append(max(y, placed[-1] + distance) if placed else y)
    return placed


def lines(title, unit, axis, series):
    """series: (label, program, width, [(x, y)]); x are few and stand at equal distances."""
    left, right, top, bottom, width, height = 64, 220, 46, 46, 900, 360
    xs = sorted({x for _, _, _, points in series for x, _ in points})
    steps = round_steps(max(y for _, _, _, points in series for _, y in points))
    across = (width - left - right) / max(len(xs) - 1, 1)
    up = (height - top - bottom) / steps[-1]
    place = {x: left + i * across for i, x in enumerate(xs)}
    parts = [text(0, 18, title, 15, weight="bold"), text(left, 36, unit, 12, colour="#666")]
    for value in steps:
        y = height - bottom - value * up
        parts.append(f'<path d="M{left} {y:.1f}H{width - right}" stroke="#e3e3e3"/>')
        parts.append(text(left - 8, y + 4, number(value), 12, "end", "#666"))
    for x in xs:
        parts.append(text(place[x], height - bottom + 20, number(x), 12, "middle", "#666"))
    parts.append(text((left + width - right) / 2, height - 6, axis, 12, "middle", "#666"))
    ends = []
    for label, program, bits, points in series:
        colour = COLOURS.get(program, OTHER)
        path = [(place[x], height - bottom - y * up) for x, y in sorted(points)]
        parts.append(f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in path)}" fill="none" stroke="{colour}" '
                     f'stroke-width="2.2" stroke-dasharray="{DASHES[bits]}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{colour}"/>' for x, y in path]
        ends.append((path[-1][1], path[-1][0], f"{label}  {number(sorted(points)[-1][1])}", colour))
    ends.sort()
    for (y, x, label, colour), at in zip(ends, spread([end[0] for end in ends], 16)):
        parts.append(f'<path d="M{x + 5:.1f} {y:.1f}L{width - right + 12} {at:.1f}" stroke="{colour}" stroke-width=".6"/>')
        parts.append(text(width - right + 15, at + 4, label, 12, colour=colour))
    return svg(width, height, title, parts)


def label_of(row):
    return f"{row['program']} {row['type']}"


def bar_chart(table, part, name, title, unit):
    rows = [(label_of(row), row["program"], row["figures"][name]) for row in table
            if row["part"] == part and name in row["figures"]]
    return bars(title, unit, rows) if rows else ""


def line_chart(table, part, before, title, unit, axis):
    """Of the figures whose names are `before` and a number."""
    series = []
    for row in table:
        points = [(int(name[len(before):]), figure["median"]) for name, figure in row["figures"].items()
                  if row["part"] == part and name.startswith(before) and name[len(before):].isdigit()]
        if points:
            series.append((label_of(row), row["program"], row["width"], points))
    return lines(title, unit, axis, series) if series else ""


def figures_table(table):
    rows = ["<tr><th>part<th>program<th>type<th>figure<th>median<th>least<th>most"]
    for row in table:
        head = "".join(f"<td>{html.escape(row[key])}" for key in ("part", "program", "type"))
        if "failure" in row:
            rows.append(f"<tr>{head}<td colspan=4>not measured: {html.escape(row['failure'])}")
        for name, figure in row["figures"].items():
            cells = "".join(f'<td class="number">{number(figure[key])}' for key in ("median", "min", "max"))
            rows.append(f"<tr>{head}<td>{html.escape(name)}{cells}")
    return f"<table>{''.join(rows)}</table>"


def facts_list(facts):
    lines_of = [f"{facts['cpu']}, {facts['cores']} cores; {facts['threads']} threads each; {facts['date']}",
                f"medians of {facts['rounds']} rounds, each program started anew in every round, one after the other"]
    lines_of += [f"{name}: <code>{html.escape(info)}</code>" for name, info in facts["programs"].items()]
    sizes = ", ".join(f"{html.escape(name)} {size / 1e6:,.0f} MB" for name, size in facts["files"].items())
    lines_of.append(f"weights: {sizes}")
    limits = facts.get("limits", {})
    if limits:
        peak = f", {limits['operations_s'] / 1e12:.2f} T operations/s ({limits['instruction']})" if "operations_s" in limits else ""
        lines_of.append(f"the machine: reads {limits['memory_bytes_s'] / 1e9:.1f} GB/s{peak}")
    return "<ul>" + "".join(f"<li>{line}" for line in lines_of) + "</ul>"


def page(facts, noise, table):
    prompt = facts["prompt"]
    charts = [
        bar_chart(table, "prefill", "prefill", f"Reading a prompt of {prompt} tokens", "tokens/s, more is better"),
        bar_chart(table, "decode", "decode", f"Writing {facts['generate']} tokens, one sequence", "tokens/s, more is better"),
        line_chart(table, "sequences", "decode x ", "Writing several sequences in one batch", "tokens/s of all together",
                   "sequences"),
        line_chart(table, "depth", "prefill at ", f"Reading {prompt} tokens behind a context", "tokens/s", "tokens of context"),
        line_chart(table, "depth", "decode at ", "Writing behind a context", "tokens/s", "tokens of context"),
        bar_chart(table, "start", "first token, ms", "From exec to the first token, prompt of 32", "milliseconds, less is better"),
        bar_chart(table, "start", "rss, MB", "Memory at that moment, context of 4,096", "MB resident at most, less is better"),
    ]
    title = f"capy beside its peers: {facts['model']}"
    notes = "".join(f'<p class="note">{html.escape(line)}</p>' for line in noise)
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{html.escape(title)}</title><style>{STYLE}</style><h1>{html.escape(title)}</h1>{notes}"
            f"{facts_list(facts)}{''.join(charts)}<h2>All figures</h2>{figures_table(table)}</html>\n")
