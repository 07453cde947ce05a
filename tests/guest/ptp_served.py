# SPDX-License-Identifier: GPL-2.0-or-later
"""ptp4l, served by the daemon and its kernel module in turn: run by ptp-kernel.sh, with the
directory of the programs and the names of the linuxptps in it."""
import json
import math
import os
import sys
import time

from ptp_domains import Domains
from ptp_lab import TAI, Lab, Linuxptp, control, module, offset, until
from ptp_sequences import Sequences
from ptp_stateless import Stateless
from ptp_way import Way, by, serve
from tap import finish, ok

CLOSE_NS = 2000                 # as in ptp.py
LOOK_S = 8
SYNCS = 2                       # a second, as the clients ask for


class Counts:
    """Of one port, since another look: what the daemon and the module did."""

    def __init__(self, port):
        self.port, kernel = port, port["kernel"]
        self.own = {k: port["counters"]["sent"][k] for k in
                    ("sync", "follow_up", "delay_resp", "pdelay_resp")}
        self.kernel = {"sync": kernel["syncs"], "follow_up": kernel["follow_ups"],
                       "delay_resp": kernel["delay_responses"],
                       "pdelay_resp": kernel["pdelay_responses"]}

    def since(self, other):
        return ({k: v - other.own[k] for k, v in self.own.items()},
                {k: v - other.kernel[k] for k, v in self.kernel.items()})


class Tagged(Way):
    """The same over a VLAN of the wire."""
    TAG = 7

    def __init__(self, lab, *args):
        super().__init__(lab, *args)
        self.name += ", VLAN"

    def wire(self, theirs="-", ours="-"):
        super().wire(theirs, ours)
        for ns, end in (("theirs", 1), ("ours", 2)):
            nic = getattr(self, ns)
            vlan = f"{nic}.{self.TAG}"
            setattr(self, ns, vlan)
            self.lab.ip("-n", ns, "addr", "flush", "dev", nic)
            self.lab.ip("-n", ns, "link", "add", "link", nic, "name", vlan, "type", "vlan", "id",
                        str(self.TAG))
            self.lab.ip("-n", ns, "addr", "add", f"{self.address(end)}/24", "dev", vlan)
            self.lab.ip("-n", ns, "link", "set", vlan, "up")


