# SPDX-License-Identifier: GPL-2.0-or-later
"""Times that the kernel module tells PTP clients, against the truth; for stamps.py."""
import socket
import struct
import time

import simnic_lab as simnic
from kernel_ptp import EVENT, GENERAL, TAI, Port, grant
from reply_lab import namespace
from tap import ok

CLOCK = 0xA1A2A3A4A5A6A7A8
CLIENTS = 16
FIRST = 101                         # 10.111.0.101 and so on are the client's
IP_PKTINFO = 8                      # of Linux
DELAY_REQ, FOLLOW_UP, DELAY_RESP = 1, 8, 9


def open_client():
    with namespace("c"):
        both = []
        for p in (EVENT, GENERAL):
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.bind(("0.0.0.0", p))
            s.settimeout(2)
            both.append(s)
        return both


def tai(message):
    high, low, ns = struct.unpack_from("!HII", message, 34)
    return (high << 32 | low) * 10**9 + ns


def heard(sock, kind):
    """All messages of a kind that came."""
    out = []
    sock.setblocking(False)
    try:
        while True:
            m = sock.recv(200)
            if m[0] & 15 == kind:
                out.append(m)
    except BlockingIOError:
        return out


def delay_req(sequence):
    return struct.pack("!BBHBBHqIQHHBb", DELAY_REQ, 0x12, 44, 0, 0, 0x400, 0, 0, CLOCK, 1, sequence,
                       1, 0x7F) + bytes(10)


def syncs_sent(since):
    return [f for f in simnic.log("s0") if f.tx and f.source_port == EVENT and f.real > since]


def nearest(times, t):
    return min(abs(t - x) for x in times)


def test_follow_ups(port, general, close_ns):
    since = time.time_ns()
    port.grant([grant(f"10.111.0.{FIRST + i}", CLOCK + i, sync_log=-1, sync_s=600, delay_s=600)
                for i in range(CLIENTS)])
    time.sleep(4)
    told = [tai(m) - TAI for m in heard(general, FOLLOW_UP)]
    sent = [f.real for f in syncs_sent(since)]
    ok(len(told) >= 6 * CLIENTS, "each client gets its Follow_Ups", (len(told), len(sent)))
    worst = max((nearest(sent, t) for t in told), default=None)
    ok(worst is not None and worst <= close_ns,
       "a Follow_Up tells when its Sync left, by the NIC's stamp", worst)
    counts = port.counts()
    ok(counts["stamps_lost"] == 0 and counts["send_failures"] == 0, "no stamp is lost", counts)


def test_delay(port, event, general, close_ns):
    heard(general, DELAY_RESP)
    since = time.time_ns()
    pktinfo = struct.pack("=I4s4s", 0, socket.inet_aton(f"10.111.0.{FIRST}"), bytes(4))
    event.sendmsg([delay_req(1)], [(socket.IPPROTO_IP, IP_PKTINFO, pktinfo)], 0,
                  ("10.111.0.1", EVENT))
    time.sleep(1)
    told = [tai(m) - TAI for m in heard(general, DELAY_RESP)]
    came = [f.real for f in simnic.log("s0") if not f.tx and f.dest_port == EVENT and f.real > since]
    ok(len(told) == 1 and came and nearest(came, told[0]) <= close_ns,
       "a Delay_Resp tells when the start of its Delay_Req came, by the NIC's stamp",
       (told, came))
    ok(port.counts()["rx_hardware"] == 1, "and is counted as such")


def test_few_slots(port, iface, general):
    iface.set(tx_slots=1)
    heard(general, FOLLOW_UP)
    before = port.counts()
    time.sleep(4)
    after = port.counts()
    told = len(heard(general, FOLLOW_UP))
    ok(after["waits"] > before["waits"], "with one stamp at a time Syncs wait", after)
    ok(told >= 6 * CLIENTS and after["send_failures"] == before["send_failures"] and
       after["stamps_lost"] == before["stamps_lost"], "and all are sent and followed up", after)


def test_ptp(make_iface, close_ns):
    simnic.stamp_all("s0")
    # what was tried before made stamps late
    simnic.setting("nics", "s0", "tx_stamp_delay_ns", 0)
    time.sleep(1)
    event, general = open_client()
    port = Port("s0", CLIENTS)
    iface = make_iface(port, "s0")
    iface.renew()
    port.publish(("sync", "delay"))
    test_follow_ups(port, general, close_ns)
    test_delay(port, event, general, close_ns)
    test_few_slots(port, iface, general)
    port.detach()
