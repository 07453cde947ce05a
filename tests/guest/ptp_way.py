# SPDX-License-Identifier: GPL-2.0-or-later
"""Wires between ptp4l and the daemon, and how each is configured to speak PTP over it."""
from ptp_lab import control

TRANSPORTS = {"ethernet": "-2", "ipv4": "-4", "ipv6": "-6"}


class Way:
    """One wire with one way to speak PTP over it."""

    def __init__(self, lab, number, transport, mechanism, steps, unicast=False):
        self.lab, self.number, self.transport = lab, number, transport
        self.mechanism, self.steps, self.unicast = mechanism, steps, unicast
        self.ours, self.theirs = f"o{number}", f"t{number}"
        self.name = f"{transport}, {mechanism}, {steps}-step{', unicast' if unicast else ''}"

    def wire(self, theirs="-", ours="-"):
        """With a clock of its own at each end, or these. The kernel has room for 16."""
        self.lab.pair(("theirs", self.theirs), ("ours", self.ours), self.number, (theirs, ours))
        if theirs == "-":
            self.lab.spoil(self.theirs, 30 - self.number)
        if ours == "-":
            self.lab.spoil(self.ours, self.number)

    def address(self, end):
        """Of 1, theirs, or 2, ours."""
        if self.transport == "ethernet":
            return self.lab.mac(*(("theirs", self.theirs), ("ours", self.ours))[end - 1])
        return f"fd00:{self.number}::{end}" if self.transport == "ipv6" else \
            f"10.50.{self.number}.{end}"

    def port(self, *more, give=False):
        """Of our configuration."""
        profile = "default-p2p" if self.mechanism == "p2p" else "default-e2e"
        out = [f'interface = "{self.ours}"; domain = {self.number}; profile = "{profile}";',
               f'transport = "{self.transport}"; announce_interval = 0; sync_interval = -1;', *more]
        if self.unicast:
            out.append('delivery = "unicast";')
        if self.unicast and give and self.transport != "ethernet":
            out.append('allow = [ "10.50.0.0/16", "fd00::/16" ];')
        if self.steps == "one" and give:
            out.append("two_step = false;")
        return "{ " + " ".join(out) + " }"

    def source(self, *more):
        if self.unicast:
            more += (f'address = "{self.address(1)}";',)
        return self.port('protocol = "ptp";', *more)

    def options(self):
        """Of ptp4l."""
        out = ["-i", self.theirs, TRANSPORTS[self.transport],
               "-P" if self.mechanism == "p2p" else "-E", "--domainNumber", str(self.number),
               "--logAnnounceInterval", "0", "--logMinPdelayReqInterval", "0"]
        if self.steps == "one":
            out += ["--twoStepFlag", "0", "--time_stamping", "onestep"]
        return out

    def grants(self):
        """Of a ptp4l that gives time."""
        return ["--unicast_listen", "1", "--inhibit_multicast_service", "1"] if self.unicast else []

    def asks(self):
        """Of one that receives it."""
        if not self.unicast:
            return []
        path = f"{self.lab.work}/{self.theirs}.cfg"
        kind = {"ethernet": "L2", "ipv4": "UDPv4", "ipv6": "UDPv6"}[self.transport]
        with open(path, "w") as f:
            f.write("[global]\nunicast_req_duration 60\n[unicast_master_table]\ntable_id 1\n"
                    f"logQueryInterval 0\n{kind} {self.address(2)}\n"
                    f"[{self.theirs}]\nunicast_master_table 1\n")
        return ["-f", path]


def by(items, key, value):
    return next((x for x in items if x[key] == value), None)


def serve(lab, linuxptp, ways, kernel="off"):
    """Ours, as grandmaster of a ptp4l at the other end of each way. Ours are ports of one
    card."""
    lab.namespace("ours")
    lab.namespace("theirs")
    control("clock", "card")
    lab.spoil("card", 3)
    for w in ways:
        w.wire(ours="card")
        lab.ptp4l(linuxptp, "theirs", w.theirs, *w.options(), *w.asks(), "--slaveOnly", "1",
                  "--logSyncInterval", "-1")
    lab.agent("ours", "ours", "serve_ptp = ( " + ", ".join(w.port(give=True) for w in ways) +
              " );", kernel=kernel)
