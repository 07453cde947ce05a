# SPDX-License-Identifier: GPL-2.0-or-later
"""Inside of a guest of ntp-ptp-truth.sh: pairs of hosts, each with NICs, namespaces, noise and
two daemons of its own. What each says of its two sources, looked at often, goes to standard
output as ntp_ptp_table.py reads it."""
import sys
import time

import simnic_lab as simnic
from ptp_lab import Lab

SETTLE_S = 120
LOOK_S = 5
STAGGER_S = 0.37            # between pairs, so that they are not in step
# of server and client; nobody steers them
FREQUENCY_PPB = (-20000, 25000)
WANDER_PPT = 100
READ_NS = 1000

SERVER = """
control_clock = false;
local = {{ stratum = 1; }};
serve_ntp = {{ allow = [ "10.50.{n}.0/24" ]; ratelimit = false; }};
serve_ptp = {{ interface = "s{n}"; transport = "ipv4"; phc = "free"; }};
"""
CLIENT = """
control_clock = false;
sources = (
	{{ protocol = "ptp"; interface = "c{n}"; transport = "ipv4"; phc = "free"; }},
	{{ address = "10.50.{n}.1"; min_poll = 0; max_poll = 0; }} );
"""


def spoil(nic, seed, jitter_ns, ppb):
    """Noise of this NIC's way out, and a clock as it is found."""
    for key, value in (("jitter_ns", jitter_ns), ("jitter_shape", 1), ("seed", seed)):
        simnic.setting("nics", nic, key, value)
    # the seed begins another walk: before there is one
    for key, value in (("seed", seed), ("frequency_ppb", ppb), ("wander_ppt", WANDER_PPT),
                       ("read_ns", READ_NS), ("precise", 0)):
        simnic.setting("clocks", nic, key, value)


class Pair:
    def __init__(self, lab, number, seed, jitter_ns):
        self.lab, self.number, self.seed, self.jitter_ns = lab, number, seed, jitter_ns
        self.server, self.client = f"s{number}", f"c{number}"
        for nic in self.server, self.client:
            lab.namespace(nic)
        lab.pair((self.server, self.server), (self.client, self.client), number)
        for i, nic in enumerate((self.server, self.client)):
            spoil(nic, 2 * seed + i, jitter_ns, FREQUENCY_PPB[i])
        lab.agent(self.server, self.server, SERVER.format(n=number))
        lab.agent(self.client, self.client, CLIENT.format(n=number))

    def sources(self):
        """Both, by their protocols."""
        return {s["protocol"]: s for s in self.lab.ask(self.client, "sources")}

    def look(self):
        """The offsets, which truly are 0, for both daemons read one system clock. False: not
        all are known."""
        sources = self.sources()
        for name, source in sources.items():
            if source["offset"] is not None:
                print("sample", f"{self.jitter_ns} ns", name.upper(), self.seed,
                      f"{source['offset'] * 1e9:.3f}", sep="\t", flush=True)
        return len(sources) == 2 and all(s["offset"] is not None for s in sources.values())

    def complaints(self):
        """Why these would be no figures of NTP, interleaved, and PTP with stamps of NICs."""
        for name, source in self.sources().items():
            if source["stamps"] != {"transmit": "hardware", "receive": "hardware"}:
                yield f"pair {self.number}: not all stamps of {name} are the NICs'"
            if name == "ntp" and not source["interleaved"]:
                yield f"pair {self.number}: NTP is not interleaved"


def measure(lab, npair, first_seed, seconds, jitter_ns):
    """False: something is not as it is to be."""
    pairs = []
    for i in range(npair):
        pairs.append(Pair(lab, i + 1, first_seed + i, jitter_ns))
        time.sleep(STAGGER_S)
    begin, fine = time.monotonic(), True
    for after in range(SETTLE_S, SETTLE_S + seconds, LOOK_S):
        time.sleep(max(0.0, begin + after - time.monotonic()))
        for p in pairs:
            if not p.look():
                print(f"# pair {p.number}: no offset {after} s after the start")
                fine = False
    for p in pairs:
        for complaint in p.complaints():
            print(f"# {complaint}")
            fine = False
    if not fine:
        lab.show("c1")
    lab.clear()
    return fine


sys.exit(not measure(Lab(sys.argv[1]), *map(int, sys.argv[2:6])))
