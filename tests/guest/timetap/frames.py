# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames with time messages, good and hostile, octet by octet."""

import socket
import struct

MULTICAST = bytes.fromhex("011b19000000")
SOURCE = bytes.fromhex("020000000001")
CLOCK = 0x0011223344556677

SYNC, DELAY_REQ, PDELAY_REQ, PDELAY_RESP, FOLLOW_UP = 0, 1, 2, 3, 8


def ptp(kind, sequence, version=2, length=None, size=None, domain=5):
    """A PTP message; length is what it says of itself, size what it has."""
    right = 54 if kind in (PDELAY_REQ, PDELAY_RESP) else 44
    header = struct.pack(">BBHBBHQIQHHBb", kind, version, right if length is None else length,
                         domain, 0, 0, 0x0000000100000000, 0, CLOCK, 7, sequence, 0, 0)
    return (header + bytes(100))[: right if size is None else size]


def ntp(mode, cookie, version=4, size=48):
    return (bytes([version << 3 | mode]) + bytes(23)
            + struct.pack(">QQQ", cookie + 1, cookie + 2, cookie) + bytes(100))[:size]


def udp(source, destination, payload, length=None):
    return struct.pack(">HHHH", source, destination, 8 + len(payload) if length is None else length,
                       0) + payload


