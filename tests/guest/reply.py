# SPDX-License-Identifier: GPL-2.0-or-later
"""NTP replies of the kernel module as clients see them: run by reply.sh.

The namespace s is the server's, where this runs: it plays the agent, has the
sockets, publishes, and sees what the module leaves to it. The clients are in c.
"""
import os
import socket
import struct
import subprocess
import sys
import time

from genl import C, attr, number
from reply_lab import ALL, Client, Server, address, namespace, rule, to_ns, \
    C4, C6, S4, S6
from reply_ways import answered, test_elsewhere, test_filter, test_firewall, test_ipsec, \
    test_one_for_both, test_ways
from tap import finish, ok

PEERS, BUILD = sys.argv[1], sys.argv[2]
V4, V6 = socket.AF_INET, socket.AF_INET6


def run(*words, ns="c"):
    """What a program in a namespace says, and its exit status."""
    out = subprocess.run(["ip", "netns", "exec", ns, *words], check=False, timeout=120,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return out.returncode, out.stdout.decode(errors="replace")


class Mode:
    """Attached in one of both ways, with a clean slate."""

    def __init__(self, name):
        self.name = name
        self.server = Server()
        for ident in self.server.attachments():
            self.server.detach(ident)
        self.six = self.server.open(V6, only=True)
        self.four = self.server.open(V4)
        self.server.configure(acl=ALL, rate_limit=0, interleaved=1, client_octets=0)
        self.server.configure(client_octets=1 << 20)
        self.server.publish(stepped=True)
        if name == "socket":
            self.ids = [self.server.attach_socket(s) for s in (self.six, self.four)]
        else:
            self.ids = [self.server.attach_ingress("s0")]
        for family in V4, V6:       # neighbours are known, and the way is
            client = Client(family)
            for _ in range(3):
                client.ask()
        self.server.came_up(0)
        self.last = self.counts()

    def counts(self):
        out = {}
        for ident in self.ids:
            for k, v in self.server.counts(ident).items():
                out[k] = out.get(k, 0) + v
        return out

    def changed(self):
        """What was counted since this was asked last."""
        now = self.counts()
        out = {k: v - self.last[k] for k, v in now.items() if v != self.last[k]}
        self.last = now
        return out

    def ok(self, true, what, why=""):
        ok(true, f"{self.name}: {what}", why)

    def end(self):
        for ident in self.server.attachments():
            self.server.detach(ident)
        for s in self.server.sockets:
            s.close()


def test_basic(m):
    for family, name in (V4, "IPv4"), (V6, "IPv6"):
        client = Client(family)
        r = client.ask(poll=7)
        good = r and (r["leap"], r["version"], r["mode"], r["stratum"], r["poll"],
                      r["precision"], r["refid"], r["root_delay"], r["length"]) == \
            (0, 4, 4, 2, 7, -24, 0xC0000201, 656, 48)
        m.ok(good and r["origin"] == client.transmit, f"{name}: a basic reply says all", r)
        m.ok(r and client.before <= to_ns(r["receive"]) < to_ns(r["transmit"]) <= client.after,
             f"{name}: received and sent between the client's sending and receiving")
        m.ok(client.source[:2] == client.server, f"{name}: it comes from the address asked",
             client.source)
    m.ok(m.changed() == {"basic": 2, "requests": 2, "rx_software": 2}, "they are counted", m.last)
    m.ok(not m.server.came_up(0.1), "nothing of it comes up to the agent")


def test_interleaved(m):
    for family, name in (V4, "IPv4"), (V6, "IPv6"):
        client = Client(family)
        first = client.ask()
        good = True
        for i in range(3):
            r = client.ask(origin=first["receive"], receive=1000 + i, transmit=2000 + i)
            good &= bool(r) and r["origin"] == (1000 + i if i else 2000)
            if i and r:
                # that of the reply before, not of this one
                good &= 0 <= to_ns(r["transmit"]) - to_ns(first["receive"]) < 10**8
                good &= to_ns(r["transmit"]) < client.before
            first = r
        m.ok(good, f"{name}: interleaved replies tell when the one before was sent", r)
    m.changed()
    m.server.publish(stepped=True)
    client = Client()
    first = client.ask()
    client.ask(origin=first["receive"], receive=1, transmit=2)
    m.server.publish(stepped=True)
    r = client.ask(origin=first["receive"], receive=3, transmit=4)
    m.ok(r and r["origin"] == 4, "after a step it begins with basic ones again", r)
    m.server.configure(interleaved=0)
    first = client.ask()
    client.ask(origin=first["receive"], receive=1, transmit=2)
    r = client.ask(origin=first["receive"], receive=3, transmit=4)
    m.ok(r and r["origin"] == 4, "and stays with them where interleaved is off")
    m.server.configure(interleaved=1)
    m.changed()


def test_acl(m):
    client = Client()
    m.server.configure(acl=[rule("10.0.0.0", 8, True), rule("10.111.0.0", 24, False)])
    r = client.ask(wait=0.3)
    m.ok(not r and m.changed() == {"denied": 1, "requests": 1}, "who is denied gets nothing")
    m.ok(not m.server.came_up(0.1), "nor does the agent")
    m.server.configure(acl=[])
    m.ok(not client.ask(wait=0.3) and m.changed() == {"denied": 1, "requests": 1},
         "without a rule nobody does")
    m.server.configure(acl=ALL)
    m.ok(client.ask() and m.changed()["basic"] == 1, "who is allowed again does")
    m.server.configure(acl=ALL + [rule("fd00:a75::", 64, False), rule(C6, 128, True)])
    six = Client(V6)
    m.ok(six.ask() and client.ask(), "the narrowest network decides for IPv6")
    m.server.configure(acl=ALL + [rule("fd00:a75::", 64, True), rule(C6, 128, False)])
    m.ok(not six.ask(wait=0.3) and client.ask(), "and IPv4 is left alone by it")
    m.server.configure(acl=ALL)
    m.changed()


def test_rate(m):
    m.server.configure(rate_limit=1, rate_interval=10, rate_burst=4, rate_leak=1, kod=1)
    client = Client()
    kod = None
    for _ in range(40):
        r = client.ask(wait=0.05)
        if r and r["stratum"] == 0:
            kod = r
    c = m.changed()
    m.ok(kod and kod["refid"] == 0x52415445 and kod["leap"] == 3 and kod["poll"] == 10,
         "a kiss of death says RATE", kod)
    # four, and about half of the others
    m.ok(c["kod"] == 1 and 10 <= c["basic"] <= 34, "the burst and some more are answered", c)
    m.ok(c["requests"] == 40 and c.get("rate_limited", 0) + c["kod"] + c["basic"] == 40,
         "each request is counted once", c)
    m.server.configure(rate_limit=0)
    r = m.server.genl.call("CLIENT_GET", [attr(C["ATS_A_CLIENT_ADDRESS"], address(C4))])[0]
    m.ok(number(r[C["ATS_A_CLIENT_DROPS"]]) == 40 - c["basic"],
         "and drops are told of the client", c)


def test_state(m):
    client = Client()
    m.server.publish(root_dispersion=10**6, drift_ppb=10**6, at_sys=time.time_ns() - 10**12)
    r = client.ask()
    # 1 ms, and 1000 ppm of 1000 s
    m.ok(r and abs(r["root_dispersion"] / 65536 - 1.001) < 0.01, "root dispersion grows", r)
    m.server.publish(stratum=16)
    r = client.ask()
    m.ok(r and r["leap"] == 3 and r["stratum"] == 0, "an unsynchronised clock is told as such", r)
    m.server.publish(correction=-3 * 10**9, refid=5, stratum=3)
    r = client.ask()
    m.ok(r and r["refid"] == 5 and r["stratum"] == 3 and
         0 <= to_ns(r["receive"]) + 3 * 10**9 - client.before < 10**9,
         "time served is corrected", r)
    m.changed()
    m.server.publish(valid_ms=300)
    time.sleep(0.5)
    left = number(m.server.view()[C["ATS_A_SERVER_REMAINING_MS"]])
    m.ok(not client.ask(wait=0.2) and left == 0 and
         m.changed() == {"passed": 1, "requests": 1} and len(m.server.came_up()) == 1,
         "an expired state leaves requests to the agent")
    m.server.publish()
    m.ok(client.ask(), "published again it serves again")
    m.server.drop_state()
    m.ok(not client.ask(wait=0.2) and len(m.server.came_up()) == 1, "so does a state taken back")
    m.server.publish()
    m.changed()


def test_not_understood(m):
    client = Client()
    cases = {"an extension field": {"extra": bytes(28)}, "4 octets more": {"extra": bytes(4)},
             "mode 6": {"mode": 6}, "a reply": {"mode": 4}, "version 5": {"version": 5},
             "version 0": {"version": 0}}
    for name, fields in cases.items():
        r = client.ask(wait=0.1, **fields)
        up = m.server.came_up(0.2)
        m.ok(not r and len(up) == 1 and up[0][0][40:48] == struct.pack("!Q", client.transmit),
             f"{name} goes up to the agent untouched", (r, up))
    m.changed()
    r = client.ask(version=1, mode=0)
    m.ok(r and r["version"] == 1 and r["mode"] == 4, "a client of version 1 is answered", r)
    client.sock.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, b"\x01\x01\x01\x00")
    r = client.ask(wait=0.1)
    m.ok(not r and len(m.server.came_up()) == 1, "IPv4 options go up")
    client = Client(server="10.111.0.255")
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    r = client.ask(wait=0.1)
    up = m.server.came_up()
    m.ok(not r and len(up) == 1, "broadcast goes up", (r, up))
    client = Client(V6, server="ff02::1")
    client.server = ("ff02::1", 123, 0, m.c0)
    r = client.ask(wait=0.1)
    up = m.server.came_up()
    m.ok(not r and len(up) == 1, "multicast goes up", (r, up))
    m.changed()


