# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon's PTP beside linuxptp's on simulated NICs: run by ptp.sh, with the directory
of the programs and the names of the linuxptps in it."""
import os
import sys
import time

import simnic_lab as simnic
from ptp_lab import TAI, Lab, Linuxptp, control, offset, until
from ptp_late import Late
from ptp_stacked import ActiveBackup, Lacp, Vlan
from ptp_stateless import Stateless
from ptp_way import TRANSPORTS, Way, by, serve
from tap import finish, ok

# What counts as right: the stamps are exact, so that much is due to the servos, which
# have just begun. Mistakes are larger: the asymmetry, the time in a queue, a second.
CLOSE_NS = 2000
ASYMMETRY_NS = 20000
PPB = 12345


def ways(lab, steps):
    all_ways = [(t, m, s) for t in TRANSPORTS for m in ("e2e", "p2p") for s in steps]
    all_ways += [(t, "e2e", "two", True) for t in TRANSPORTS]
    return [Way(lab, i + 1, *w) for i, w in enumerate(all_ways)]


def no_loss(clocks):
    """But perhaps the first: until the NIC's clock was read twice stamps mean nothing."""
    lost = {p["interface"]: p["counters"]["lost_stamps"] for c in clocks for p in c["ports"]}
    ok(max(lost.values()) <= 1, "no stamp is lost", lost)


class Receiver:
    """Ours, of all that ptp4l can be as grandmaster. Their NICs have one clock, "gm"."""

    def __init__(self, lab, linuxptp):
        self.lab, self.linuxptp, self.ways = lab, linuxptp, ways(lab, ("two", "one"))

    def start(self):
        lab = self.lab
        lab.namespace("ours")
        lab.namespace("theirs")
        control("clock", "gm")
        # a fifth of a second ahead of this host: it is to step, and then to slew
        simnic.setting("clocks", "gm", "step_ns", TAI + 200_000_000 + offset("gm"))
        simnic.setting("clocks", "gm", "frequency_ppb", PPB)
        for w in self.ways:
            w.wire("gm")
            lab.ptp4l(self.linuxptp, "theirs", w.theirs, *w.options(), *w.grants(), "--masterOnly",
                      "1", "--logSyncInterval", "-2", "--logMinDelayReqInterval", "0")
        self.unequal = self.ways[0]
        simnic.setting("nics", self.unequal.theirs, "delay_ns", 1000 + ASYMMETRY_NS)
        lab.agent("ours", "ours", "sources = ( " + ", ".join(
            w.source(f"asymmetry = {-ASYMMETRY_NS * 1e-9:.9f};" if w is self.unequal else "")
            for w in self.ways) + " );")

    def look(self):
        self.clocks = self.lab.ask("ours", "ptp")
        self.sources = self.lab.ask("ours", "sources")
        self.error = offset("gm") + TAI
        self.phc = {w.number: offset("gm", w.ours) for w in self.ways}

    def port(self, w):
        return by(self.clocks, "domain", w.number)["ports"][0]

    def good(self, w):
        """What is measured is right; "outlier" is only noisier than others here."""
        s = by(self.sources, "name", w.ours)
        unequal = ASYMMETRY_NS / 2 if w is self.unequal else 0
        return (self.port(w)["state"] == "SLAVE" and
                s["state"] in ("selected", "combined", "outlier") and
                s["stamps"] == {"transmit": "hardware", "receive": "hardware"} and
                abs(s["last_offset"] * 1e9 - unequal) < CLOSE_NS and
                abs(self.phc[w.number]) < CLOSE_NS)

    def corrected(self):
        """What is made of it is right too, the known asymmetry taken off."""
        return all(s["samples"] and abs(s["offset"] * 1e9) < CLOSE_NS for s in self.sources)

    def settled(self):
        self.look()
        return (abs(self.error) < CLOSE_NS and self.corrected() and
                all(self.good(w) for w in self.ways))

    def said(self, w):
        s, p = by(self.sources, "name", w.ours), self.port(w)
        return f"{p['state']}, {p['trouble']}, PHC {self.phc[w.number]}, " + ", ".join(
            f"{k} {s[k]}" for k in ("state", "reason", "offset", "last_offset", "delay",
                                         "samples", "stamps")) + \
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
        print("# estimates:", *(round(s["offset"] * 1e9) for s in self.sources), "ns")
        ok(self.corrected(), "so is the estimate of every source, also where a path's asymmetry "
           "is known", [self.said(w) for w in self.ways])
        no_loss(self.clocks)
        ok(all(s["max_error"] * 1e9 > abs(self.error) for s in self.sources),
           "the bounds hold")

    def run(self):
        self.start()
        self.judge()
        self.lab.clear()
        control("delete", "gm")


