# SPDX-License-Identifier: GPL-2.0-or-later
"""The sequenceIds of unicast Syncs, as they come in at an interface of some namespace: of one
receiver each is one more than the last (IEEE 1588-2019 clause 7.3.7)."""
import socket

from reply_lab import namespace

ETH_P_ALL, ETH_P_IP = 3, 0x0800
ROOM = 64 << 20
PACKET_OUTGOING = 4
HALF = 1 << 15


class Sequences:
    """Heard from now on; all of it waits in the socket until read() is called."""

    def __init__(self, where, interface):
        with namespace(where):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, 33, ROOM)     # SO_RCVBUFFORCE
        self.socket.bind((interface, ETH_P_ALL))
        self.socket.setblocking(False)
        self.last, self.syncs, self.back, self.leaps = {}, 0, [], []

    def take(self, packet):
        """With its IPv4 header, without options."""
        if packet[0] != 0x45 or packet[9] != socket.IPPROTO_UDP or \
           packet[22:24] != (319).to_bytes(2, "big") or packet[28] & 0xf:
            return
        # a clock of each domain has its own
        to = f"{socket.inet_ntoa(packet[16:20])}, domain {packet[32]}"
        sequence = int.from_bytes(packet[58:60], "big")
        step = (sequence - self.last.get(to, sequence - 1)) & 0xffff
        self.syncs += 1
        if step == 0 or step >= HALF:
            self.back.append((to, self.last[to], sequence))
        elif step > 1:
            self.leaps.append(step - 1)
        self.last[to] = sequence

    def read(self):
        """What is there; True: nothing was lost on the way here."""
        while True:
            try:
                packet, where = self.socket.recvfrom(2048)
            except BlockingIOError:
                break
            if where[1] == ETH_P_IP and where[2] != PACKET_OUTGOING:
                self.take(packet)
        # struct tpacket_stats of PACKET_STATISTICS: packets, drops
        stats = self.socket.getsockopt(263, 6, 8)
        return int.from_bytes(stats[4:], "little") == 0
