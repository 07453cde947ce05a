# SPDX-License-Identifier: GPL-2.0-or-later
"""An NTP server whose time is that of a NIC's clock, exactly, whatever becomes of the system
clock: interleaved (RFC 9769) with the NIC's own stamps, as ptp4l's time-transmitters give.

    ref_ntp.py INTERFACE ADDRESS PHC	(in its network namespace; PHC: /dev/ptpN, which is TAI)
"""
import os
import select
import socket
import struct
import sys
import time

import simnic_lab as simnic
from reply_lab import stamp

SO_TIMESTAMPING, MSG_ERRQUEUE = 37, 0x2000
TX_HARDWARE, RX_HARDWARE, RAW_HARDWARE, OPT_CMSG, OPT_TSONLY = 1, 4, 64, 1024, 2048
TAI_AHEAD = 37 * 10**9
PATIENCE_MS = 100           # for a transmit stamp
CLIENT_MODE, SERVER_MODE = 3, 4
# NICs stamp the start of a frame; NTP's receive timestamps are of its end (timestamps.md).
# Ethernet header and FCS, IPv4, UDP; at 1 Gbit/s, as simnic's are
FRAME_OCTETS, NS_OF_OCTET = 14 + 4 + 20 + 8, 8
REFERENCE_ID = int.from_bytes(b"PHC\0", "big")


def hardware(ancillary):
    """UTC by the NIC's stamp in a struct scm_timestamping; 0: there is none."""
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPING:
            seconds, ns = struct.unpack_from("qq", data, 32)
            return seconds * 10**9 + ns - TAI_AHEAD if seconds else 0
    return 0


class Server:
    def __init__(self, interface, address, phc):
        simnic.stamp_all(interface)
        self.phc = ~os.open(phc, os.O_RDWR) << 3 | 3    # FD_TO_CLOCKID
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING, TX_HARDWARE | RX_HARDWARE |
                             RAW_HARDWARE | OPT_CMSG | OPT_TSONLY)
        self.sock.bind((address, 123))
        self.errors = select.poll()
        self.errors.register(self.sock, 0)      # POLLERR is always told
        self.last = {}          # of each address (ports change): when it asked, our answer left
        self.late = 0           # by which answers leave after the clock was read

    def sent(self):
        """When the answer left; 0: not known."""
        if not self.errors.poll(PATIENCE_MS):
            return 0
        return hardware(self.sock.recvmsg(256, 512, MSG_ERRQUEUE)[1])

    def answer(self, request, client, received):
        first, _, poll = struct.unpack_from("!BBb", request)
        origin, seen, sent = struct.unpack_from("!QQQ", request, 24)
        came, left = self.last.get(client[0], (0, 0))
        now = time.clock_gettime_ns(self.phc) - TAI_AHEAD + self.late
        interleaved = left and origin == stamp(came)
        reply = struct.pack("!BBbbIIIQQQQ", first & 0x38 | SERVER_MODE, 1, poll, -30, 0, 0,
                            REFERENCE_ID, stamp(received - 10**9), seen if interleaved else sent,
                            stamp(received), stamp(left if interleaved else now))
        self.sock.sendto(reply, client)
        left = self.sent()
        if left:
            self.late += left - now
        self.last[client[0]] = (received, left)

    def serve(self):
        while True:
            request, ancillary, _, client = self.sock.recvmsg(2000, 512)
            received = hardware(ancillary)
            received += received and (len(request) + FRAME_OCTETS) * NS_OF_OCTET
            if received and len(request) >= 48 and request[0] & 7 == CLIENT_MODE:
                self.answer(request, client, received)


Server(*sys.argv[1:4]).serve()
