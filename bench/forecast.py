"""How good the forecasts are, by simulated people whose future is known; see README.md."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from histories import DAY, HABITS, STEP, WEEK, History, Turn, make_history, moment

from codex_quota.pace import Pace, forecast

WINDOWS = {"weekly": (timedelta(days=7), 9), "five_hour": (timedelta(hours=5), 5)}  # length, and weeks of history
METHODS = ("forecast", "line", "rate")


@dataclass(frozen=True)
class Case:
    """One forecast against what came; errors are by method, in points and in hours (None where no method says "runs out")."""

    window: str
    habit: str
    basis: str
    off: int  # 0 where the truth lies within the interval, -1 below, 1 above
    points: dict[str, float]
    hours: dict[str, float] | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=12, help="people of each kind (default: %(default)s)")
    parser.add_argument("--seed", default="shown", help="any text (default: %(default)s)")
    options = parser.parse_args()
    cases = [case for window in WINDOWS for habit in HABITS for case in cases_of(window, habit, options.users, options.seed)]
    print(f"{'':22}{'n':>5} {'within':>7}{'below':>7}{'above':>7}   {'error, points':^27} {'error, hours':^27}")
    print(f"{'':48}   {''.join(f'{name:>9}' for name in METHODS)}{''.join(f'{name:>9}' for name in METHODS)}")
    for window in WINDOWS:
        mine = [case for case in cases if case.window == window]
        show(f"{window}", mine)
        for habit in HABITS:
            show(f"  {habit}", [case for case in mine if case.habit == habit])
        for basis in ("average", "history", "weekly_shape"):
            show(f"  by {basis}", [case for case in mine if case.basis == basis])
    print("within: how often the truth lies in the 80 % interval (wanted: 70 to 90 % in each row of a kind)")
    bursty = [case for case in cases if case.habit != "steady"]
    held: dict[str, list[dict[str, float]]] = {
        "percent at the reset": [case.points for case in bursty],
        "hours of exhaustion": [case.hours for case in bursty if case.hours is not None],
    }
    for name, errors in held.items():
        ours, line = (mean(error[method] for error in errors) for method in METHODS[:2])
        print(f"forecast / line  {ours / line:.2f}   error in {name}, all but steady: {ours:.1f} / {line:.1f}; wanted: under 1")
    milliseconds, count = speed()
    print(f"one forecast     {milliseconds:.1f} ms   from a year of thinned history, {count} observations; wanted under 20 ms")


def show(name: str, cases: Sequence[Case]) -> None:
    if not cases:
        return
    timed = [case.hours for case in cases if case.hours is not None]
    shares = "".join(f"{100 * mean(case.off == off for case in cases):6.0f}%" for off in (0, -1, 1))
    points = "".join(f"{mean(case.points[method] for case in cases):9.1f}" for method in METHODS)
    hours = "".join(f"{mean(hours[method] for hours in timed):9.1f}" if timed else f"{'-':>9}" for method in METHODS)
    print(f"{name:22}{len(cases):5} {shares}   {points}{hours}")


def cases_of(window: str, habit: str, users: int, seed: str) -> Iterator[Case]:
    """Forecasts for *users* people of one kind, each from several moments of several windows that ended as announced."""
    length, weeks = WINDOWS[window]
    for user in range(users):
        history = make_history(HABITS[habit], length, weeks, f"{seed}/{window}/{habit}/{user}")
        rng = random.Random(f"{seed}/{window}/{habit}/{user}/asked")
        turns = [turn for turn in history.turns if turn.cut == turn.end < len(history.demand)]
        for turn in rng.sample(turns, min(len(turns), 9)):
            for _ in range(3):
                step = turn.begin + round(rng.uniform(0.02, 0.95) * (turn.end - turn.begin))
                pace = forecast(history.until(turn, step), moment(step))
                if pace.reason is None:
                    yield judged(window, habit, pace, history, turn, step)


def judged(window: str, habit: str, pace: Pace, history: History, turn: Turn, step: int) -> Case:
    """What came of *pace*; the straight line is use since the beginning, and the other one the speed of late, both carried on."""
    end, used = moment(turn.end), float(pace.used_percent or 0)
    spent, came = history.exhausted(turn), float(history.used(turn, turn.end))
    runs_out = min(end, moment(spent)) if spent is not None else end
    slopes = {"line": used / ((step - turn.begin) * (STEP / timedelta(hours=1))), "rate": pace.rate or 0.0}
    at_reset = {"forecast": pace.percent_at_reset or 0.0}
    out = {"forecast": pace.exhausts_at or end}
    for method, slope in slopes.items():
        at_reset[method] = min(100.0, used + slope * ((end - pace.at) / timedelta(hours=1)))
        out[method] = min(end, pace.at + timedelta(hours=(100 - used) / slope)) if at_reset[method] >= 100 else end
    low, high = pace.percent_between or (0.0, 0.0)
    earliest, latest = pace.exhausts_between or (None, None)

    def place(percent: float, exhausted: datetime | None) -> float:
        """One scale for both ends of an interval: percent at the reset, and beyond 100 how much sooner it runs out."""
        return percent if exhausted is None or exhausted >= end else 100 + (end - exhausted) / history.length * 100

    truth, slack = place(came, runs_out), 100 * STEP / history.length if runs_out < end else 0.0
    off = -1 if truth < place(low, latest) - slack else 1 if truth > place(high, earliest) + slack else 0
    timed = {method: abs(at - runs_out) / timedelta(hours=1) for method, at in out.items()}
    return Case(
        window,
        habit,
        pace.basis or "",
        off,
        {method: abs(percent - came) for method, percent in at_reset.items()},
        timed if min(runs_out, out["forecast"], out["line"]) < end else None,
    )


def speed() -> tuple[float, int]:
    """The least processor time in milliseconds of one forecast from a year, and of how many observations."""
    length, now = timedelta(days=7), 51 * WEEK + 3 * DAY
    history = make_history(HABITS["office hours"], length, 52, "speed")
    turn = next(turn for turn in reversed(history.turns) if turn.begin < now)
    daily = {seen.at.date(): seen for seen in history.hourly if seen.at < moment(now) - timedelta(days=180)}
    seen = [*daily.values(), *(one for one in history.until(turn, now) if one.at >= moment(now) - timedelta(days=180))]
    return min(timed(lambda: forecast(seen, moment(now))) for _ in range(9)) * 1000, len(seen)


def timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def mean(values: Iterable[float]) -> float:
    """The mean; nan of nothing."""
    held = list(values)
    return sum(held) / len(held) if held else float("nan")


if __name__ == "__main__":
    main()
