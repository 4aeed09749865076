"""Figures, how they come about, and how they are shown. Who measures two things does it in turn, round after
round, and takes the ratio within each round: what else the machine does falls on both. The median of the rounds is
the figure; their range, and what a job that is always the same took meanwhile, tell how far to believe it."""

import dataclasses
import hashlib
import os
import statistics
import time

WORK = bytes(16 << 20)
COUNTED = ("turns", "of them")


@dataclasses.dataclass
class Figure:
    """`values` is one number a round; `floor` is what nobody can do without, in the same unit, or why there is
    none; `detail` is for whoever wants to know more."""

    row: str
    values: list
    unit: str = ""
    floor: float = None
    detail: str = ""


def show_number(value, unit=""):
    """With three digits that matter."""
    if value is None:
        return "–"
    places = 0 if unit in COUNTED or abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:.{places}f}"


class Rounds:
    """`count` rounds of several jobs; each job returns its seconds."""

    def __init__(self, count):
        self.count = count
        self.reference_s = []
        self.load = [os.getloadavg()[0]]

    def refer(self):
        """A job that never changes."""
        began = time.monotonic()
        hashlib.sha256(WORK).digest()
        self.reference_s.append(time.monotonic() - began)

    def run(self, jobs):
        """Seconds, or what each job returns, a round each; the first of each is not counted."""
        times = {name: [] for name in jobs}
        for number in range(self.count + 1):
            for name, job in jobs.items():
                took = job()
                if number:
                    times[name].append(took)
            self.refer()
        self.load.append(os.getloadavg()[0])
        return times

    def noise(self):
        """How far apart the job that never changes was, and the load."""
        each = self.reference_s or [1.0]
        apart = (max(each) - min(each)) / statistics.median(each)
        return f"{apart:.0%}", f"{max(self.load):.1f}"


def ratios(times, ours, theirs):
    return [a / b for a, b in zip(times[ours], times[theirs])]


def milliseconds(times):
    """For the detail: medians."""
    return ", ".join(f"{name} {statistics.median(each) * 1000:.1f} ms" for name, each in times.items())


HEAD = ("row", "target", "figure", "range", "", "floor", "noise", "load", "what")
LINE = "{:17} {:>8} {:>8} {:>13} {:6} {:>6} {:>6} {:>5}  {}"


def print_head():
    print(LINE.format(*HEAD), flush=True)


def print_figure(row, figure, noise):
    """`row` is a row of the table in bench: its name, target, limit and what it is."""
    middle = statistics.median(figure.values)
    met = "" if row.limit is None else "met" if middle <= row.limit else "ABOVE"
    span = f"{show_number(min(figure.values), figure.unit)}–{show_number(max(figure.values), figure.unit)}"
    target = "–" if row.limit is None else f"≤ {row.limit:g}"
    what = row.what + (f" [{figure.unit}]" if figure.unit else "")
    print(LINE.format(row.name, target, show_number(middle, figure.unit), span, met,
                      show_number(figure.floor, figure.unit), *noise, what), flush=True)
    if figure.detail:
        print(f"{'':17} {figure.detail}", flush=True)
