# SPDX-License-Identifier: GPL-2.0-or-later
"""Stamps in the replies of the kernel module, against the truth: run by stamps.sh."""
import os
import socket
import subprocess
import sys
import time

import simnic_lab as simnic
from genl import C, Refused, attr, number
from ptp_stamps import test_ptp
from reply_lab import ALL, Client, Server, namespace, to_ns
from tap import finish, ok

MODULES = sys.argv[1]
ATTRS = {"ifindex": 4, "line_phc": 8, "line_sys": 8, "line_rate": 8, "line_valid_ms": 4,
         "tx_delay": 8, "tx_slots": 4, "line_error": 4, "speed": 4}
REPORT = ("tx_delay", "tx_delay_learned", "tx_slots", "tx_hardware", "tx_software", "tx_lost",
          "tx_skipped", "line_rate", "line_valid_ms", "refused", "ifindex")
SIGNED = ("tx_delay", "tx_delay_learned", "line_rate")
SPEED = 1000                        # of simnic as it is made, Mbit/s
FRAME_NS = (90 + 4) * 8             # of a request at this speed
CLOSE_NS = 20                       # line, rounding to 2^-32 s and back


class Iface:
    def __init__(self, server, device):
        self.genl, self.index = server.genl, socket.if_nametoindex(device)

    def set(self, **values):
        values.setdefault("ifindex", self.index)
        self.genl.call("IFACE_SET", [attr(C["ATS_A_IFACE_" + k.upper()], (ATTRS[k], v))
                                     for k, v in values.items() if v is not None])

    def line(self, valid_ms=60000, **values):
        """The true line, by two looks at the truth."""
        a = simnic.readings()
        time.sleep(4)
        b = simnic.readings()
        phc, sys_ = b["s0"] - a["s0"], b["realtime"] - a["realtime"]
        self.set(line_phc=b["s0"], line_sys=b["realtime"], line_valid_ms=valid_ms,
                 line_rate=round((sys_ - phc) / phc * 2**40), **values)

    def renew(self, **values):
        """Nothing learned, nothing awaited, the true line."""
        self.delete()
        self.line(tx_slots=16, speed=SPEED, **values)

    def delete(self):
        self.genl.call("IFACE_DEL", [attr(C["ATS_A_IFACE_IFINDEX"], self.index)])

    def get(self):
        r = self.genl.call("IFACE_GET", [attr(C["ATS_A_IFACE_IFINDEX"], self.index)])[0]
        return report(r)


def report(r):
    out = {}
    for k in REPORT:
        if C["ATS_A_IFACE_" + k.upper()] in r:
            out[k] = number(r[C["ATS_A_IFACE_" + k.upper()]], k in SIGNED)
    return out


class Asker:
    """A client that asks for interleaved replies (RFC 9769) as soon as it can."""

    def __init__(self, server="10.111.0.1", bind=None):
        self.client = Client(server=server, bind=bind)
        self.last = None

    def ask(self, wait=1):
        """(reply, whether it tells of the one before)"""
        fields = {}
        if self.last:
            fields = {"origin": self.last["receive"], "receive": self.seen}
        r = self.client.ask(wait, **fields)
        interleaved = bool(r and self.last and r["origin"] == self.seen != self.client.transmit)
        if r:
            self.last, self.seen = r, self.client.count << 32 | 777
        return r, interleaved


def refused(iface, name, **values):
    try:
        iface.set(**values)
        ok(False, name, "accepted")
    except Refused as e:
        ok(e.strerror and e.errno != 2, name)


def test_contract(server):
    iface = Iface(server, "s0")
    whole = {"line_phc": 1, "line_sys": 1, "line_rate": 1, "line_valid_ms": 1000}
    for part in whole:
        refused(iface, f"a line without {part} is refused", **{**whole, part: None})
    refused(iface, "a rate of 1/4 is refused", **{**whole, "line_rate": 1 << 38})
    refused(iface, "a line of an hour is refused", **{**whole, "line_valid_ms": 3600000})
    refused(iface, "an error of a second is refused", **{**whole, "line_error": 10**9})
    refused(iface, "an error without a line is refused", line_error=100)
    refused(iface, "a delay of an hour is refused", tx_delay=3600 * 10**9)
    refused(iface, "1025 slots are refused", tx_slots=1025)
    refused(iface, "an unknown interface is refused", ifindex=4711)
    refused(iface, "an index beyond all is refused", ifindex=(1 << 32) - 1)
    refused(iface, "no index is refused", ifindex=None, tx_slots=1)
    ok(not server.genl.call("IFACE_GET", dump=True), "nothing of it was kept")
    other = Iface(server, "lo")
    iface.set(tx_slots=4, tx_delay=-1234)
    other.set()
    have = [report(r)["ifindex"] for r in server.genl.call("IFACE_GET", dump=True)]
    ok(sorted(have) == sorted([iface.index, other.index]), "what is set is listed", have)
    other.delete()
    r = iface.get()
    ok(r["tx_slots"] == 4 and r["tx_delay"] == -1234 and "line_rate" not in r and
       "tx_delay_learned" not in r, "what is set can be read", r)
    iface.set(tx_slots=1024)
    ok(iface.get()["tx_slots"] == 1024 and iface.get()["tx_delay"] == -1234,
       "what is not named stays")
    iface.delete()
    try:
        iface.get()
        ok(False, "what is deleted is gone")
    except Refused:
        ok(True, "what is deleted is gone")