class Served:
    """ptp4l as time-receiver over UDP: by unicast, of which the module does all that is done
    for each client, and by multicast, of which it answers requests."""

    def __init__(self, lab, linuxptp):
        self.lab, self.linuxptp = lab, linuxptp
        kinds = [("ipv4", "e2e", "two", True), ("ipv6", "e2e", "two", True),
                 ("ipv4", "e2e", "two"), ("ipv6", "p2p", "two")]
        self.ways = [Way(lab, i + 1, *k) for i, k in enumerate(kinds)]
        self.ways.append(Tagged(lab, len(kinds) + 1, "ipv4", "e2e", "two", True))
        self.calm = 0           # looks in a row at which it was

    def errors(self):
        return [offset(w.theirs.split(".")[0]) + TAI for w in self.ways]

    def settled(self):
        """And not just passing by."""
        calm = all(abs(e) < CLOSE_NS / 10 for e in self.errors()) and \
            all("to SLAVE" in self.lab.log(w.theirs) for w in self.ways)
        self.calm = self.calm + 1 if calm else 0
        return self.calm > 20

    def counts(self):
        clocks = self.lab.ask("ours", "ptp")
        return [Counts(by(clocks, "domain", w.number)["ports"][0]) for w in self.ways]

    def serving(self, yes):
        return until(20, lambda: all(c.port["kernel"]["serving"] == yes for c in self.counts()))

    def watch(self, what):
        """For a while: what each of them did, and how right their clocks are, RMS and worst."""
        before, errors = self.counts(), []
        for _ in range(LOOK_S * 4):
            time.sleep(0.25)
            errors.append(self.errors())
        done = [a.since(b) for a, b in zip(self.counts(), before)]
        for w, values in zip(self.ways, zip(*errors)):
            print(f"# {what}, {w.name}: {math.sqrt(sum(v * v for v in values) / len(values)):.0f} "
                  f"ns RMS, {max(map(abs, values))} ns at worst")
        ok(max(abs(e) for look in errors for e in look) < CLOSE_NS,
           f"{what}: all their clocks are right within {CLOSE_NS} ns", errors[-1])
        return done

    def alone(self, what):
        for w, (own, kernel) in zip(self.ways, self.watch(what)):
            answers = "pdelay_resp" if w.mechanism == "p2p" else "delay_resp"
            ok(own["sync"] >= LOOK_S * SYNCS - 2 and own["follow_up"] >= LOOK_S * SYNCS - 2 and
               own[answers] >= LOOK_S / 2 and not any(kernel.values()),
               f"{what} the daemon serves: {w.name}", (own, kernel))

    def together(self, what):
        stamps = [c.port["kernel"] for c in self.counts()]
        for w, (own, kernel) in zip(self.ways, self.watch(what)):
            answers = "pdelay_resp" if w.mechanism == "p2p" else "delay_resp"
            good = own[answers] == 0 and kernel[answers] >= LOOK_S / 2
            if w.unicast:
                good &= own["sync"] == own["follow_up"] == 0 and \
                    abs(kernel["sync"] - LOOK_S * SYNCS) <= 2 and \
                    abs(kernel["follow_up"] - kernel["sync"]) <= 1
            else:
                good &= kernel["sync"] == 0 and own["sync"] >= LOOK_S * SYNCS - 2
            ok(good, f"{what} it does all that is done for each client: {w.name}", (own, kernel))
        now = [c.port["kernel"] for c in self.counts()]
        ok(all(k["hardware_stamps"] > s["hardware_stamps"] and
               k["kernel_stamps"] == s["kernel_stamps"] and k["lost_stamps"] == s["lost_stamps"]
               for k, s in zip(now, stamps)), f"{what} it has hardware stamps, and loses none", now)

    def undisturbed(self, what):
        """Nobody lost a grant, or its parent, since it was followed first."""
        for w in self.ways:
            log = self.lab.log(w.theirs)
            after = log[log.index("to SLAVE"):]
            bad = [line for line in after.splitlines() if any(
                word in line for word in ("FAULT", "TIMEOUT", "to LISTENING", "to MASTER", "fault"))]
            ok(not bad, f"{what} no client noticed: {w.name}", bad[:3])
        clients = [c.port["unicast"]["clients"] for c in self.counts()]
        ok(clients == [int(w.unicast) for w in self.ways], f"{what} all have their grants", clients)

    def judge(self):
        version = f"ptp4l {self.linuxptp.version},"
        ok(until(120, self.settled), f"{version} follows ours", self.errors())
        self.alone(f"{version} without the module")
        module(self.lab, True)
        ok(self.serving(True), f"{version} the module is used as soon as it is there",
           self.lab.log("ours")[-1000:])
        self.together(f"{version} with the module")
        module(self.lab, False)
        ok(self.serving(False), f"{version} the module goes")
        self.alone(f"{version} after the module")
        self.undisturbed(f"{version} when it went")
        module(self.lab, True)
        ok(self.serving(True), f"{version} the module comes back")
        self.together(f"{version} with the module again")
        self.undisturbed(f"{version} when it came")

    def ends(self):
        """Nothing is left behind, and nothing sent."""
        ctl = self.lab.call("ours", "as-timesyncctl", "--socket", f"{self.lab.work}/ours.sock",
                            "ptp").stdout
        print("# " + ctl.replace("\n", "\n# "))
        ctl = self.lab.call("ours", "as-timesyncctl", "kernel").stdout
        print("# " + ctl.replace("\n", "\n# "))
        self.lab.stop("ours")
        left = self.lab.call("ours", "as-timesyncctl", "kernel", "--json").stdout
        kernel = json.loads(left)["kernel"]
        ok(not kernel["interfaces"] and not kernel["ptp_ports"],
           "a daemon that ends leaves nothing", left)

    def run(self):
        serve(self.lab, self.linuxptp, self.ways, kernel="auto")
        self.judge()
        self.ends()
        for line in self.lab.log("ours").splitlines():
            print(f"# ours: {line}")
        self.lab.clear()
        control("delete", "card")
        module(self.lab, False)


