# SPDX-License-Identifier: GPL-2.0-or-later
"""Send one PTP management request by multicast over UDP/IPv4 and print the answer.

manage.py INTERFACE-ADDRESS ACTION ID [DATA]: numbers in hexadecimal, DATA octets. Prints
"ACTION TLV-TYPE OCTETS" of the answer in hexadecimal, or "none" after a second.
"""
import socket
import struct
import sys
import time

GROUP = "224.0.1.129"
GENERAL_PORT = 320


def main():
    address, action, ident = sys.argv[1], int(sys.argv[2], 16), int(sys.argv[3], 16)
    data = bytes.fromhex(sys.argv[4]) if len(sys.argv) > 4 else b""
    tlv = struct.pack(">HHH", 1, 2 + len(data), ident) + data
    clock, sequence = b"\x02asker\x00\x01", 77
    body = b"\xff" * 10 + struct.pack(">BBBB", 0, 0, action, 0) + tlv
    head = struct.pack(">BBHBBHqI8sHHBb", 0x0D, 2, 34 + len(body), 0, 0, 0, 0, 0, clock, 1,
                       sequence, 4, 127)
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("", GENERAL_PORT))
    member = socket.inet_aton(GROUP) + socket.inet_aton(address)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
    sock.sendto(head + body, (GROUP, GENERAL_PORT))
    until = time.monotonic() + 1
    while time.monotonic() < until:
        sock.settimeout(max(until - time.monotonic(), 0.01))
        try:
            got, _ = sock.recvfrom(2048)
        except socket.timeout:
            break
        if len(got) < 54 or got[0] & 15 != 0x0D or got[34:42] != clock:
            continue
        kind = struct.unpack(">H", got[48:50])[0]
        print("%x %x %s" % (got[46] & 15, kind, got[52:].hex()))
        return
    print("none")


main()
