#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""dns.py ADDRESS FILE: a DNS server for tests.

FILE has lines NAME ADDRESS...; it is read again for every question. A name
with the address "slow" is answered after 3 s, "never" not at all.
"""
import ipaddress
import socket
import struct
import sys
import threading
import time


def table():
    with open(sys.argv[2]) as f:
        return {w[0].lower(): w[1:] for w in (line.split() for line in f) if w}


def question(q):
    labels, at = [], 12
    while q[at]:
        labels.append(q[at + 1:at + 1 + q[at]].decode())
        at += 1 + q[at]
    return ".".join(labels).lower(), struct.unpack(">H", q[at + 1:at + 3])[0], at + 5


def records(addresses, qtype):
    for a in addresses:
        ip = ipaddress.ip_address(a)
        if qtype == (1 if ip.version == 4 else 28):
            yield struct.pack(">HHHIH", 0xC00C, qtype, 1, 1, len(ip.packed)) + ip.packed


def reply(sock, q, peer):
    name, qtype, end = question(q)
    addresses = table().get(name)
    if addresses == ["never"]:
        return
    if addresses and addresses[0] == "slow":
        time.sleep(3)
        addresses = addresses[1:]
    rr = list(records(addresses or [], qtype))
    rcode = 3 if addresses is None else 0
    head = q[:2] + struct.pack(">HHHHH", 0x8580 | rcode, 1, len(rr), 0, 0)
    sock.sendto(head + q[12:end] + b"".join(rr), peer)


def main():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((sys.argv[1], 53))
    while True:
        q, peer = sock.recvfrom(1500)
        threading.Thread(target=reply, args=(sock, q, peer), daemon=True).start()


main()
