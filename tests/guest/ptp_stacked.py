# SPDX-License-Identifier: GPL-2.0-or-later
"""Parts of ptp.py: PTP over interfaces that are on top of NICs, by whose hardware stamps
and clocks it lives: VLANs, bonds with one active member, bonds that use all members."""
import time

import simnic_lab as simnic
from ptp_lab import TAI, control, offset, until
from tap import ok

CLOSE_NS = 2000
# ptp4l has the other end's NIC stamp PTP only: the server's stamps are the kernel's
NTP_CLOSE_NS = 10000
HARDWARE = {"transmit": "hardware", "receive": "hardware"}
PHC_FREE = 'phc = "free";'
OPTIONS = {"ethernet": "-2", "ipv4": "-4"}


def port(interface, domain, transport, *more):
    """Of our configuration."""
    return "{ " + " ".join((f'interface = "{interface}"; domain = {domain};',
                            f'transport = "{transport}"; announce_interval = 0;',
                            "sync_interval = -1;", *more)) + " }"


def by_name(items, name):
    return next(x for x in items if x["name"] == name)


class Vlan:
    """Both roles over both transports, each on a VLAN of a wire of its own."""

    TAG = 5

    def __init__(self, lab, linuxptp):
        self.lab, self.linuxptp = lab, linuxptp
        roles = [(t, r) for t in OPTIONS for r in ("receiver", "transmitter")]
        self.ways = [(i + 1, *w) for i, w in enumerate(roles)]

    def wire(self, number, role):
        """Without addresses but on the VLANs."""
        lab, clock = self.lab, "gm" if role == "receiver" else "-"
        ends = ("theirs", f"t{number}"), ("ours", f"o{number}")
        lab.pair(*ends, number, (clock, "-"))
        for i, (ns, name) in enumerate(ends):
            vlan = f"{name}.{self.TAG}"
            lab.ip("-n", ns, "addr", "flush", "dev", name)
            lab.ip("-n", ns, "link", "add", "link", name, "name", vlan, "type", "vlan", "id",
                   str(self.TAG))
            lab.ip("-n", ns, "addr", "add", f"10.60.{number}.{i + 1}/24", "dev", vlan)
            lab.ip("-n", ns, "link", "set", vlan, "up")
        if clock == "-":
            lab.spoil(f"t{number}", number)
        lab.spoil(f"o{number}", number + 4)

    def start(self):
        lab, config = self.lab, {"receiver": [], "transmitter": []}
        for ns in ("ours", "theirs"):
            lab.namespace(ns)
        control("clock", "gm")
        simnic.setting("clocks", "gm", "step_ns", TAI + 200_000_000 + offset("gm"))
        for number, transport, role in self.ways:
            self.wire(number, role)
            theirs = f"t{number}.{self.TAG}"
            lab.ptp4l(self.linuxptp, "theirs", theirs, "-i", theirs, OPTIONS[transport],
                      "--domainNumber", str(number), "--logAnnounceInterval", "0",
                      "--logSyncInterval", "-1", "--logMinDelayReqInterval", "0",
                      "--masterOnly" if role == "receiver" else "--slaveOnly", "1")
            config[role].append(port(f"o{number}.{self.TAG}", number, transport,
                                     'protocol = "ptp";' if role == "receiver" else ""))
        lab.agent("ours", "ours", f"sources = ( {', '.join(config['receiver'])} );"
                  f"serve_ptp = ( {', '.join(config['transmitter'])} );")

    def good(self, number, role):
        error = self.error if role == "receiver" else offset(f"t{number}") + TAI
        c = next(c for c in self.clocks if c["domain"] == number)["ports"][0]
        self.said[number] = f"{error} ns, {c['state']}, {c['stamps']}, {c['trouble']}"
        if role == "receiver":
            s = by_name(self.sources, f"o{number}.{self.TAG}")
            return (c["state"] == "SLAVE" and s["stamps"] == HARDWARE and
                    abs(s["last_offset"] * 1e9) < CLOSE_NS and abs(error) < CLOSE_NS and
                    abs(offset("gm", f"o{number}")) < CLOSE_NS)
        return c["state"] == "MASTER" and c["stamps"] == "hardware" and abs(error) < CLOSE_NS

    def settled(self):
        self.said = {}
        self.error = offset("gm") + TAI
        self.clocks, self.sources = self.lab.ask("ours", "ptp"), self.lab.ask("ours", "sources")
        return all([self.good(n, role) for n, _, role in self.ways])

    def run(self):
        self.start()
        until(90, self.settled)
        for number, transport, role in self.ways:
            bad = not self.good(number, role)
            ok(not bad, f"over a VLAN, {transport}: ours as {role}, hardware stamps of the NIC "
               f"below (ptp4l {self.linuxptp.version})", self.said[number])
            if bad:
                self.lab.show(f"t{number}.{self.TAG}")
        print("#", *self.said.values(), sep=" | ")
        self.lab.clear()
        control("delete", "gm")