class Crowd:
    """Many clients that ask at any moment, while the module comes and goes: each request is
    answered, once, and each client gets its Syncs."""
    CLIENTS, FIRST, NET = 96, "10.64.0.1", "10.64.0.0/12"
    SECONDS = 36
    LEAP = 5
    HOW = 'delivery = "unicast";'   # they are served
    ASK = ()                        # options of ptp-load

    def __init__(self, lab):
        self.lab, self.heard = lab, None

    def start(self):
        lab = self.lab
        lab.namespace("ours")
        lab.namespace("theirs")
        lab.pair(("theirs", "t0"), ("ours", "o0"), 1)
        lab.ip("-n", "theirs", "route", "add", "local", self.NET, "dev", "lo")
        lab.ip("-n", "ours", "route", "add", self.NET, "via", "10.50.1.1")
        lab.agent("ours", "ours", 'serve_ptp = ( { interface = "o0"; transport = "ipv4"; '
                  f'{self.HOW} allow = [ "{self.NET}" ]; }} );', kernel="auto")

    def port(self):
        return self.lab.ask("ours", "ptp")[0]["ports"][0]

    def load(self, *options):
        return self.lab.call("theirs", "ptp-load", "--from", self.FIRST, "--clients",
                             str(self.CLIENTS), *options, "10.50.1.2").stdout

    def run(self):
        self.start()
        ok(until(60, lambda: self.port()["state"] == "MASTER"), "ours gives time to many")
        self.grant()
        self.heard = Sequences("theirs", "t0")
        self.lab.spawn("theirs", "load", "ptp-load", "--from", self.FIRST, "--clients",
                       str(self.CLIENTS), "--seconds", str(self.SECONDS), "--window", "5",
                       *self.ASK, "10.50.1.2")
        time.sleep(4)
        for _ in range(3):
            module(self.lab, True)
            time.sleep(5)
            self.port()         # its counts go with it, but for those that were asked for
            module(self.lab, False)
            time.sleep(3)
        status, got = self.lab.running.pop("load").wait(), self.lab.log("load")
        if ok(status == 0, "their requests went out", got):
            self.judge(json.loads(got))
        self.lab.clear()

    def grant(self):
        granted = json.loads(self.load("--grant", "1000"))
        ok(granted["signaling"] == self.CLIENTS, "they have their grants", granted)

    def judge(self, got):
        port = self.port()
        own, kernel = port["counters"]["sent"], port["kernel"]
        print(f"# got {got}, sent {own}, the module {kernel}")
        ok(got["delay_resps"] == got["sent"], "each of their requests is answered once", got)
        ok(own["delay_resp"] > self.CLIENTS and kernel["delay_responses"] > self.CLIENTS,
           "by the daemon and the module in turn")
        expected = self.CLIENTS * self.SECONDS
        ok(abs(got["syncs"] - expected) < expected / 10,
           "each gets as many Syncs as it was granted", got)
        # what was in flight when the module went, and what a NIC has no slot for
        ok(got["follow_ups"] > 0.95 * got["syncs"], "nearly all with their Follow_Up", got)
        self.judge_sequences()

    def judge_sequences(self):
        """Six times they are somebody else's to send. What was not heard of the module when it
        went is reckoned: some more than it can have sent, in as many seconds."""
        heard = self.heard
        ok(heard.read() and len(heard.last) == self.CLIENTS and heard.syncs > 10 * self.CLIENTS,
           "each client's Syncs were heard", (len(heard.last), heard.syncs))
        ok(not heard.back, "their sequenceIds never go back, whoever sends them", heard.back[:5])
        leaps = heard.leaps or [0]
        ok(max(leaps) <= self.LEAP and len(leaps) <= 6 * self.CLIENTS,
           f"and leave out {self.LEAP} at most, when that changes", (max(leaps), len(leaps)))


