# SPDX-License-Identifier: GPL-2.0-or-later
"""TAP for the tests of this directory that are written in Python."""
import sys

results = {"n": 0, "bad": 0}


def ok(true, name, why=""):
    results["n"] += 1
    results["bad"] += not true
    print(f"{'ok' if true else 'not ok'} {results['n']} - {name}")
    if not true and why != "":
        print(f"# {why}")
    sys.stdout.flush()
    return bool(true)


def finish():
    print(f"1..{results['n']}")
    sys.exit(1 if results["bad"] else 0)