class Bond:
    """Two wires between two bonds. Their NICs are of one card, with one clock; ours have a
    clock each. What is said of time is looked at four times a second."""

    MODE = ["mode", "active-backup"]

    def __init__(self, lab, linuxptp):
        self.lab, self.linuxptp = lab, linuxptp

    def bond(self, ns, members, address, mac):
        lab = self.lab
        lab.ip("-n", ns, "link", "add", "bond0", "type", "bond", *self.MODE, "miimon", "100")
        for name in members:
            lab.ip("-n", ns, "addr", "flush", "dev", name)
            lab.ip("-n", ns, "link", "set", name, "down")
            lab.ip("-n", ns, "link", "set", name, "master", "bond0")
        lab.ip("-n", ns, "addr", "add", f"{address}/24", "dev", "bond0")
        lab.ip("-n", ns, "link", "set", "bond0", *(["address", mac] if mac else []), "up")

    def wires(self, macs=(None, None)):
        lab = self.lab
        for ns in ("ours", "theirs"):
            lab.namespace(ns)
        control("clock", "card")
        for i in (1, 2):
            lab.pair(("theirs", f"t{i}"), ("ours", f"o{i}"), i, ("card", "-"))
            lab.spoil(f"o{i}", 4 * i)
        self.bond("theirs", ("t1", "t2"), "10.60.1.1", macs[0])
        self.bond("ours", ("o1", "o2"), "10.60.1.2", macs[1])
        # or each end chooses for itself, and they may not meet
        for ns, first in (("theirs", "t1"), ("ours", "o1")):
            if "active-backup" in self.MODE:
                until(20, lambda ns=ns, first=first: not lab.call(
                    ns, "ip", "link", "set", "bond0", "type", "bond", "active_slave",
                    first).returncode)

    def plug(self, i, on):
        """Of a wire; both ends see it."""
        self.lab.ip("-n", "ours", "link", "set", f"o{i}", "carrier", "on" if on else "off")

    def ptp4l(self, *options):
        """It begins anew on another member, as after a fault: that is not to take long."""
        self.lab.ptp4l(self.linuxptp, "theirs", "bond0", *options, "-2", "--logAnnounceInterval",
                       "-1", "--announceReceiptTimeout", "2", "--logSyncInterval", "-1",
                       "--logMinDelayReqInterval", "0", "--fault_reset_interval", "-4")

    def port(self):
        return self.lab.ask("ours", "ptp")[0]["ports"][0]

    def watch(self, seconds, error):
        """The largest error, and what our port was."""
        worst, states = 0, set()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            worst = max(worst, abs(error()))
            states.add(self.port()["state"])
            time.sleep(0.25)
        return worst, states

    def lost(self):
        return self.port()["counters"]["lost_stamps"]

    def error(self):
        """Of our host's time, or of their clock by it"""
        return offset("card") + TAI