class Transmitter:
    """Ours, as grandmaster of all that ptp4l can be as time-receiver, each with its clock.
    Ours are ports of one card."""

    def __init__(self, lab, linuxptp):
        self.lab, self.linuxptp, self.ways = lab, linuxptp, ways(lab, ("two", "one"))

    def good(self, w):
        """As of the last look."""
        return abs(self.errors[w.number]) < CLOSE_NS and "to SLAVE" in self.lab.log(w.theirs)

    def settled(self):
        self.errors = {w.number: offset(w.theirs) + TAI for w in self.ways}
        return all(self.good(w) for w in self.ways)

    def judge(self):
        until(90, self.settled)
        print("# their clocks are off by", ", ".join(map(str, self.errors.values())), "ns")
        clocks = self.lab.ask("ours", "ptp")
        for w in self.ways:
            c = by(clocks, "domain", w.number)
            p = c["ports"][0]
            bad = not self.good(w)
            ok(not bad, f"ptp4l {self.linuxptp.version} follows ours: {w.name}",
               f"{self.errors[w.number]} ns, {p['state']}, {p['trouble']}, {p['counters']}")
            if bad:
                self.lab.show(w.theirs)
        sent = {w.name: by(clocks, "domain", w.number)["ports"][0]["counters"]["sent"]
                for w in self.ways}
        ok(all(sent[w.name]["follow_up"] == 0 for w in self.ways if w.steps == "one") and
           all(sent[w.name]["follow_up"] > 0 for w in self.ways if w.steps == "two"),
           "one-step means no Follow_Up", sent)
        ok(all(c["is_grandmaster"] and c["ports"][0]["state"] == "MASTER" and
               c["ports"][0]["stamps"] == "hardware" for c in clocks),
           "and has hardware stamps of all ports that it gives time at")
        no_loss(clocks)

    def run(self):
        serve(self.lab, self.linuxptp, self.ways)
        self.judge()
        self.lab.clear()
        control("delete", "card")