def checksum(header):
    total = sum(struct.unpack(">%dH" % (len(header) // 2), header))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def ipv4(payload, options=b"", fragment=0, length=None, protocol=17, words=None):
    words = 5 + len(options) // 4 if words is None else words
    total = 20 + len(options) + len(payload) if length is None else length
    header = struct.pack(">BBHHHBBH4s4s", 0x40 | words, 0, total, 1, fragment, 64, protocol, 0,
                         socket.inet_aton("10.9.0.1"), socket.inet_aton("10.9.0.2")) + options
    return header[:10] + struct.pack(">H", checksum(header)) + header[12:] + payload


def ipv6(payload, first=17, length=None):
    return struct.pack(">IHBB16s16s", 6 << 28, len(payload) if length is None else length, first,
                       64, socket.inet_pton(socket.AF_INET6, "fd00:9::1"),
                       socket.inet_pton(socket.AF_INET6, "fd00:9::2")) + payload


def extension(following, octets=8):
    return bytes([following, octets // 8 - 1]) + bytes(octets - 2)


def fragment(following, offset=0, more=0):
    return struct.pack(">BBHI", following, 0, offset << 3 | more, 9)


def ethernet(kind, payload, tags=(), destination=MULTICAST):
    header = destination + SOURCE
    for protocol, vlan in tags:
        header += struct.pack(">HH", protocol, vlan)
    return header + struct.pack(">H", kind) + payload


L2, IP4, IP6 = 0x88F7, 0x0800, 0x86DD
Q, AD = 0x8100, 0x88A8
KINDS = ("Sync", "Delay_Req", "Pdelay_Req", "Pdelay_Resp")


def good():
    """(frame, what is recorded of it) for each kind that is to be recognised."""
    found = []

    def add_ptp(sequence, kind, transport, vlans, frame):
        found.append((frame, {
            "protocol": "ptp", "type": KINDS[kind], "sequence": sequence, "domain": 5, "version": 2,
            "transport": transport, "vlans": vlans, "length": len(frame),
            "source_port_identity": "001122.3344.556677-7", "correction": 1 << 32}))

    def add_ntp(cookie, mode, name, transport, vlans, frame, version=4):
        found.append((frame, {
            "protocol": "ntp", "type": name, "version": version, "transport": transport,
            "vlans": vlans, "length": len(frame), "origin": "%016x" % (cookie + 1),
            "receive": "%016x" % (cookie + 2), "transmit": "%016x" % cookie}))

    n = 0
    for tags, vlans in (((), []), (((Q, 5),), [5]), (((AD, 7), (Q, 5)), [7, 5])):
        for kind in range(4):
            n += 1
            add_ptp(n, kind, "ethernet", vlans, ethernet(L2, ptp(kind, n), tags))
            n += 1
            add_ptp(n, kind, "udp4", vlans,
                    ethernet(IP4, ipv4(udp(319, 319, ptp(kind, n))), tags))
            n += 1
            add_ptp(n, kind, "udp6", vlans,
                    ethernet(IP6, ipv6(udp(319, 319, ptp(kind, n))), tags))
        for mode, name in ((3, "client"), (4, "server"), (5, "broadcast"), (1, "symmetric active")):
            n += 1
            ports = (123, 40000) if mode == 4 else (40000, 123)
            add_ntp(n << 40, mode, name, "udp4", vlans,
                    ethernet(IP4, ipv4(udp(*ports, ntp(mode, n << 40))), tags))
            n += 1
            add_ntp(n << 40, mode, name, "udp6", vlans,
                    ethernet(IP6, ipv6(udp(*ports, ntp(mode, n << 40))), tags))
    add_ptp(201, SYNC, "udp4", [],
            ethernet(IP4, ipv4(udp(319, 319, ptp(SYNC, 201)), options=bytes([1] * 40))))
    chain = extension(60) + extension(44, 16) + fragment(17)
    add_ptp(202, SYNC, "udp6", [],
            ethernet(IP6, ipv6(chain + udp(319, 319, ptp(SYNC, 202)), first=0)))
    add_ptp(203, SYNC, "ethernet", [0], ethernet(L2, ptp(SYNC, 203), ((Q, 0),)))
    add_ptp(204, SYNC, "ethernet", [], ethernet(L2, ptp(SYNC, 204, size=60)))	# padding
    add_ntp(205, 3, "client", "udp4", [],
            ethernet(IP4, ipv4(udp(40000, 123, ntp(3, 205, size=148)))))
    add_ntp(206, 3, "client", "udp4", [],
            ethernet(IP4, ipv4(udp(40000, 123, ntp(3, 206, version=3)))), version=3)
    return found


def hostile():
    """Frames that are no time message, however much they look like one."""
    sync = ptp(SYNC, 999)
    event = udp(319, 319, sync)
    query = udp(40000, 123, ntp(3, 999))
    return [
        ethernet(L2, b"\0"),
        ethernet(L2, ptp(SYNC, 999, size=33)),
        ethernet(L2, ptp(SYNC, 999, size=43)),
        ethernet(L2, ptp(PDELAY_REQ, 999, size=53)),
        ethernet(L2, ptp(SYNC, 999, length=45)),
        ethernet(L2, ptp(SYNC, 999, length=0)),
        ethernet(L2, ptp(SYNC, 999, length=65535)),
        ethernet(L2, ptp(SYNC, 999, version=1)),
        ethernet(L2, ptp(SYNC, 999, version=3)),
        ethernet(L2, ptp(FOLLOW_UP, 999)),
        ethernet(L2, sync, ((Q, 1), (Q, 2), (Q, 3))),
        ethernet(Q, b"\0\1"),
        ethernet(IP4, ipv4(udp(319, 320, ptp(FOLLOW_UP, 999)))),
        ethernet(IP4, ipv4(udp(319, 320, sync))),
        ethernet(IP4, ipv4(event, protocol=6)),
        ethernet(IP4, ipv4(event, words=4)),
        ethernet(IP4, ipv4(event, words=15)),
        ethernet(IP4, ipv4(event, length=19)),
        ethernet(IP4, ipv4(event, length=200)),
        ethernet(IP4, ipv4(event, fragment=1)),
        ethernet(IP4, ipv4(event, fragment=0x2001)),
        ethernet(IP4, ipv4(udp(319, 319, sync, length=53))),
        ethernet(IP4, ipv4(udp(319, 319, sync, length=7))),
        ethernet(IP4, ipv4(udp(319, 319, sync, length=20))),
        ethernet(IP4, ipv4(event[:8])),
        ethernet(IP4, ipv4(event[:5])),
        ethernet(IP4, ipv4(event)[:19]),
        ethernet(IP4, ipv6(event)),
        ethernet(IP6, ipv4(event)),
        ethernet(IP6, ipv6(event, length=500)),
        ethernet(IP6, ipv6(event, length=0)),
        ethernet(IP6, ipv6(event)[:39]),
        ethernet(IP6, ipv6(fragment(17, offset=1) + event, first=44)),
        ethernet(IP6, ipv6(extension(17, 2048)[:8] + event, first=0)),
        ethernet(IP6, ipv6(extension(0) * 40 + event, first=0)),
        ethernet(IP6, ipv6(extension(59) + event, first=0)),
        ethernet(IP4, ipv4(udp(40000, 123, ntp(3, 999, size=47)))),
        ethernet(IP4, ipv4(udp(40000, 123, ntp(6, 999)))),
        ethernet(IP4, ipv4(udp(40000, 123, ntp(7, 999)))),
        ethernet(IP4, ipv4(udp(40000, 123, ntp(0, 999)))),
        ethernet(IP4, ipv4(udp(40000, 123, ntp(3, 999, version=0)))),
        ethernet(IP4, ipv4(udp(40000, 123, ntp(3, 999, version=5)))),
        ethernet(IP4, ipv4(udp(40000, 124, ntp(3, 999)))),
        ethernet(IP4, ipv4(query, protocol=1)),
        ethernet(0x0806, sync),
    ]
