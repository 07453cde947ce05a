# SPDX-License-Identifier: GPL-2.0-or-later
"""Stated transmit times against the log of a simulated NIC: run by stamp-truth.sh."""
import os
import random
import socket
import subprocess
import sys
import time

import simnic_lab as simnic
from reply_lab import Client, to_ns
from tap import finish, ok

WORK = sys.argv[1]
SERVER = "10.111.0.1"
IN_SERVER = ["ip", "netns", "exec", "s"]
REQUESTS = int(os.environ.get("ATS_TRUTH_REQUESTS", "300"))
LEARN_S = 4                 # of requests before those that count
CLOSE_NS = 50               # what the agent's readings of the NIC's clock allow
CHUNK = 400                 # of the log's 4096 frames

CHRONY = f"""
local stratum 5
allow
hwtimestamp s0
user root
cmdport 0
pidfile {WORK}/chronyd.pid
"""
OURS = """
control_clock = false; state_dir = ""; control_socket = "/run/ats-control";
local = {{ stratum = 5; }}; kernel = "{kernel}";
serve_ntp = {{ allow = [ "0.0.0.0/0" ]; ratelimit = false; {serve} }};
"""


class Daemon:
    """A server in its namespace."""

    def __init__(self, command, config):
        with open(f"{WORK}/config", "w", encoding="ascii") as f:
            f.write(config)
        with open(f"{WORK}/log", "w", encoding="ascii") as log:
            self.process = subprocess.Popen(IN_SERVER + command, stdout=log, stderr=log)
        self.wait()

    @staticmethod
    def wait():
        """Until it has looked at the NIC's clock for a while."""
        client = Client(server=SERVER)
        for _ in range(100):
            try:
                if client.ask(0.5):
                    break
            except OSError:
                pass
            time.sleep(0.1)
        else:
            sys.exit("Bail out! the server does not answer: " + open(f"{WORK}/log").read())
        time.sleep(20)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def chronyd():
    return Daemon([f"{WORK}/chronyd", "-x", "-d", "-f", f"{WORK}/config"], CHRONY)


def ours(kernel, serve=""):
    return Daemon([f"{WORK}/as-timesyncd", "--foreground", "--config", f"{WORK}/config"],
                  OURS.format(kernel=kernel, serve=serve))


def departures(port, number):
    """Replies to this port, as the NIC saw them leave: {origin timestamp: time}."""
    return [f for f in simnic.log("s0")
            if f.tx and f.source_port == 123 and f.dest_port == port and f.number >= number]


def next_number():
    frames = simnic.log("s0")
    return frames[-1].number + 1 if frames else 0


def pause(chance):
    time.sleep(chance.uniform(0.001, 0.006))


def ask_basic(requests, chance):
    """Stated less true time of each reply."""
    client = Client(server=SERVER)
    port = None
    errors = []
    while requests > 0:
        number, stated = next_number(), {}
        for _ in range(min(CHUNK, requests)):
            # as clients do: a random cookie in the place of their own time
            r = client.ask(transmit=chance.getrandbits(63) | 1)
            port = client.sock.getsockname()[1]
            if r:
                stated[r["origin"]] = to_ns(r["transmit"])
            pause(chance)
        errors += [stated[f.keys[1]] - f.real for f in departures(port, number)
                   if f.keys[1] in stated]
        requests -= CHUNK
    return errors


def ask_interleaved(requests, chance):
    """The same; the reply that is stated is the one before (RFC 9769)."""
    client = Client(server=SERVER)
    errors = []
    while requests > 0:
        number, stated, last, seen, n = next_number(), {}, None, 0, -1
        for _ in range(min(CHUNK, requests)):
            fields = {"transmit": chance.getrandbits(63) | 1}
            if last:
                fields.update(origin=last["receive"], receive=seen)
            r = client.ask(**fields)
            if not r:
                last = None
                continue
            n += 1
            if last and r["origin"] == seen:
                stated[n - 1] = to_ns(r["transmit"])
            last, seen = r, chance.getrandbits(63) | 1
            pause(chance)
        frames = departures(client.sock.getsockname()[1], number)
        if len(frames) == n + 1:
            errors += [stated[i] - frames[i].real for i in stated]
        requests -= CHUNK
    return errors


