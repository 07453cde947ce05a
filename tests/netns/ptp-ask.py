# SPDX-License-Identifier: GPL-2.0-or-later
"""Ask a PTP server one thing by unicast over UDP and print what it answers.

ptp-ask.py sptp LOCAL SERVER: one exchange of Simple PTP, as Meta's client does it. Prints
"order" when t3 <= t4 <= t1 <= t2 as of one clock that both ends read, and else the times.
ptp-ask.py times LOCAL SERVER: the same; prints t4 and t1, ns of UTC.
ptp-ask.py delay LOCAL SERVER: an ordinary Delay_Req; prints "answer".
ptp-ask.py grant LOCAL SERVER CLOCK: asks for Sync as this clock; prints the seconds granted.
ptp-ask.py cancel LOCAL SERVER CLOCK: does not want it any more; prints "acknowledged".
Each prints "none" when no answer comes in a second.
"""
import socket
import struct
import sys
import time

EVENT, GENERAL = 319, 320
UNICAST, PROFILE1 = 0x0400, 0x2000
SYNC, DELAY_REQ, DELAY_RESP, ANNOUNCE, SIGNALING = 0, 1, 9, 11, 12
REQUEST, GRANT, CANCEL, ACKNOWLEDGE = 4, 5, 6, 7
SEQUENCE = 4711
SO_TIMESTAMPNS = 35


def opened(local, port):
    family = socket.AF_INET6 if ":" in local else socket.AF_INET
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    s.bind((local, port))
    return s


def message(kind, flags, body, clock=0xA5):
    return struct.pack(">BBHBBHqIQHHBb", kind, 0x12, 34 + len(body), 0, 0, flags, 0, 0, clock, 1,
                       SEQUENCE, 0, 127) + body


def hear(s, kind, until):
    """Octets and arrival of the first message of this type, in time."""
    while time.monotonic() < until:
        s.settimeout(max(until - time.monotonic(), 0.001))
        try:
            got, more, _, _ = s.recvmsg(2048, 256)
        except socket.timeout:
            break
        if len(got) < 44 or got[0] & 15 != kind or (kind != SIGNALING and
                                                    got[30:32] != struct.pack(">H", SEQUENCE)):
            continue
        second, ns = struct.unpack("@qq", more[0][2][:16])
        return got, second * 10**9 + ns
    return None, None


def stamp(b):
    high, low, ns = struct.unpack(">HII", b[34:44])
    return (high << 32 | low) * 10**9 + ns


def sptp(event, general, server, until, times):
    t3 = time.time_ns()
    event.sendto(message(DELAY_REQ, UNICAST | PROFILE1, bytes(10)), (server, EVENT))
    sync, t2 = hear(event, SYNC, until)
    announce, _ = hear(general, ANNOUNCE, until)
    if not sync or not announce:
        return "none"
    tai = struct.unpack(">h", announce[44:46])[0] * 10**9
    t4, t1 = stamp(sync) - tai, stamp(announce) - tai
    if times:
        return f"{t4} {t1}"
    return "order" if t3 <= t4 <= t1 <= t2 else f"t3 {t3} t4 {t4} t1 {t1} t2 {t2}"


def unicast_tlv(general, server, until, clock, tlv):
    """What is answered to this Signaling TLV: its type and its value."""
    general.sendto(message(SIGNALING, UNICAST, b"\xff" * 10 + tlv, clock), (server, GENERAL))
    got, _ = hear(general, SIGNALING, until)
    return (None, None) if not got else (struct.unpack(">H", got[44:46])[0], got[48:])


def grant(general, server, until, clock):
    kind, value = unicast_tlv(general, server, until, clock,
                              struct.pack(">HHBbI", REQUEST, 6, SYNC << 4, 0, 60))
    if kind == GRANT:
        return str(struct.unpack(">BbI", value[:6])[2])
    return f"TLV {kind}" if kind else "none"


def cancel(general, server, until, clock):
    kind, value = unicast_tlv(general, server, until, clock,
                              struct.pack(">HHBB", CANCEL, 2, SYNC << 4, 0))
    if kind == ACKNOWLEDGE and value[0] >> 4 == SYNC:
        return "acknowledged"
    return f"TLV {kind}" if kind else "none"


def main():
    what, local, server = sys.argv[1:4]
    event, general = opened(local, EVENT), opened(local, GENERAL)
    until = time.monotonic() + 1
    if what in ("sptp", "times"):
        print(sptp(event, general, server, until, what == "times"))
    elif what == "grant":
        print(grant(general, server, until, int(sys.argv[4], 16)))
    elif what == "cancel":
        print(cancel(general, server, until, int(sys.argv[4], 16)))
    else:
        event.sendto(message(DELAY_REQ, UNICAST, bytes(10)), (server, EVENT))
        print("answer" if hear(general, DELAY_RESP, until)[0] else "none")


main()
