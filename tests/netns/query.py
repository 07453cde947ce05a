# SPDX-License-Identifier: GPL-2.0-or-later
"""Ask an NTP server with raw packets and print what came back as JSON.

query.py ADDRESS [--from ADDRESS] [--count N] [--version V] [--mode M] [--extra OCTETS] [--interval S]
"""
import argparse
import json
import os
import socket
import struct
import time

HEADER = struct.Struct(">BBbbIIIQQQQ")


def request(args):
    transmit = int.from_bytes(os.urandom(8), "big")
    head = HEADER.pack(args.version << 3 | args.mode, 0, 6, 0, 0, 0, 0, 0, 0, 0, transmit)
    return head + bytes(args.extra), transmit


def collect(sock, until, asked, result):
    while True:
        left = until - time.monotonic()
        if left <= 0:
            return
        sock.settimeout(left)
        try:
            data, peer = sock.recvfrom(4096)
        except (socket.timeout, ConnectionError):
            continue
        result["replies"] += 1
        result["longest"] = max(result["longest"], len(data))
        result["from"] = peer[0]
        f = HEADER.unpack(data[:48])
        result.update(leap=f[0] >> 6, version=f[0] >> 3 & 7, mode=f[0] & 7, stratum=f[1])
        result["wrong_origin"] += f[8] not in asked
        if f[0] >> 6 == 3 and f[1] == 0 and f[6]:
            code = struct.pack(">I", f[6]).decode("ascii", "replace")
            result["kod"][code] = result["kod"].get(code, 0) + 1


def main():
    p = argparse.ArgumentParser()
    p.add_argument("address")
    p.add_argument("--from", dest="source")
    p.add_argument("--count", type=int, default=1)
    p.add_argument("--version", type=int, default=4)
    p.add_argument("--mode", type=int, default=3)
    p.add_argument("--extra", type=int, default=0)
    p.add_argument("--interval", type=float, default=0.0)
    args = p.parse_args()
    to = socket.getaddrinfo(args.address, 123, type=socket.SOCK_DGRAM)[0]
    sock = socket.socket(to[0], socket.SOCK_DGRAM)
    if args.source:
        sock.bind((args.source, 0))
    result = {"sent": 0, "replies": 0, "longest": 0, "wrong_origin": 0, "kod": {}, "from": None}
    asked = set()
    for _ in range(args.count):
        data, cookie = request(args)
        asked.add(cookie)
        sock.sendto(data, to[4])
        result["sent"] += 1
        collect(sock, time.monotonic() + args.interval, asked, result)
    collect(sock, time.monotonic() + 0.5, asked, result)
    print(json.dumps(result))


main()
