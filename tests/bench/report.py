# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines of cost.sh, request.sh and memory.sh to tables, or to JSON with --json."""
import json
import statistics
import sys

LOADS = {"load": "64 in flight", "single": "one at a time"}


SERVERS = {"chronyd": "chronyd", "ours": "agent", "socket": "socket", "ingress": "ingress"}


def check_replies(server, mode, interleaved, replies):
    wanted = 0 if mode == "basic" else 0.95 * replies
    if interleaved < wanted or (mode == "basic" and interleaved):
        sys.exit(f"report: {server} sent {interleaved} of {replies} {mode} replies interleaved")


def check_ptp(server, syncs, delay_resps, client_seconds):
    """A few less or more than one for each."""
    if min(syncs, delay_resps) < 0.9 * client_seconds or max(syncs, delay_resps) > 1.2 * client_seconds:
        sys.exit(f"report: {server} sent {syncs} Sync, {delay_resps} Delay_Resp "
                 f"in {client_seconds} client-seconds")


def read(lines):
    cost, request, memory, ptp, stateless, unit = {}, {}, {}, {}, {}, None
    for line in lines:
        word = line.split()
        if word[:1] == ["cost"]:
            server, mode, load, value, unit, interleaved, replies = word[1:8]
            cost.setdefault((mode, load), {}).setdefault(server, []).append(int(value))
            check_replies(server, mode, int(interleaved), int(replies))
        elif word[:1] == ["request"]:
            server, mode, load, value, interleaved, replies = word[1:7]
            request.setdefault((mode, load), {})[SERVERS[server]] = int(value)
            if load == "load":  # one at a time only some are asked, the first ones basic
                check_replies(server, mode, int(interleaved), int(replies))
        elif word[:1] == ["ptp"]:
            check_ptp(word[1], *(int(v) for v in word[5:8]))
            ptp.setdefault((word[2], int(word[3])), {})[word[1]] = int(word[4])
        elif word[:1] == ["stateless"]:
            check_ptp(word[1], int(word[5]), int(word[5]), int(word[6]))
            stateless.setdefault((word[2], int(word[3])), {})[word[1]] = int(word[4])
        elif word[:1] == ["memory"]:
            values = [int(v) for v in word[2:8]]
            keys = ("clients", "rss_start", "pss_start", "rss", "pss")
            memory.setdefault(values[0], {})[word[1]] = dict(zip(keys, values[1:]))
    return cost, request, memory, ptp, stateless, unit


def main():
    cost, request, memory, ptp, stateless, unit = read(sys.stdin)
    if not cost:
        sys.exit("report: nothing was measured")
    rows = []
    for (mode, load), by in sorted(cost.items()):
        ours, peer = (statistics.median(by[s]) for s in ("ours", "chronyd"))
        rows.append({"mode": mode, "load": LOADS[load], "ours": ours, "chronyd": peer,
                     "ratio": round(ours / peer, 3)})
    if "--json" in sys.argv:
        json.dump({"version": 1, "unit": unit, "cost_per_request": rows,
                   "machine_per_request": [{"mode": m, "load": LOADS[k], **by}
                                           for (m, k), by in sorted(request.items())],
                   "ptp_client_second": [{"load": LOADS[k], "clients": n, **by}
                                         for (k, n), by in sorted(ptp.items())],
                   "stateless_client_second": [{"protocol": k, "clients": n, **by}
                                               for (k, n), by in sorted(stateless.items())],
                   "memory_kB": [{"clientloglimit": k, **v} for k, v in sorted(memory.items())]},
                  sys.stdout, indent=1)
        print()
        return
    print(f"CPU {unit} per request, user and kernel")
    print(f"{'mode':12} {'load':14} {'ours':>8} {'chronyd':>8} {'ratio':>6}")
    for r in rows:
        print(f"{r['mode']:12} {r['load']:14} {r['ours']:8.0f} {r['chronyd']:8.0f} {r['ratio']:6.2f}")
    if request:
        print("\ninstructions per request, whole machine (chronyd's share)")
        print(f"{'mode':12} {'load':14} {'chronyd':>8}", *(f"{s:>14}" for s in list(SERVERS.values())[1:]))
    for (mode, load), by in sorted(request.items()):
        print(f"{mode:12} {LOADS[load]:14} {by['chronyd']:8}",
              *(f"{v:6} (1/{by['chronyd'] / v:4.2f})" for s, v in by.items() if s != "chronyd"))
    if ptp:
        print("\ninstructions per unicast PTP client and second, whole machine (ptp4l's share)")
    for (load, clients), by in sorted(ptp.items()):
        print(f"{clients:5} clients, {LOADS[load]:14}", f"ptp4l {by['ptp4l']:6}",
              *(f"{s} {v:6} (1/{by['ptp4l'] / v:4.2f})" for s, v in by.items() if s != "ptp4l"))
    if stateless:
        print("\ninstructions per PTP client without state and second, whole machine")
    for (how, clients), by in sorted(stateless.items()):
        print(f"{clients:5} clients, {how:14}", *(f"{s} {v:6}" for s, v in by.items()))
    if memory:
        print("\nmemory with 100,000 distinct clients, kB")
        print(f"{'clientloglimit':>14} {'server':8} {'clients kept':>12} {'RSS':>7} {'PSS':>7} {'grown by':>8}")
    for limit, by in sorted(memory.items()):
        for server in ("ours", "chronyd"):
            m = by[server]
            print(f"{limit:14} {server:8} {m['clients']:12} {m['rss']:7} {m['pss']:7} "
                  f"{m['rss'] - m['rss_start']:8}")


main()
