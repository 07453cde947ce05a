# SPDX-License-Identifier: GPL-2.0-or-later
"""A part of ptp.py and of ptp_served.py: unicast without state, by hardware stamps. Ours asks ours by
CSPTP, beside ordinary PTP over wires of the same kind, and a small client asks ours by SPTP. Both ends
share the host's clock, so that the true offset is 0; the NICs' clocks are left alone."""
import os
import sys
import time

import simnic_lab as simnic
from ptp_lab import until
from tap import ok

HERE = os.path.dirname(os.path.abspath(__file__))
# each NIC's clock is read in no time and drifts by some ppm
CLOSE_NS = 100
HARDWARE = {"transmit": "hardware", "receive": "hardware"}
PORT = 319
WATCH_S = 20
# Domain 0 is that of the SPTP client. The server of CSPTP, if it is not ordinary PTP
WIRES = (("ipv4", "10.50.1.1"), ("ipv6", "fd00:2::1"), ("ipv4", ""), ("ipv6", ""))


class Stateless:
    def __init__(self, lab, linuxptp=None, kernel="off"):
        self.lab, self.kernel = lab, kernel

    def start(self):
        lab = self.lab
        lab.namespace("ours")
        lab.namespace("theirs")
        given, asked = [], []
        for n, (transport, csptp) in enumerate(WIRES, 1):
            lab.pair(("theirs", f"t{n}"), ("ours", f"o{n}"), n)
            lab.spoil(f"t{n}", n)
            lab.spoil(f"o{n}", n + 4)
            both = (f'domain = {n - 1}; transport = "{transport}"; announce_interval = 0; '
                    f'sync_interval = -1; phc = "free"; ')
            serve = ask = ""
            if csptp:
                serve = (f"csptp = true; sptp = true; csptp_domain = {128 + n}; "
                         'allow = [ "10.50.0.0/16", "fd00::/16" ];')
                ask = f'csptp = true; csptp_domain = {128 + n}; address = "{csptp}";'
            given.append(f'{{ interface = "t{n}"; {both} {serve} }}')
            asked.append(f'{{ protocol = "ptp"; interface = "o{n}"; {both} {ask} }}')
        lab.agent("theirs", "theirs", f"serve_ptp = ( {', '.join(given)} ); control_clock = false;"
                  "local = { stratum = 1; };", kernel=self.kernel)
        lab.agent("ours", "ours", f"sources = ( {', '.join(asked)} ); control_clock = false;")

    def look(self):
        self.sources = self.lab.ask("ours", "sources")
        return self.sources

    def settled(self):
        return len(self.look()) == 4 and all(
            (s["samples"] or 0) > 20 and s["stamps"] == HARDWARE and abs(s["last_offset"]) * 1e9 < CLOSE_NS
            for s in self.sources)

    def watch(self):
        """RMS of what each measures, by its name."""
        squares, n = {}, 0
        end = time.monotonic() + WATCH_S
        while time.monotonic() < end:
            time.sleep(0.5)
            n += 1
            for s in self.look():
                squares[s["name"]] = squares.get(s["name"], 0) + (s["last_offset"] * 1e9) ** 2
        return {name: (q / n) ** 0.5 for name, q in squares.items()}

    def sptp(self):
        """Its times, beside the truth of the server's NIC: when the last ones were there."""
        said = self.lab.call("ours", sys.executable, f"{HERE}/../netns/ptp-ask.py", "times", "10.50.1.2",
                             "10.50.1.1").stdout
        self.said = said
        if len(said.split()) != 2:
            return None
        said = [int(word) for word in said.split()]
        log = [f for f in simnic.log("t1") if PORT in (f.source_port, f.dest_port)]
        nearest = [min((f for f in log if f.tx == tx), key=lambda f, at=at: abs(f.real - at))
                   for tx, at in zip((False, True), said)]
        return [at - f.real for f, at in zip(nearest, said)]

    def run(self):
        self.start()
        if not ok(until(90, self.settled), "CSPTP beside PTP: hardware stamps, right at once",
                  self.look()):
            self.lab.show("ours")
        else:
            self.judge()
        self.lab.clear()

    def judge(self):
        rms = self.watch()
        print("# RMS, ns:", ", ".join(f"{k} {v:.1f}" for k, v in rms.items()))
        ordinary = max(rms["o3"], rms["o4"])
        ok(max(rms["10.50.1.1"], rms["fd00:2::1"]) < 2 * ordinary + 5,
           "what CSPTP measures is as true as what PTP does", rms)
        # ours has the ports of PTP for itself
        self.lab.stop("ours")
        errors = self.sptp()
        print(f"# SPTP: t4 and t1 less the truth: {errors} ns")
        ok(errors and max(map(abs, errors)) < CLOSE_NS, "SPTP's times are those of the NIC",
           (errors, self.said))