def ipv4(payload, protocol=17, frag=0, ident=7):
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), ident, frag, 64, protocol, 0,
                       socket.inet_aton(C4), socket.inet_aton(S4)) + payload


def udp(ntp, checksum=0, source=4444):
    return struct.pack("!HHHH", source, 123, 8 + len(ntp), checksum) + ntp


def test_raw(m):
    """What no socket of a decent host sends."""
    ntp = bytes([4 << 3 | 3]) + bytes(39) + b"\1" * 8
    with namespace("c"):
        raw = socket.socket(V4, socket.SOCK_RAW, socket.IPPROTO_RAW)
    m.changed()
    raw.sendto(ipv4(udp(ntp, 0xBAD)), (S4, 0))
    time.sleep(0.1)
    m.ok(not m.changed() and not m.server.came_up(0.2), "a wrong checksum is not answered")
    raw.sendto(ipv4(udp(ntp)), (S4, 0))
    time.sleep(0.1)
    m.ok(m.changed().get("basic") == 1, "no checksum at all is, as IPv4 has it")
    raw.sendto(ipv4(udp(ntp, source=0)), (S4, 0))
    time.sleep(0.1)
    m.ok("basic" not in m.changed() and len(m.server.came_up(0.2)) == 1, "port 0 is not")
    whole = udp(ntp)
    raw.sendto(ipv4(whole[:32], frag=0x2000), (S4, 0))
    raw.sendto(ipv4(whole[32:], frag=4), (S4, 0))
    time.sleep(0.1)
    changed, up = m.changed(), len(m.server.came_up(0.2))
    # put together again it is a request like others, but at ingress nobody does
    m.ok(changed.get("basic", 0) == 1 and not up if m.name == "socket" else
         not changed.get("basic") and up == 1, "fragments are answered where they are whole",
         (changed, up))