class ActiveBackup(Bond):
    """Ours as receiver, and as transmitter; each goes over to the other member and back.
    NTP, from one of ours at the other end, goes over with it."""

    NTP = "10.60.1.1"

    def receiver(self):
        lab = self.lab
        self.wires()
        simnic.setting("clocks", "card", "step_ns", TAI + 200_000_000 + offset("card"))
        self.ptp4l("-i", "bond0", "--masterOnly", "1")
        lab.agent("theirs", "ntp", "control_clock = false; local = { stratum = 5; };"
                  'serve_ntp = { allow = [ "10.60.0.0/16" ]; };')
        lab.agent("ours", "ours", "sources = ( " + port("bond0", 0, "ethernet",
                                                        'protocol = "ptp";') +
                  f', {{ address = "{self.NTP}"; min_poll = -1; max_poll = -1;'
                  " monitoronly = true; } );")

    def source(self, name):
        return by_name(self.lab.ask("ours", "sources"), name)

    def good(self, active):
        """By the clock of this member, which is nearest to the truth; the other follows."""
        s, ntp = self.source("bond0"), self.source(self.NTP)
        self.phc = offset("card", "o1"), offset("card", "o2")
        self.said = (self.error(), self.phc, s["stamps"], s["last_offset"], ntp["stamps"],
                     ntp["last_offset"], self.port())
        index = {i: c["index"] for i in (1, 2) for c in self.lab.ask("ours", "phc")
                 if f"o{i}" in c["interfaces"]}
        own = self.lab.ask("ours", "ptp_get", id="PORT_HWCLOCK_NP")[0]
        return (abs(self.error()) < CLOSE_NS and s["stamps"] == HARDWARE and
                ntp["stamps"] == HARDWARE and abs(ntp["last_offset"]) * 1e9 < NTP_CLOSE_NS and
                max(map(abs, self.phc)) < CLOSE_NS and
                own.get("data", {}).get("phcIndex") == index.get(active))

    def over(self, name, active, plugged, on):
        """To the other member in mid-flight."""
        samples = self.source("bond0")["samples"]
        steps, lost = self.lab.ask("ours", "tracking")["steps"], self.lost()
        claimed = self.lab.ask("ours", "tracking")["max_error"] * 1e9
        self.plug(plugged, on)
        worst, states = self.watch(15, self.error)
        good = self.good(active)
        took = self.source("bond0")["samples"] - samples
        print(f"# {name}: {worst} ns off at most, claimed {claimed:.0f} ns, PHCs {self.phc}, "
              f"{took} samples, {self.lost() - lost} stamps lost")
        ok(good, f"{name}: stamps and clock are the other member's, NTP's as well", self.said)
        # ptp4l begins anew on its other member and is silent for some Syncs
        if not ok(states <= {"SLAVE", "UNCALIBRATED"} and self.port()["state"] == "SLAVE" and
                  took > 20, f"{name}: the port goes on", (states, took)):
            self.lab.show("ours")
            self.lab.show("bond0")
        ok(worst < min(claimed, CLOSE_NS) and
           self.lab.ask("ours", "tracking")["steps"] == steps,
           f"{name}: no step, no error above the uncertainty")

    def run_receiver(self):
        self.receiver()
        if not ok(until(90, lambda: self.good(1)), "over a bond, ours as receiver: hardware "
                  f"stamps of the active member (ptp4l {self.linuxptp.version})", self.said):
            self.lab.show("bond0")
            self.lab.show("ours")
        time.sleep(15)
        self.over("the bond's active member loses its link", 2, 1, False)
        self.plug(1, True)
        time.sleep(1)
        self.over("and the other one", 1, 2, False)
        self.lab.clear()
        control("delete", "card")

    def transmitter(self):
        self.wires()
        self.lab.spoil("card", 3)
        self.ptp4l("-i", "bond0", "--slaveOnly", "1")
        self.lab.agent("ours", "ours", f"serve_ptp = ( {port('bond0', 0, 'ethernet')} );")

    def run_transmitter(self):
        self.transmitter()
        good = until(90, lambda: abs(self.error()) < CLOSE_NS and
                     self.port()["stamps"] == "hardware")
        ok(good, f"over a bond, ptp4l {self.linuxptp.version} follows ours",
           (self.error(), self.port()))
        time.sleep(10)
        lost = self.lost()
        self.plug(1, False)
        worst, states = self.watch(15, self.error)
        print(f"# ptp4l is {worst} ns off at most, {self.lost() - lost} stamps lost")
        ok(worst < CLOSE_NS and states == {"MASTER"}, "ours stays what it is when the bond's "
           "active member loses its link, and is followed", (worst, states))
        self.lab.clear()
        control("delete", "card")

    def run(self):
        self.run_receiver()
        self.run_transmitter()