class Load:
    """What else a host does: a busy process, and packets to other ports."""

    def __init__(self):
        self.parts = [
            subprocess.Popen(["python3", "-c", "while True: sum(range(1000))"]),
            subprocess.Popen(["python3", __file__, WORK, "--packets"]),
        ]

    def stop(self):
        for p in self.parts:
            p.kill()
            p.wait()


def packets():
    """Bursts for a port that nobody listens on, so that answers go back as well."""
    chance = random.Random(5)
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setblocking(False)
    while True:
        for _ in range(chance.randrange(1, 8)):
            try:
                s.sendto(bytes(chance.randrange(100, 1400)), (SERVER, 9))
            except OSError:
                pass
        time.sleep(chance.uniform(0.0005, 0.004))


def part(values, p):
    return values[min(len(values) - 1, int(len(values) * p))]


class Spread:
    def __init__(self, errors):
        v = self.values = sorted(errors)
        self.n = len(v)
        self.median = part(v, 0.5)
        self.iqr = part(v, 0.75) - part(v, 0.25)
        self.p1, self.p99 = part(v, 0.01), part(v, 0.99)
        self.rms = (sum(e * e for e in v) / len(v)) ** 0.5

    @property
    def width(self):
        return self.p99 - self.p1


def measure(name, daemon, ask, table):
    """One line of the table, quiet and with load."""
    for load in False, True:
        chance = random.Random(1)
        others = Load() if load else None
        end = time.monotonic() + LEARN_S
        while time.monotonic() < end:
            ask(100, chance)
        s = Spread(ask(REQUESTS, chance))
        if others:
            others.stop()
        print(f"# {name:44} {'load' if load else 'quiet':5} {s.n:5} {s.median:8} {s.iqr:8} "
              f"{s.p1:8} {s.p99:8} {s.rms:8.0f}", flush=True)
        table[name, load] = s


def main():
    table = {}
    print(f"# stated less true transmit time, ns\n# {'':44} {'':5} {'n':>5} {'median':>8} "
          f"{'IQR':>8} {'p1':>8} {'p99':>8} {'RMS':>8}")
    daemon = chronyd()
    measure("chronyd basic", daemon, ask_basic, table)
    measure("chronyd interleaved", daemon, ask_interleaved, table)
    daemon.stop()
    daemon = ours("off")
    measure("as-timesyncd basic", daemon, ask_basic, table)
    daemon.stop()
    subprocess.run(["insmod", f"{WORK}/as_timesync.ko"], check=True)
    daemon = ours("on")
    measure("kernel module, socket, basic", daemon, ask_basic, table)
    measure("kernel module, socket, interleaved", daemon, ask_interleaved, table)
    daemon.stop()
    daemon = ours("on", 'ingress = [ "s0" ];')
    measure("kernel module, ingress, basic", daemon, ask_basic, table)
    measure("kernel module, ingress, interleaved", daemon, ask_interleaved, table)
    daemon.stop()
    judge(table)
    finish()


def judge(table):
    for load in False, True:
        chrony = table["chronyd basic", load]
        when = "under load" if load else "on a quiet host"
        for mode in "socket", "ingress":
            s = table[f"kernel module, {mode}, basic", load]
            ok(s.n >= 0.99 * REQUESTS, f"basic requests are answered ({mode}, {when})", s.n)
            ok(10 * s.rms <= chrony.rms,
               f"basic replies are ten times nearer to the truth than chronyd's ({mode}, {when})")
            ok(10 * s.width <= chrony.width,
               f"and scatter ten times less, 1st to 99th percentile ({mode}, {when})")
            s = table[f"kernel module, {mode}, interleaved", load]
            ok(s.n >= 0.9 * REQUESTS and max(-s.p1, s.p99) < CLOSE_NS,
               f"interleaved replies tell the truth ({mode}, {when})", (s.n, s.p1, s.p99))


if "--packets" in sys.argv:
    packets()
else:
    main()
