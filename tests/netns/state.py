#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""state.py SOCKET EXPRESSION: is EXPRESSION true of the daemon's state now?

EXPRESSION is Python over `tracking`, `sources`, `peers`, `ptp` (as in
Documentation/control-protocol.md), source(ADDRESS) and peer(ADDRESS).
state.py SOCKET print EXPRESSION prints it; state.py SOCKET call JSON sends a
request and prints the answer.
"""
import json
import socket
import sys


def call(path, request):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(5)
        s.connect(path)
        s.sendall(json.dumps({"version": 1, **request}).encode() + b"\n")
        return json.loads(s.makefile().readline())


def main():
    path, rest = sys.argv[1], sys.argv[2:]
    if rest[0] == "call":
        print(json.dumps(call(path, json.loads(rest[1]))))
        return 0
    names = {k: call(path, {"command": k})[k] for k in ("tracking", "sources", "peers", "ptp")}

    def find(kind, address):
        return next(x for x in names[kind] if address in (x["address"], x["name"]))

    names["source"] = lambda a: find("sources", a)
    names["peer"] = lambda a: find("peers", a)
    value = eval(rest[-1], names)
    if rest[0] == "print":
        print(value)
        return 0
    return 0 if value else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, StopIteration, TypeError, KeyError, ValueError) as e:
        print(f"# {sys.argv[-1]}: {e!r}", file=sys.stderr)
        sys.exit(1)