def test_seen(m):
    """A packet socket that looks on has a copy of its own."""
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    tap.bind(("s0", 0))
    tap.settimeout(0.3)
    client = Client()
    r = client.ask(root_delay=0x1234)
    frames = []
    try:
        while True:
            frames.append(tap.recv(2000))
    except socket.timeout:
        pass
    sent = [f[42:] for f in frames if f[12:14] == b"\x08\x00" and len(f) == 90]
    m.ok(r and len(sent) == 2 and sent[0][0] == 4 << 3 | 3 and
         sent[0][4:8] == struct.pack("!I", 0x1234) and sent[1][0] & 7 == 4,
         "a packet socket sees the request as it was, and the reply", sent)


def test_suspend(m):
    """As far as the notifiers: the machine goes on at once."""
    power = "/sys/power/"
    if not os.path.exists(power + "pm_test"):
        m.ok(True, "a suspend ends the state # SKIP this kernel cannot try one")
        return
    with open("/sys/module/suspend/parameters/pm_test_delay", "w", encoding="ascii") as f:
        f.write("0")
    for name, word in ("pm_test", "freezer"), ("state", "freeze"):
        with open(power + name, "w", encoding="ascii") as f:
            f.write(word)
    m.changed()
    r = Client().ask(wait=0.2)
    left = number(m.server.view()[C["ATS_A_SERVER_REMAINING_MS"]])
    m.ok(not r and not left and len(m.server.came_up()) == 1 and
         m.changed() == {"passed": 1, "requests": 1}, "a suspend ends the state", (r, left))
    m.server.publish()
    m.ok(answered(V4), "until the next is published")
    m.changed()


