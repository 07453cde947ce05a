#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Two protocols side by side: what was sampled of both, as a table on standard output.

    ntp_ptp_table.py RATIO UNCERTAINTY <SAMPLES
    (lines "sample<TAB>WHAT<TAB>PROTOCOL<TAB>RUN<TAB>NS"; others are left out)

Errors of one run stay alike for minutes, so its samples count for a few at most; runs are
independent of each other. What chance has a share in is therefore told by drawing runs anew
with replacement (the bootstrap). The status is 1 when the RMS of one protocol is more than RATIO
times the other's, or when the standard deviation of that ratio is more than UNCERTAINTY of it,
so that the samples tell nothing."""
import collections
import math
import random
import sys

DRAWS = 4000


def read(lines):
    """{what: {protocol: {run: [ns]}}}"""
    out = {}
    for line in lines:
        word = line.rstrip("\n").split("\t")
        if word[0] == "sample":
            runs = out.setdefault(word[1], {}).setdefault(word[2], collections.defaultdict(list))
            runs[word[3]].append(float(word[4]))
    return out


def mean_square(values):
    return sum(v * v for v in values) / len(values)


def row(what, protocol, runs):
    every = [v for values in runs.values() for v in values]
    each = sorted(math.sqrt(mean_square(values)) for values in runs.values())
    return (f"| {what} | {protocol} | {math.sqrt(mean_square(every)):.1f} | "
            f"{sum(every) / len(every):.1f} | {max(map(abs, every)):.1f} | "
            + ", ".join(f"{e:.3g}" for e in each) + " |")


def log_ratio(runs):
    """Of both RMS, of runs that were sampled equally often."""
    return 0.5 * math.log(sum(r[0] for r in runs) / sum(r[1] for r in runs))


def spread(runs):
    """The standard deviation of log_ratio() and its 5 and 95 %, runs drawn anew."""
    chance = random.Random(1)
    draws = sorted(log_ratio(chance.choices(runs, k=len(runs))) for _ in range(DRAWS))
    mean = sum(draws) / DRAWS
    sd = math.sqrt(sum((d - mean) ** 2 for d in draws) / (DRAWS - 1))
    return sd, draws[DRAWS // 20], draws[-DRAWS // 20]


def judge(what, by_protocol, limit, uncertainty):
    if len(by_protocol) != 2:
        print(f"# {what}: there are not two to compare")
        return False
    names = sorted(by_protocol)
    both = [by_protocol[name] for name in names]
    runs = [[mean_square(p[r]) for p in both] for r in both[0] if r in both[1]]
    ratio, (sd, low, high) = log_ratio(runs), spread(runs)
    single = sorted(max(1, math.exp(abs(log_ratio([r])))) for r in runs)
    print(f"# {what}: {names[0]} is {math.exp(ratio):.2f} of {names[1]}, {math.exp(low):.2f} to "
          f"{math.exp(high):.2f} in 90 % of the draws, standard deviation {100 * sd:.0f} %; in "
          f"single runs one is {single[len(single) // 2]:.2f} of the other (median of "
          f"{len(runs)}), {single[-1]:.2f} at most")
    if sd > uncertainty:
        print(f"# {what}: too few runs to tell")
    return abs(ratio) <= math.log(limit) and sd <= uncertainty


def main(limit, uncertainty):
    samples = read(sys.stdin)
    print("| | by | RMS, ns | mean | max | RMS of each run |")
    print("|---|---|---|---|---|---|")
    for what, by_protocol in samples.items():
        for protocol, runs in by_protocol.items():
            print(row(what, protocol, runs))
    fine = [judge(what, p, limit, uncertainty) for what, p in samples.items()]
    return bool(fine) and all(fine)


if __name__ == "__main__":
    sys.exit(not main(float(sys.argv[1]), float(sys.argv[2])))