class Boundary:
    """Ours between two ptp4l, "up" and "down", each in a namespace of its own: who is best
    changes, and everybody is to follow whoever it is."""

    BOTH = ('interface = [ "b0", "b1" ]; transport = "ipv4"; announce_interval = 0; '
            'sync_interval = -1;')
    WIRE = {"up": ("u0", "10"), "down": ("d0", "20")}

    def __init__(self, lab, up, down):
        self.lab, self.linuxptp = lab, {"up": up, "down": down}
        self.versions = f"{up.version} and {down.version}"

    def start_theirs(self, name):
        nic, priority = self.WIRE[name]
        self.lab.ptp4l(self.linuxptp[name], name, name, "-i", nic, "-4", "--priority1", priority,
                       "--logAnnounceInterval", "0", "--logSyncInterval", "-2")

    def start(self):
        lab = self.lab
        for name in ("ours", "up", "down"):
            lab.namespace(name)
        for i, (ns, ours) in enumerate((("up", "b0"), ("down", "b1"))):
            nic = self.WIRE[ns][0]
            lab.pair((ns, nic), ("ours", ours), i + 1)
            lab.spoil(nic, 5 + i)
            lab.spoil(ours, 7 + i)
        # without a step of it, "up" is what they all find
        simnic.setting("clocks", "u0", "step_ns", TAI + 300_000_000 + offset("u0"))
        self.start_theirs("up")
        self.start_theirs("down")
        lab.agent("ours", "ours", f'sources = ( {{ protocol = "ptp"; {self.BOTH} }} ); '
                  f'serve_ptp = ( {{ {self.BOTH} }} ); ptp_management = {{ set = true; }};')

    def states(self):
        self.clock = self.lab.ask("ours", "ptp")[0]
        return [p["state"] for p in self.clock["ports"]]

    def errors(self, reference):
        """Of the host's clock and the PHCs in use, by the one that is followed."""
        nics = {"up": ["u0"], "down": ["d0"], "ours": ["b0", "b1"]}
        names = [n for k in nics if k in self.lab.running for n in nics[k]]
        if reference is None:
            return {n: offset(n) + TAI for n in names}
        return {"host": offset(reference) + TAI, **{n: offset(reference, n) for n in names}}

    def expect(self, what, states, reference):
        """Ports of ours, and the NIC whose clock all others are to be on (none: the host's)."""
        def right():
            good = self.states() == states and all(abs(e) < CLOSE_NS for e in
                                                   self.errors(reference).values())
            return good and self.clock["is_grandmaster"] == (reference is None)

        good = until(120, right)
        errors = self.errors(reference)     # for people
        print("# errors:", ", ".join(f"{k} {v} ns" for k, v in errors.items()))
        ok(good, f"{what} (ptp4l {self.versions})", f"{self.states()} {errors} {self.clock}")
        if not good:
            for name in self.lab.running:
                self.lab.show(name)

    def pmc(self, linuxptp, ns, *words):
        return self.lab.pmc(linuxptp, ns, self.WIRE[ns][0], "-4", *words)

    def change(self):
        self.expect("a boundary clock of ours gives on what it receives", ["SLAVE", "MASTER"], "u0")
        for ns in ("up", "down"):
            said = self.pmc(self.linuxptp[ns], ns, "GET PARENT_DATA_SET", "GET CURRENT_DATA_SET")
            gm = self.clock["parent"]["grandmaster"]
            ok(f"grandmasterIdentity                   {gm}" in said and
               "stepsRemoved     1" in said, f"pmc {self.linuxptp[ns].version} reads it", said)
        said = self.pmc(self.linuxptp["up"], "up", "SET PRIORITY1 5")
        ok("RESPONSE MANAGEMENT PRIORITY1" in said, "pmc sets its priority", said)
        self.expect("and it becomes the grandmaster", ["MASTER", "MASTER"], None)
        self.pmc(self.linuxptp["down"], "down", "SET PRIORITY1 128")
        self.expect("pmc sets it back, and it is none", ["SLAVE", "MASTER"], "u0")
        self.lab.stop("up")
        self.expect("when the best goes, the next one is followed", ["MASTER", "SLAVE"], "d0")
        self.lab.stop("down")
        self.expect("when both go, ours is the grandmaster", ["MASTER", "MASTER"], None)
        self.start_theirs("down")
        self.expect("when one comes back, it is followed", ["MASTER", "SLAVE"], "d0")
        self.start_theirs("up")
        self.expect("when the best comes back, it is followed", ["SLAVE", "MASTER"], "u0")

    def run(self):
        self.start()
        self.change()
        self.lab.clear()


class Managed:
    """Ours, asked by pmc over every transport; of its hardware it tells on its host."""

    def __init__(self, lab, linuxptp):
        self.lab, self.linuxptp = lab, linuxptp
        self.ways = [Way(lab, i + 1, transport, "e2e", "two")
                     for i, transport in enumerate(TRANSPORTS)]

    def start(self):
        lab = self.lab
        lab.namespace("ours")
        lab.namespace("theirs")
        for w in self.ways:
            lab.pair(("theirs", w.theirs), ("ours", w.ours), w.number)
        lab.agent("ours", "ours", "ptp_management = { set = true; }; serve_ptp = ( " +
                  ", ".join(w.port() for w in self.ways) + " );")

    def pmc(self, w, *commands):
        return self.lab.pmc(self.linuxptp, "theirs", w.theirs, TRANSPORTS[w.transport], "-d",
                            str(w.number), *commands)

    def said(self, w, ident):
        answers = self.lab.ask("ours", "ptp_get", id=ident, domain=w.number)
        return answers[0].get("data", {})

    def judge(self):
        ready = until(60, lambda: all(c["ports"][0]["state"] == "MASTER"
                                      for c in self.lab.ask("ours", "ptp")))
        ok(ready, "ours gives time at all ports")
        for w in self.ways:
            out = self.pmc(w, "GET PORT_DATA_SET", "SET PRIORITY2 99", "GET PRIORITY2")
            ok("portState               MASTER" in out and out.count("priority2 99") == 2,
               f"pmc {self.linuxptp.version} reads and sets ours: {w.transport}", out)
            nic, phc = self.said(w, "PORT_PROPERTIES_NP"), self.said(w, "PORT_HWCLOCK_NP")
            ok(nic.get("timestamping") == 1 and nic.get("interface") == w.ours and
               phc.get("phcIndex", -1) >= 0, f"it knows its hardware: {w.transport}", (nic, phc))

    def run(self):
        self.start()
        self.judge()
        self.lab.clear()