def test_clients(m):
    """Chronyd and the agent as clients, that check a lot."""
    chronyd = f"{PEERS}/chrony/usr/sbin/chronyd"
    for server, options in (S4, ""), (S6, ""), (S4, "xleave"), (S6, "xleave"):
        status, out = run(chronyd, "-x", "-Q", "-u", "root", "-t", "60", "-d",
                          f"server {server} iburst maxsamples 4 minpoll -6 maxpoll -6 {options}",
                          "maxslewrate 1000", "pidfile /tmp/c.pid")
        wrong = [word for word in out.split() if word.startswith("wrong")]
        m.ok(status == 0 and "System clock wrong by" in out and "Timeout" not in out,
             f"chronyd takes its time from {server} {options}", out[-600:])
    config = "/tmp/client.conf"
    with open(config, "w", encoding="ascii") as f:
        f.write('control_clock = false; state_dir = ""; control_socket = "/tmp/client";\n'
                f'sources = ( {{ protocol = "ntp"; address = "{S4}"; min_poll = -2; '
                f'max_poll = -2; }}, {{ protocol = "ntp"; address = "{S6}"; min_poll = -2; '
                'max_poll = -2; } );\n')
    m.changed()
    agent = subprocess.Popen(["ip", "netns", "exec", "c", f"{BUILD}/as-timesyncd",
                              "--foreground", "--config", config], stderr=subprocess.DEVNULL)
    time.sleep(8)
    _, out = run(f"{BUILD}/as-timesyncctl", "--socket", "/tmp/client", "sources")
    agent.terminate()
    agent.wait()
    c = m.changed()
    m.ok(c.get("interleaved", 0) > 8 and S4 in out and S6 in out,
         "the agent's own client asks interleaved", (c, out))
    # one may be on its way
    m.ok(c.get("denied", 0) + c.get("passed", 0) + c.get("send_failures", 0) == 0,
         "and nothing is left over", c)


def main():
    with namespace("c"):
        c0 = socket.if_nametoindex("c0")
    common = (test_basic, test_interleaved, test_acl, test_rate, test_state, test_not_understood,
              test_raw, test_seen, test_firewall, test_ipsec, test_suspend, test_clients)
    for name, own in ("socket", (test_ways, test_filter, test_one_for_both)), \
            ("ingress", (test_elsewhere,)):
        m = Mode(name)
        m.c0 = c0
        for test in common + own:
            try:
                test(m)
            except Exception as error:  # pylint: disable=broad-except
                m.ok(False, test.__name__, repr(error))
        m.end()


main()
finish()
