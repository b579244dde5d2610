"""Samples in, medians and ratios out: JSON for programs, Markdown for people."""

import json
import os
import platform
import statistics

SELF = "sampan"


def number(value):
    size = abs(value)
    return f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 0.1 else f"{value:.3f}"


class Row:
    """One figure, measured for several programs.

    figure   what is measured, in words
    unit     of the samples
    peer     which program the promise compares with ("" where the figure stands for itself)
    first    the ratio (or absolute bound) promised now; moonshot: where it shall go; None: none
    more     bigger is better (the ratio is then ours / theirs as well, and must be at least it)
    """

    def __init__(self, key, figure, unit, peer="", first=None, moonshot=None, more=False):
        self.key, self.figure, self.unit, self.peer = key, figure, unit, peer
        self.first, self.moonshot, self.more = first, moonshot, more
        self.samples = {}

    def add(self, program, value):
        self.samples.setdefault(program, []).append(value)

    def median(self, program):
        values = self.samples.get(program)
        return statistics.median(values) if values else None

    def tenth(self, program):
        """The 10th percentile from the better side: noise of a busy machine only makes worse."""
        values = self.samples.get(program)
        if not values:
            return None
        ordered = sorted(values, reverse=self.more)
        return ordered[int(0.1 * (len(ordered) - 1))]

    def ratio(self, of):
        """Ours to the peer's, or ours alone where there is no peer in the promise."""
        ours = of(SELF)
        if ours is None:
            return None
        if not self.peer:
            return ours
        theirs = of(self.peer)
        return ours / theirs if theirs else None

    def verdict(self):
        value = self.ratio(self.median)
        if value is None or self.first is None:
            return "-"
        reached = (lambda bound: value >= bound) if self.more else (lambda bound: value <= bound)
        return "moonshot" if reached(self.moonshot) else "reached" if reached(self.first) else "missed"

    def json(self):
        return {
            "figure": self.figure,
            "unit": self.unit,
            "more_is_better": self.more,
            "peer": self.peer,
            "first": self.first,
            "moonshot": self.moonshot,
            "ratio": self.ratio(self.median),
            "ratio_p10": self.ratio(self.tenth),
            "verdict": self.verdict(),
            "programs": {
                name: {
                    "median": self.median(name),
                    "p10": self.tenth(name),
                    "min": min(values),
                    "max": max(values),
                    "samples": len(values),
                }
                for name, values in self.samples.items()
            },
        }


class Report:
    def __init__(self):
        self.rows = {}
        self.notes = []

    def row(self, key, *words, **options):
        if key not in self.rows:
            self.rows[key] = Row(key, *words, **options)
        return self.rows[key]

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)

    def json(self, settings):
        return {
            "machine": {"cpus": os.cpu_count(), "kernel": platform.release()},
            "settings": settings,
            "rows": {key: row.json() for key, row in self.rows.items() if row.samples},
            "notes": self.notes,
        }

    def markdown(self):
        rows = [row for row in self.rows.values() if row.samples]
        lines = [
            f"# Measured on {os.cpu_count()} processors, Linux {platform.release()}",
            "",
            "Median, 10th percentile from the better side in brackets. A ratio is ours to the peer's.",
            "",
            "| figure | unit | ours | peer | ratio | promised | moonshot | verdict |",
            "|---|---|---|---|---|---|---|---|",
        ]
        for row in rows:
            if row.first is not None or SELF in row.samples:
                lines.append(self._promise(row))
        lines += ["", "## Everybody", ""]
        names = []
        for row in rows:
            names += [name for name in row.samples if name not in names]
        lines += ["| figure | unit | " + " | ".join(names) + " |", "|" + "---|" * (len(names) + 2)]
        for row in rows:
            cells = [self._cell(row, name) for name in names]
            lines.append(f"| {row.figure} | {row.unit} | " + " | ".join(cells) + " |")
        if self.notes:
            lines += ["", "## Notes", ""] + [f"- {note}" for note in self.notes]
        return "\n".join(lines) + "\n"

    @staticmethod
    def _cell(row, name):
        middle = row.median(name)
        return "-" if middle is None else f"{number(middle)} ({number(row.tenth(name))})"

    def _promise(self, row):
        sign = "≥" if row.more else "≤"
        ratio, tenth = row.ratio(row.median), row.ratio(row.tenth)
        shown = "-" if ratio is None or not row.peer else f"{number(ratio)} ({number(tenth)})"
        peer = f"{row.peer} {self._cell(row, row.peer)}" if row.peer else "-"
        bounds = ["-" if bound is None else f"{sign} {number(bound)}" for bound in (row.first, row.moonshot)]
        return (
            f"| {row.figure} | {row.unit} | {self._cell(row, SELF)} | {peer} | {shown} | "
            f"{bounds[0]} | {bounds[1]} | {row.verdict()} |"
        )

    def write(self, folder, settings):
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "results.json"), "w", encoding="utf-8") as file:
            json.dump(self.json(settings), file, indent=1)
        with open(os.path.join(folder, "results.md"), "w", encoding="utf-8") as file:
            file.write(self.markdown())