def received(frames, reply_transmit):
    return [f for f in frames if not f.tx and f.dest_port == 123 and f.keys[2] == reply_transmit]


def test_receive(server, iface, ident):
    asker = Asker()
    before = server.counts(ident)["rx_hardware"]
    worst = 0
    for _ in range(20):
        r, _ = asker.ask()
        frame = received(simnic.log("s0"), asker.client.transmit)[-1]
        worst = max(worst, abs(to_ns(r["receive"]) - frame.real - FRAME_NS))
    ok(worst <= CLOSE_NS, "receive stamps are those of the NIC, at the end of the frame", worst)
    ok(server.counts(ident)["rx_hardware"] == before + 20, "and counted")


def sent(number_before):
    return [f for f in simnic.log("s0")
            if f.tx and f.source_port == 123 and f.number >= number_before]


def true_stamps(asker, rounds, pause=0.02):
    """Errors of the transmit stamps in interleaved replies."""
    errors = []
    last = None
    for _ in range(rounds):
        number_before = len(simnic.log("s0")) and simnic.log("s0")[-1].number + 1
        r, interleaved = asker.ask()
        if interleaved and last:
            errors.append(to_ns(r["transmit"]) - last)
        frames = sent(number_before)
        last = frames[-1].real if r and frames else None
        time.sleep(pause)
    return errors


def test_transmit(iface):
    before = iface.get()
    errors = true_stamps(Asker(), 20)
    ok(len(errors) >= 18, "interleaved clients get interleaved replies", len(errors))
    ok(errors and max(map(abs, errors)) <= CLOSE_NS, "with the time at the wire", errors)
    after = iface.get()
    ok(after["tx_hardware"] >= before["tx_hardware"] + 18, "by stamps of the NIC", after)
    ok(after["tx_lost"] == before["tx_lost"], "of which none is lost", after)
    ok(after["tx_delay_learned"] != 0, "the delay is learned", after)


def lose_stamps(iface, slots):
    """20 replies whose stamps never come."""
    iface.renew()
    iface.set(tx_slots=slots)
    simnic.setting("nics", "s0", "tx_stamp_lose_every", 1)
    simnic.setting("nics", "s0", "tx_stamp_timeout_ns", 10**7)
    asker = Asker()
    answers = [asker.ask()[0] for _ in range(20)]
    time.sleep(0.2)
    ok(all(answers), f"replies go on when no stamp comes, {slots} slots")
    simnic.setting("nics", "s0", "tx_stamp_lose_every", 0)


def test_lost(iface):
    lose_stamps(iface, 64)
    ok(iface.get()["tx_lost"] == 20, "which is counted", iface.get())
    errors = true_stamps(Asker(), 20)
    ok(len(errors) >= 18 and max(map(abs, errors)) <= CLOSE_NS,
       "and stamps that come again are used", errors)


def test_lost_of_few_slots(iface):
    """Replies that found no slot make others stand back at random (tx_turn.h)."""
    lose_stamps(iface, 8)
    before = iface.get()
    ok(before["tx_lost"] >= 8 and before["tx_lost"] + before["tx_skipped"] == 20,
       "lost or without a slot, all are counted", before)
    true_stamps(Asker(), 20)
    after = iface.get()
    ok(after["tx_hardware"] > before["tx_hardware"], "slots of lost stamps are used again", after)


def test_late(iface):
    iface.renew()
    simnic.setting("nics", "s0", "tx_stamp_delay_ns", 3 * 10**8)
    true_stamps(Asker(), 4, 0.4)
    lost = iface.get()["tx_lost"]
    errors = true_stamps(Asker(), 6, 0.4)
    ok(len(errors) >= 4 and max(map(abs, errors)) <= CLOSE_NS, "stamps that come late are used",
       errors)
    ok(iface.get()["tx_lost"] == lost, "and not given up before", iface.get())
    simnic.setting("nics", "s0", "tx_stamp_delay_ns", 0)


