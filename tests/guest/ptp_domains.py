# SPDX-License-Identifier: GPL-2.0-or-later
"""Two domains over the sockets of one NIC, with hardware stamps: served, the first of them by
the kernel module, and followed, by one clock of a NIC. Called by ptp_served.py."""
import re

from ptp_lab import TAI, module, offset, until
from ptp_sequences import Sequences
from ptp_way import by
from tap import ok

CLOSE_NS = 2000
DOMAINS = (0, 24)


class Domains:
    """One wire; at its other end two ptp4l, which share a NIC by multicast only."""

    def __init__(self, lab, linuxptp, transport="ipv4"):
        self.lab, self.linuxptp, self.transport = lab, linuxptp, transport

    def entry(self, domain, *more):
        return "{ " + " ".join((
            f'interface = "o0"; transport = "{self.transport}"; domain = {domain};',
            "announce_interval = 0; sync_interval = -1;", *more)) + " }"

    def peers(self, *options):
        """The first one keeps the NIC's clock."""
        for d in DOMAINS:
            self.lab.ptp4l(self.linuxptp, "theirs", f"t{d}", "-i", "t0", "-4",
                           "--domainNumber", str(d), "--logAnnounceInterval", "0",
                           "--logSyncInterval", "-1", "--free_running", str(int(d != 0)), *options)

    def ports(self):
        clocks = self.lab.ask("ours", "ptp")
        return [by(clocks, "domain", d)["ports"][0] for d in DOMAINS]

    def measured(self):
        """What the free-running one says last, ns."""
        found = re.findall(r"master offset +(-?\d+) ", self.lab.log("t24"))
        return int(found[-1]) if found else 10**9

    def begin(self):
        self.lab.namespace("ours")
        self.lab.namespace("theirs")
        self.lab.pair(("theirs", "t0"), ("ours", "o0"), 1)
        self.lab.spoil("t0", 4)
        self.lab.spoil("o0", 3)

    def lost(self):
        return [p["counters"]["lost_stamps"] for p in self.ports()]

    def answered(self):
        """The first by the module, the second by the daemon, some times."""
        first, second = self.ports()
        return (first["kernel"]["delay_responses"] > 5 and
                second["counters"]["sent"]["delay_resp"] > 5 and
                not second["kernel"]["delay_responses"])

    def serve(self):
        self.begin()
        module(self.lab, True)
        self.peers("--slaveOnly", "1", "--summary_interval", "-1")
        self.lab.agent("ours", "ours", "serve_ptp = ( " + ", ".join(
            self.entry(d, f"dscp_event = {d};") for d in DOMAINS) + " );", kernel="auto")
        what = "two domains served"
        ok(until(90, lambda: abs(offset("t0") + TAI) < CLOSE_NS / 10 and
                 abs(self.measured()) < CLOSE_NS / 10),
           f"{what}: both ptp4l are right within {CLOSE_NS // 10} ns",
           (offset("t0") + TAI, self.measured()))
        ok(until(20, lambda: [p["kernel"]["serving"] for p in self.ports()] == [True, False]),
           f"{what}: the first by the module, the second without it",
           [p["kernel"] for p in self.ports()])
        ok(until(60, self.answered), f"{what}: each client is answered",
           [(p["kernel"], p["counters"]["sent"]) for p in self.ports()])
        first, second = self.ports()
        ok([p["stamps"] for p in (first, second)] == ["hardware"] * 2 and
           self.lost() == [0, 0], f"{what}: with hardware stamps, of which none is lost",
           self.lost())
        ok("another domain" in (second["kernel"]["trouble"] or ""),
           f"{what}: what is not the module's says why", second["kernel"])
        self.end()

    def clients(self):
        return [p["unicast"]["clients"] for p in self.ports()]

    def counts(self):
        """Of each domain: Syncs and Delay_Resps of the module, and of the daemon."""
        return [(k["syncs"], k["delay_responses"], s["sync"], s["delay_resp"])
                for k, s in ((p["kernel"], p["counters"]["sent"]) for p in self.ports())]

    def grow(self, which):
        """Soon these have all grown, and no other one at all: pairs of domain and count."""
        first = self.counts()

        def grown(since, by_more):
            now = self.counts()
            return {(d, i) for d in range(2) for i in range(4) if now[d][i] > since[d][i] + by_more}
        # from when they do: others may have had their turn until then
        done = until(60, lambda: grown(first, 0) >= which)
        before = self.counts()
        done = done and until(60, lambda: grown(before, 2) >= which)
        return done and grown(before, 0) == which, (first, before, self.counts())

    def grant(self):
        """One host is a unicast client of both, from one address."""
        self.begin()
        module(self.lab, True)
        self.lab.agent("ours", "ours", "serve_ptp = ( " + ", ".join(
            self.entry(d, 'delivery = "unicast"; allow = [ "10.50.0.0/16" ];')
            for d in DOMAINS) + " );", kernel="auto")
        # to steer the one system clock would bend the other daemon's lines to its NIC's clock
        self.lab.agent("theirs", "their", "control_clock = false;\nsources = ( " + ", ".join(
            self.entry(d, 'protocol = "ptp"; delivery = "unicast"; address = "10.50.1.2";')
            .replace('"o0"', '"t0"') for d in DOMAINS) + " );")
        what = "one client of two domains"
        ok(until(90, lambda: self.clients() == [1, 1]), f"{what}: both grant", self.clients())
        ok(until(20, lambda: [p["kernel"]["serving"] for p in self.ports()] == [True, False]),
           f"{what}: the first by the module, the second without it",
           [p["kernel"] for p in self.ports()])
        heard, lost = Sequences("theirs", "t0"), [self.lost()]
        both = {(0, 0), (0, 1), (1, 2), (1, 3)}
        ok(*self.named(f"{what}: the module does all of the first, the daemon of the second",
                       self.grow(both)))
        lost.append(self.lost())
        module(self.lab, False)
        ok(*self.named(f"{what}: the module goes, the daemon does both",
                       self.grow({(0, 2), (0, 3), (1, 2), (1, 3)})))
        module(self.lab, True)
        ok(until(20, lambda: self.ports()[0]["kernel"]["serving"]) and self.clients() == [1, 1],
           f"{what}: the module comes back, and both grants are there", self.clients())
        ok(*self.named(f"{what}: it does all of the first again", self.grow(both)))
        ok(until(60, lambda: all(p["state"] == "SLAVE" for p in self.their_ports())),
           f"{what}: it follows both", [p["state"] for p in self.their_ports()])
        ok(heard.read() and len(heard.last) == 2 and not heard.back,
           f"{what}: of each the sequenceIds go on", (heard.last, heard.back))
        lost.append(self.lost())
        ok(lost == [[0, 0]] * 3, f"{what}: no stamp is lost", lost)
        self.lab.show("their", 10)
        self.end()
        module(self.lab, False)

    def named(self, name, result):
        return result[0], name, result[1]

    def their_ports(self):
        clocks = self.lab.ask("their", "ptp")
        return [by(clocks, "domain", d)["ports"][0] for d in DOMAINS]

    def receive(self):
        self.begin()
        self.peers("--masterOnly", "1")
        self.lab.agent("ours", "ours", "sources = ( " + ", ".join(
            self.entry(d, 'protocol = "ptp";') for d in DOMAINS) + " );", kernel="auto")
        what = "two domains followed"
        ok(until(90, lambda: all(p["state"] == "SLAVE" for p in self.ports())),
           f"{what}: both ports are SLAVE", [p["state"] for p in self.ports()])
        ok(until(120, self.leads), f"{what}: one of them leads the NIC's clock, which is right",
           (offset("o0", "t0"), self.lab.ask("ours", "phc")))
        sources = {s["name"]: s for s in self.lab.ask("ours", "sources")}
        ok(set(sources) == {"o0", "o0#24"} and
           all(s["stamps"]["receive"] == "hardware" and s["state"] in ("selected", "combined")
               for s in sources.values()), f"{what}: both sources are in use", sources)
        ok(self.lost() == [0, 0], f"{what}: no stamp is lost", self.lost())
        self.end()

    def leads(self):
        phc = self.lab.ask("ours", "phc")
        return any(p["direct"] for p in phc) and abs(offset("o0", "t0")) < CLOSE_NS / 10

    def end(self):
        self.lab.show("ours", 20)
        self.lab.clear()

    def run(self):
        self.grant()
        self.serve()
        self.receive()
        module(self.lab, False)