class Transparent:
    """A transparent clock between: ptp4l, in the middle of ptp4l - it - ours, both ways. What
    it keeps a message for, and only it knows, is in the correction field."""

    def __init__(self, lab, *linuxptp):
        self.lab, self.of = lab, dict(zip(("e2e", "p2p"), linuxptp))

    def middle(self, mechanism, name, near, far, domain):
        """From the namespace "theirs" to "ours": NICs NAMEt - near far - NAMEo."""
        lab, ns = self.lab, f"tc-{name}"
        lab.namespace(ns)
        control("clock", ns)
        lab.pair(("theirs", f"{name}t"), (ns, near), ord(name), ("-", ns))
        lab.pair((ns, far), ("ours", f"{name}o"), ord(name) + 1, (ns, "-"))
        for i, clock in enumerate((f"{name}t", ns, f"{name}o")):
            lab.spoil(clock, 9 + i)
        lab.ptp4l(self.of[mechanism], ns, ns, "-i", near, "-i", far, "-2", "--clock_type",
                  f"{mechanism.upper()}_TC", "-P" if mechanism == "p2p" else "-E",
                  "--domainNumber", str(domain))

    def start(self, mechanism):
        lab = self.lab
        for ns in ("theirs", "ours"):
            lab.namespace(ns)
        self.middle(mechanism, "a", "x0", "x1", 0)
        self.middle(mechanism, "b", "y0", "y1", 1)
        option = "-P" if mechanism == "p2p" else "-E"
        simnic.setting("clocks", "at", "step_ns", TAI + 200_000_000 + offset("at"))
        lab.ptp4l(self.of[mechanism], "theirs", "at", "-i", "at", "-2", option, "--masterOnly", "1",
                  "--logSyncInterval", "-2")
        lab.ptp4l(self.of[mechanism], "theirs", "bt", "-i", "bt", "-2", option, "--slaveOnly", "1",
                  "--domainNumber", "1")
        port = (f'transport = "ethernet"; profile = "default-{mechanism}"; '
                'announce_interval = 0; sync_interval = -1;')
        lab.agent("ours", "ours", f'sources = ( {{ protocol = "ptp"; interface = "ao"; {port} }} );'
                  f'serve_ptp = ( {{ interface = "bo"; domain = 1; {port} }} );')

    def run(self):
        for mechanism, linuxptp in self.of.items():
            self.start(mechanism)
            good = until(120, self.settled)
            clocks = self.lab.ask("ours", "ptp")
            errors = self.errors
            print("# errors: %d ns, %d ns" % errors)
            through = f"through a transparent clock, {mechanism} (ptp4l {linuxptp.version})"
            ok(abs(errors[0]) < CLOSE_NS, f"ours follows {through}", clocks)
            ok(abs(errors[1]) < CLOSE_NS, f"ptp4l follows ours {through}", clocks)
            if not good:
                for name in self.lab.running:
                    self.lab.show(name)
            self.lab.clear()
            control("delete", "tc-a")
            control("delete", "tc-b")

    def settled(self):
        """The host by the grandmaster, and their clock by ours at the same moment."""
        self.errors = offset("at") + TAI, offset("bt", "bo")
        return max(map(abs, self.errors)) < CLOSE_NS


# with each linuxptp, with the first and the last, or with the last
EACH = {"receive": Receiver, "transmit": Transmitter, "manage": Managed}
BOTH = {"boundary": Boundary, "transparent": Transparent}
LAST = {"vlan": Vlan, "bond": ActiveBackup, "lacp": Lacp,
        "late": Late, "stateless": Stateless}


def part(name, lab, *versions):
    start = time.monotonic()
    (EACH | BOTH | LAST)[name](lab, *versions).run()
    print(f"# {name}, linuxptp {' and '.join(v.version for v in versions)}: "
          f"{time.monotonic() - start:.0f} s of the guest's")


def main():
    lab = Lab(sys.argv[1])
    versions = [Linuxptp(lab, name) for name in sys.argv[2:]]
    for name in os.environ.get("ATS_PTP_PARTS", " ".join(EACH | BOTH | LAST)).split():
        if name in BOTH:
            part(name, lab, versions[0], versions[-1])
            continue
        for linuxptp in versions if name in EACH else versions[-1:]:
            part(name, lab, linuxptp)
    finish()


main()
