# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon's PTP beside linuxptp's on simulated NICs: run by ptp.sh, with the directory
of the programs and the names of the linuxptps in it."""
import os
import sys
import time

import simnic_lab as simnic
from ptp_lab import TAI, Lab, Linuxptp, control, offset, until
from tap import finish, ok

TRANSPORTS = {"ethernet": "-2", "ipv4": "-4", "ipv6": "-6"}
# What counts as right: the stamps are exact, so that much is due to the servos, which
# have just begun. Mistakes are larger: the asymmetry, the time in a queue, a second.
CLOSE_NS = 2000
ASYMMETRY_NS = 20000
PPB = 12345


class Way:
    """One wire with one way to speak PTP over it."""

    def __init__(self, number, transport, mechanism, steps):
        self.number, self.transport = number, transport
        self.mechanism, self.steps = mechanism, steps
        self.ours, self.theirs = f"o{number}", f"t{number}"
        self.name = f"{transport}, {mechanism}, {steps}-step"

    def port(self, *more):
        """Of our configuration."""
        profile = "default-p2p" if self.mechanism == "p2p" else "default-e2e"
        return (f'{{ interface = "{self.ours}"; domain = {self.number}; '
                f'transport = "{self.transport}"; profile = "{profile}"; announce_interval = 0; '
                f'sync_interval = -1; {" ".join(more)} }}')

    def options(self):
        """Of ptp4l."""
        out = ["-i", self.theirs, TRANSPORTS[self.transport],
               "-P" if self.mechanism == "p2p" else "-E", "--domainNumber", str(self.number),
               "--logAnnounceInterval", "0", "--logMinPdelayReqInterval", "0"]
        if self.steps == "one":
            out += ["--twoStepFlag", "0", "--time_stamping", "onestep"]
        return out


def ways(steps=("two", "one")):
    out = []
    for transport in TRANSPORTS:
        for mechanism in ("e2e", "p2p"):
            for step in steps:
                out.append(Way(len(out) + 1, transport, mechanism, step))
    return out


def by(items, key, value):
    return next((x for x in items if x[key] == value), None)


def no_loss(clocks):
    """But perhaps the first: until the NIC's clock was read twice stamps mean nothing."""
    lost = {p["interface"]: p["counters"]["lost_stamps"] for c in clocks for p in c["ports"]}
    ok(max(lost.values()) <= 1, "no stamp is lost", lost)


class Receiver:
    """Ours, of all that ptp4l can be as grandmaster. Their NICs have one clock, "gm"."""

    def __init__(self, lab, linuxptp):
        self.lab, self.linuxptp, self.ways = lab, linuxptp, ways()

    def start(self):
        lab = self.lab
        lab.namespace("ours")
        lab.namespace("theirs")
        control("clock", "gm")
        # a fifth of a second ahead of this host: it is to step, and then to slew
        simnic.setting("clocks", "gm", "step_ns", TAI + 200_000_000 + offset("gm"))
        simnic.setting("clocks", "gm", "frequency_ppb", PPB)
        for w in self.ways:
            lab.pair(("theirs", w.theirs), ("ours", w.ours), w.number, ("gm", "-"))
            simnic.setting("clocks", w.ours, "frequency_ppb", 1000 * w.number - 5000)
            simnic.setting("clocks", w.ours, "step_ns", 54321 * w.number)
            lab.ptp4l(self.linuxptp, "theirs", w.theirs, *w.options(), "--masterOnly", "1",
                      "--logSyncInterval", "-2", "--logMinDelayReqInterval", "0")
        self.unequal = self.ways[0]
        simnic.setting("nics", self.unequal.theirs, "delay_ns", 1000 + ASYMMETRY_NS)
        lab.agent("ours", "ours", "sources = ( " + ", ".join(
            w.port('protocol = "ptp";', f"asymmetry = {-ASYMMETRY_NS * 1e-9:.9f};"
                   if w is self.unequal else "")
            for w in self.ways) + " );")

    def look(self):
        self.clocks = self.lab.ask("ours", "ptp")
        self.sources = self.lab.ask("ours", "sources")
        self.error = offset("gm") + TAI
        self.phc = {w.number: offset("gm", w.ours) for w in self.ways}

    def port(self, w):
        return by(self.clocks, "domain", w.number)["ports"][0]

    def good(self, w):
        s = by(self.sources, "name", w.ours)
        return (self.port(w)["state"] == "SLAVE" and s["state"] in ("selected", "combined") and
                s["stamps"] == {"transmit": "hardware", "receive": "hardware"} and
                abs(s["offset"] * 1e9) < CLOSE_NS and abs(self.phc[w.number]) < CLOSE_NS)

    def settled(self):
        self.look()
        return abs(self.error) < CLOSE_NS and all(self.good(w) for w in self.ways)

    def said(self, w):
        s, p = by(self.sources, "name", w.ours), self.port(w)
        return f"{p['state']}, {p['trouble']}, PHC {self.phc[w.number]}, " + ", ".join(
            f"{k} {s[k]}" for k in ("state", "reason", "offset", "delay", "samples", "stamps")) + \
            f", {p['counters']}"

    def judge(self):
        until(90, self.settled)
        print(f"# the clock is {self.error} ns off, PHCs", *self.phc.values())
        for w in self.ways:
            # of PHCs, too: they are kept on the host's time
            ok(self.good(w), f"ours follows ptp4l {self.linuxptp.version}: {w.name}", self.said(w))
            if not self.good(w):
                self.lab.show(w.theirs)
        ok(abs(self.error) < CLOSE_NS, f"and the host's clock is right within {CLOSE_NS} ns",
           f"{self.error} ns")
        no_loss(self.clocks)
        ok(all(s["max_error"] * 1e9 > abs(self.error) for s in self.sources),
           "the bounds hold")


    def run(self):
        self.start()
        self.judge()
        self.lab.clear()
        control("delete", "gm")