class CrowdWithoutState(Crowd):
    """The same of clients that nothing is known of."""
    WHAT, FOLLOWER = "sptp", "announces"

    def __init__(self, lab):
        super().__init__(lab)
        self.HOW, self.ASK = f"{self.WHAT} = true;", (f"--{self.WHAT}",)

    def grant(self):
        pass

    def judge(self, got):
        own, kernel = self.port()["counters"], self.port()["kernel"]
        print(f"# got {got}, the daemon {own}, the module {kernel}")
        what = self.WHAT.upper()
        ok(got["syncs"] == got["sent"], f"each request of {what} is answered, and once", got)
        # what was on its way when the module went
        ok(0.95 * got["syncs"] < got[self.FOLLOWER] <= got["syncs"],
           f"nearly all with what follows: {what}", got)
        ok(kernel[f"{self.WHAT}_syncs"] > self.CLIENTS and got["syncs"] >
           kernel[f"{self.WHAT}_syncs"] + self.CLIENTS,
           f"by the daemon and the module in turn: {what}", kernel)


class CrowdOfCsptp(CrowdWithoutState):
    WHAT, FOLLOWER = "csptp", "follow_ups"


class WithoutState(Stateless):
    """SPTP and CSPTP of the module: what is measured, and that the daemon does none of it."""

    def __init__(self, lab):
        super().__init__(lab, kernel="auto")

    def ports(self):
        return [c["ports"][0] for c in self.lab.ask("theirs", "ptp")]

    def start(self):
        module(self.lab, True)
        super().start()
        ok(until(60, lambda: all(p["kernel"]["serving"] for p in self.ports())),
           "the module serves clients without state", self.lab.log("theirs")[-1000:])

    def watch(self):
        before = self.ports()
        rms = super().watch()
        for a, b in list(zip(self.ports(), before))[:2]:
            done = {k: a["kernel"][k] - b["kernel"][k] for k in a["kernel"]
                    if isinstance(a["kernel"][k], int)}
            own = {k: a["counters"]["received"][k] - b["counters"]["received"][k]
                   for k in ("sync", "delay_req")}
            ok(done["csptp_syncs"] > 20 and not any(own.values()) and
               abs(done["csptp_syncs"] - done["follow_ups"]) <= 1 and done["passed"] == 0,
               f"all that {a['interface']} is asked by CSPTP is the module's", (done, own))
            ok(done["hardware_stamps"] == done["csptp_syncs"] and not done["kernel_stamps"] and
               not done["lost_stamps"] and not done["send_failed"],
               f"with hardware stamps: {a['interface']}", done)
        return rms

    def sptp(self):
        errors = super().sptp()
        n = self.ports()[0]["kernel"]["sptp_syncs"]
        ok(n == 1, "what is asked by SPTP is the module's", n)
        return errors

    def run(self):
        super().run()
        module(self.lab, False)


PARTS = {"crowd": Crowd, "sptp": CrowdWithoutState, "csptp": CrowdOfCsptp,
         "stateless": WithoutState}


def main():
    lab = Lab(sys.argv[1])
    chosen = os.environ.get("ATS_PTP_PARTS", " ".join(PARTS) + " domains served").split()
    for name in chosen:
        if name in PARTS:
            PARTS[name](lab).run()
    if "domains" in chosen:
        Domains(lab, Linuxptp(lab, sys.argv[2])).run()
    for name in sys.argv[2:] if "served" in chosen else []:
        Served(lab, Linuxptp(lab, name)).run()
    finish()


main()