def test_turns(iface):
    """16 clients that always ask in the same order, and stamps for two of them."""
    iface.renew()
    iface.set(tx_slots=2)
    simnic.setting("nics", "s0", "tx_stamp_delay_ns", 5 * 10**6)
    askers = [Asker(bind=(f"10.111.0.{101 + i}", 0)) for i in range(16)]
    ports = [a.client.sock.getsockname()[1] for a in askers]
    truths, sent_at = [0] * 16, [None] * 16
    skipped = iface.get()["tx_skipped"]
    for _ in range(100):
        number_before = simnic.log("s0")[-1].number + 1
        replies = [a.ask() for a in askers]
        for i, (r, interleaved) in enumerate(replies):
            exact = sent_at[i] and abs(to_ns(r["transmit"]) - sent_at[i]) <= CLOSE_NS
            truths[i] += bool(interleaved and exact)
        frames = {f.dest_port: f.real for f in sent(number_before)}
        sent_at = [frames.get(p) for p in ports]
        time.sleep(0.02)
    ok(min(truths) > 0, "with few slots every client gets a true stamp now and then", truths)
    ok(iface.get()["tx_skipped"] > skipped, "and those that go without are counted")
    simnic.setting("nics", "s0", "tx_stamp_delay_ns", 0)
    iface.set(tx_slots=16)


def test_no_line(server, iface, ident):
    iface.line(valid_ms=100)
    time.sleep(0.15)
    before = server.counts(ident)
    ok("line_rate" not in iface.get(), "a line that is over is not shown")
    Asker().ask()
    after = server.counts(ident)
    ok(after["rx_software"] == before["rx_software"] + 1, "nor used", after)
    a = simnic.readings()
    iface.set(line_phc=a["s0"], line_sys=a["realtime"] + 10**9, line_rate=0, line_valid_ms=60000)
    refusals = iface.get()["refused"]
    r, _ = Asker().ask()
    ok(abs(to_ns(r["receive"]) - time.time_ns()) < 5 * 10**8 and
       iface.get()["refused"] > refusals, "a line that contradicts the clock is not used")
    iface.line()
    server.publish(stepped=True)
    ok("line_rate" not in iface.get(), "a step of the clock is the end of a line")
    iface.line()


def test_software(server):
    iface = Iface(server, "s1")
    ident = server.attach_ingress("s1")
    iface.set()
    for name, command in (("straight", None), ("queued", "tc qdisc add dev s1 root pfifo")):
        if command:
            subprocess.run(command.split(), check=True)
        asker = Asker("10.112.0.1")
        for _ in range(40):                     # it sees what the interface is like
            asker.ask()
            time.sleep(0.03)
        before = iface.get()["tx_software"]
        kinds = [asker.ask()[1] for _ in range(50)]
        ok(sum(kinds) >= 48, f"without a NIC's stamps clients are interleaved as well ({name})",
           kinds)
        n = iface.get()["tx_software"] - before
        ok(n >= 48 if command else n < 48, f"by software stamps{'' if command else ' where needed'}"
           f" ({name})", n)
    ok(0 < iface.get()["tx_delay_learned"] < 10**7, "whose delay is learned", iface.get())
    server.detach(ident)
    iface.delete()


def test_in_flight(server, ident):
    """Whatever goes while stamps are awaited."""
    iface = Iface(server, "s0")
    simnic.setting("nics", "s0", "tx_stamp_delay_ns", 5 * 10**8)
    askers = [Asker(bind=(f"10.111.0.{101 + i}", 0)) for i in range(8)]
    for a in askers * 2:
        a.ask()
    iface.delete()
    iface.line(tx_slots=8)
    for a in askers * 2:
        a.ask()
    ok(True, "an interface is taken away and set again")
    server.detach(ident)
    subprocess.run(["rmmod", "as_timesync"], check=True)
    time.sleep(0.7)
    ok(True, "the module goes")
    subprocess.run(["insmod", MODULES + "/as_timesync.ko"], check=True)


def attached(device):
    server = Server()
    server.publish()
    server.configure(acl=ALL)
    return server, server.attach_ingress(device)


def test_device_goes():
    server, _ = attached("s0")
    iface = Iface(server, "s0")
    iface.line(tx_slots=8)
    asker = Asker()
    for _ in range(4):
        asker.ask()
    with open(f"{simnic.DEBUGFS}/control", "w") as f:
        f.write("delete s0")
    ok(not server.genl.call("IFACE_GET", dump=True), "the interface goes")


def test_namespace_goes():
    subprocess.run(["ip", "netns", "add", "gone"], check=True)
    with namespace("gone"):
        server = Server()
        server.genl.call("IFACE_SET", [attr(C["ATS_A_IFACE_IFINDEX"], 1)])
    server.genl.sock.close()
    del server
    subprocess.run(["ip", "netns", "del", "gone"], check=True)
    time.sleep(0.5)
    ok(not os.path.exists("/run/netns/gone"), "the namespace goes")


def main():
    simnic.stamp_all("s0")
    simnic.setting("clocks", "s0", "frequency_ppb", 23456)
    server, ident = attached("s0")
    test_contract(server)
    iface = Iface(server, "s0")
    iface.line(tx_slots=16, speed=SPEED)
    test_receive(server, iface, ident)
    test_transmit(iface)
    test_lost(iface)
    test_lost_of_few_slots(iface)
    test_late(iface)
    test_turns(iface)
    test_no_line(server, iface, ident)
    test_software(server)
    test_in_flight(server, ident)
    test_ptp(Iface, CLOSE_NS)
    test_device_goes()
    test_namespace_goes()
    finish()


main()