class Lacp(Bond):
    """ptp4l has no stamps of such a bond: as time-receiver it speaks at the members, as two
    ports, and as time-transmitter there is one of ours. Our NICs' clocks run free, some
    hundred microseconds apart, so that each stamp has to be of the right one; and what is
    sent goes by another member than what comes: they choose it by the last octet of the
    addresses."""

    MODE = ["mode", "802.3ad", "lacp_rate", "fast"]
    WIRES = ((1, False), (1, True), (2, False), (2, True))

    def joined(self):
        """Both members are in one aggregate."""
        return "Number of ports: 2" in self.lab.call("ours", "cat",
                                                     "/proc/net/bonding/bond0").stdout

    def receiver(self):
        self.wires(("02:00:00:00:00:02", "02:00:00:00:00:05"))
        gives, takes = port("bond0", 0, "ethernet"), port("bond0", 0, "ethernet",
                                                          'protocol = "ptp";', PHC_FREE)
        self.lab.agent("theirs", "theirs", f"serve_ptp = ( {gives} ); control_clock = false;"
                       "local = { stratum = 5; };")
        self.lab.agent("ours", "ours", f"sources = ( {takes} );")

    def offset(self):
        """Of one host's time to itself."""
        s = by_name(self.lab.ask("ours", "sources"), "bond0")
        return s["last_offset"] * 1e9 if s["stamps"] == HARDWARE else 1e9

    def transmitter(self):
        self.wires()
        self.lab.spoil("card", 3)
        self.ptp4l("-i", "t1", "-i", "t2", "--priority1", "200")
        self.lab.agent("ours", "ours",
                       f"serve_ptp = ( {port('bond0', 0, 'ethernet', PHC_FREE)} );")

    def judge(self, state, name, error):
        ok(until(60, self.joined), f"802.3ad, {name}: both members are used")
        good = until(90, lambda: abs(error()) < CLOSE_NS and self.port()["state"] == state and
                     self.port()["stamps"] == "hardware")
        if not ok(good, f"802.3ad, {name}: by hardware stamps of the members",
                  (error(), self.port())):
            self.lab.show("ours")
        time.sleep(5)
        lost, worst, states = self.lost(), [], set()
        for i, on in self.WIRES:
            self.plug(i, on)
            w, s = self.watch(6, error)
            worst.append(round(w))
            states |= s
        print(f"# 802.3ad, {name}: {worst} ns off at most, {self.lost() - lost} stamps lost")
        ok(max(worst) < CLOSE_NS and states == {state},
           f"802.3ad, {name}: it goes on when wires go and come back", (worst, states))
        self.lab.clear()
        control("delete", "card")

    def run(self):
        self.receiver()
        self.judge("SLAVE", "ours follows ours", self.offset)
        self.transmitter()
        self.judge("MASTER", f"ptp4l {self.linuxptp.version} follows ours", self.error)
