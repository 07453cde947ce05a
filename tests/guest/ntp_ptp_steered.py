# SPDX-License-Identifier: GPL-2.0-or-later
"""Inside of a guest of ntp-ptp-truth.sh: the daemon keeps the system clock and a NIC's clock by
PTP, then all over again by NTP, from the same reference over the same link with the same noise
and wander. Both servers' stamps are those of the reference itself. How far both clocks truly
are from it, by simnic, goes to standard output as ntp_ptp_table.py reads it."""
import random
import sys
import time

import simnic_lab as simnic
from ptp_lab import TAI, Lab, Linuxptp, control, until

SETTLE_S = 400
LOOKS_PER_S = 2
FREQUENCY_PPB = 30000       # of the NIC's oscillator
# of NIC and reference, so that the system's oscillator, which is true time, wanders too
WANDER_PPT = 100
READ_NS = 1000

CONFIG = {
    "PTP": 'sources = ( { protocol = "ptp"; interface = "r0"; transport = "ipv4"; } );',
    "NTP": """sources = ( { address = "10.50.1.1"; min_poll = 0; max_poll = 0; } );
              serve_ptp = { interface = "r0"; transport = "ipv4"; };""",
}


def noise(seed, jitter_ns):
    """Of both ways, and of the clocks."""
    for i, nic in enumerate(("m0", "r0")):
        for key, value in (("jitter_ns", jitter_ns), ("jitter_shape", 1), ("seed", 2 * seed + i)):
            simnic.setting("nics", nic, key, value)
    for i, clock in enumerate(("ref", "r0")):
        # the seed begins another walk: before there is one
        for key, value in (("seed", 2 * seed + i), ("wander_ppt", WANDER_PPT),
                           ("read_ns", READ_NS), ("precise", 0)):
            simnic.setting("clocks", clock, key, value)


def phc_of(clock):
    with open(f"{simnic.DEBUGFS}/clocks/{clock}/state") as f:
        return next(f"/dev/ptp{line.split()[1]}" for line in f if line.startswith("ptp "))


def offsets():
    """How far the NIC's clock (TAI) and the system's (UTC) are ahead of the reference, ns."""
    with open(f"{simnic.DEBUGFS}/clocks/ref/offsets") as f:
        now = dict(line.split() for line in f)
    # a float has no fractions of a ns that are 37 s away
    whole, _, part = now["realtime"].partition(".")
    return float(now["r0"]), int(whole) + TAI + float(f"{'-' if whole[0] == '-' else ''}0.{part}")


class Run:
    def __init__(self, lab, protocol, seed, jitter_ns):
        self.lab, self.protocol, self.seed, self.jitter_ns = lab, protocol, seed, jitter_ns
        control("clock", "ref")
        lab.namespace("gm")
        lab.namespace("host")
        lab.pair(("gm", "m0"), ("host", "r0"), 1, ("ref", "-"))
        noise(seed, jitter_ns)
        simnic.setting("clocks", "r0", "frequency_ppb", FREQUENCY_PPB)
        if protocol == "PTP":
            lab.ptp4l(Linuxptp(lab, "linuxptp"), "gm", "gm", "-i", "m0", "-4", "-H",
                      "--masterOnly", "1", "--free_running", "1")
        else:
            lab.spawn("gm", "gm", sys.executable, f"{sys.path[0]}/ref_ntp.py", "m0", "10.50.1.1",
                      phc_of("ref"))
        lab.agent("host", "host", CONFIG[protocol])

    def complaints(self):
        """Why these would be no figures of what they are said to be of."""
        # a port that gives time is a source that nobody feeds
        sources = {s["protocol"]: s for s in self.lab.ask("host", "sources")}
        source, phc = sources[self.protocol.lower()], self.lab.ask("host", "phc")
        if source["stamps"] != {"transmit": "hardware", "receive": "hardware"}:
            yield "not all stamps are the NICs'"
        if self.protocol == "NTP" and not source["interleaved"]:
            yield "NTP is not interleaved"
        if [c["steering"] for c in phc] != ["steered"]:
            yield "the NIC's clock is not steered"

    def watch(self, seconds):
        """False: something is not as it is to be."""
        chance = random.Random(self.seed)
        for _ in range(seconds * LOOKS_PER_S):
            time.sleep(chance.uniform(0.5, 1.5) / LOOKS_PER_S)     # in step with no servo
            for clock, off in zip(("PHC", "system clock"), offsets()):
                print("sample", f"{self.jitter_ns} ns, {clock}", self.protocol, self.seed,
                      f"{off:.3f}", sep="\t", flush=True)
        complaints = list(self.complaints())
        for complaint in complaints:
            print(f"# {self.protocol}, seed {self.seed}: {complaint}")
        return not complaints

    def end(self):
        self.lab.clear()
        control("delete", "ref")


def measure(work, protocol, seed, jitter_ns, seconds):
    run = Run(Lab(work), protocol, seed, jitter_ns)
    fine = until(60, lambda: all(abs(o) < 1e6 for o in offsets()))
    if fine:
        time.sleep(SETTLE_S)
        fine = run.watch(seconds)
    else:
        print(f"# {protocol}, seed {seed}: the clocks stay where they are")
    if not fine:
        run.lab.show("host")
        run.lab.show("gm")
    run.end()
    return fine


def main(work, count, first_seed, seconds, jitter_ns):
    return all([measure(work, protocol, seed, jitter_ns, seconds)
                for seed in range(first_seed, first_seed + count) for protocol in CONFIG])


sys.exit(not main(sys.argv[1], *map(int, sys.argv[2:6])))