class Transmitter:
    """Ours, as grandmaster of all that ptp4l can be as time-receiver, each with its clock."""

    def __init__(self, lab, linuxptp):
        self.lab, self.linuxptp, self.ways = lab, linuxptp, ways(("two",))

    def start(self):
        lab = self.lab
        lab.namespace("ours")
        lab.namespace("theirs")
        for w in self.ways:
            lab.pair(("theirs", w.theirs), ("ours", w.ours), w.number)
            simnic.setting("clocks", w.ours, "frequency_ppb", 1000 * w.number - 5000)
            simnic.setting("clocks", w.theirs, "frequency_ppb", PPB + 3000 * w.number)
            lab.ptp4l(self.linuxptp, "theirs", w.theirs, *w.options(), "--slaveOnly", "1",
                      "--logSyncInterval", "-1")
        lab.agent("ours", "ours", "serve_ptp = ( " + ", ".join(
            w.port() for w in self.ways) + " );")

    def error(self, w):
        return offset(w.theirs) + TAI

    def good(self, w):
        return abs(self.error(w)) < CLOSE_NS and "to SLAVE" in self.lab.log(w.theirs)

    def judge(self):
        until(90, lambda: all(self.good(w) for w in self.ways))
        print("# their clocks are off by " + ", ".join(str(self.error(w)) for w in self.ways) +
              " ns")
        clocks = self.lab.ask("ours", "ptp")
        for w in self.ways:
            c = by(clocks, "domain", w.number)
            p = c["ports"][0]
            bad = not self.good(w)
            ok(not bad, f"ptp4l {self.linuxptp.version} follows ours within {CLOSE_NS} ns: {w.name}",
               f"{self.error(w)} ns, {p['state']}, {p['trouble']}, {p['counters']}")
            if bad:
                self.lab.show(w.theirs)
        ok(all(c["is_grandmaster"] and c["ports"][0]["state"] == "MASTER" and
               c["ports"][0]["stamps"] == "hardware" for c in clocks),
           "and has hardware stamps of all ports that it gives time at")
        no_loss(clocks)

    def run(self):
        self.start()
        self.judge()
        self.lab.clear()


PARTS = {"receive": Receiver, "transmit": Transmitter}


def main():
    lab = Lab(sys.argv[1])
    for name in sys.argv[2:]:
        linuxptp = Linuxptp(lab, name)
        for part in os.environ.get("ATS_PTP_PARTS", " ".join(PARTS)).split():
            start = time.monotonic()
            PARTS[part](lab, linuxptp).run()
            print(f"# {part}, linuxptp {linuxptp.version}: {time.monotonic() - start:.0f} s")
    finish()


main()
