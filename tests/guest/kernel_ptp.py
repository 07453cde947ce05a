# SPDX-License-Identifier: GPL-2.0-or-later
"""The agent's part of a PTP port that the kernel module serves."""
import socket

from genl import C, Genl, attr, number
from reply_lab import address

EVENT, GENERAL = 319, 320
COUNTS = ("delay_resps", "pdelay_resps", "passed", "ungranted", "syncs", "follow_ups",
          "stamps_lost", "waits", "send_failures", "rx_hardware", "rx_software", "clients")
TAI = 37 * 10**9
BATCH = 256


def duties(*names):
    return sum(C["ATS_PTP_" + n.upper()] for n in names)


def grant(text, clock, port=1, sync_log=0, sync_s=None, delay_log=0, delay_s=None):
    """A client with what it is granted, for Port.grant()."""
    attrs = [attr(C["ATS_A_PTP_CLIENT_ADDRESS"], address(text)),
             attr(C["ATS_A_PTP_CLIENT_CLOCK"], (8, clock)),
             attr(C["ATS_A_PTP_CLIENT_PORT"], (2, port))]
    if sync_s is not None:
        attrs += [attr(C["ATS_A_PTP_CLIENT_SYNC_LOG"], (4, sync_log)),
                  attr(C["ATS_A_PTP_CLIENT_SYNC_S"], sync_s)]
    if delay_s is not None:
        attrs += [attr(C["ATS_A_PTP_CLIENT_DELAY_LOG"], (4, delay_log)),
                  attr(C["ATS_A_PTP_CLIENT_DELAY_S"], delay_s)]
    return attr(C["ATS_A_PTP_CLIENT"], attrs)


class Port:
    def __init__(self, device, clients_max=0, family=socket.AF_INET):
        self.genl = Genl()
        self.event, self.general = (self.open(device, family, p) for p in (EVENT, GENERAL))
        reply = self.genl.call("PTP_ATTACH", [
            attr(C["ATS_A_PTP_EVENT_FD"], self.event.fileno()),
            attr(C["ATS_A_PTP_GENERAL_FD"], self.general.fileno()),
            attr(C["ATS_A_PTP_CLIENTS_MAX"], clients_max)])
        self.ident = number(reply[0][C["ATS_A_PTP_ID"]])

    def open(self, device, family, port):
        s = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        s.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", port))
        return s

    def publish(self, names, valid_ms=600000, **values):
        facts = {"clock": (8, 0x1122334455667788), "port": (2, 1), "domain": (1, 0),
                 "sdo": (2, 0), "minor_version": (1, 1), "duties": (4, duties(*names)),
                 "log_min_delay_req": (4, 0), "tai_offset": (8, TAI), "valid_ms": (4, valid_ms)}
        for key, value in values.items():
            facts[key] = (facts[key][0], value)
        self.genl.call("PTP_SET", [attr(C["ATS_A_PTP_ID"], self.ident)] + [
            attr(C["ATS_A_PTP_" + k.upper()], v) for k, v in facts.items()])

    def grant(self, clients):
        for i in range(0, len(clients), BATCH):
            self.genl.call("PTP_CLIENT_SET",
                           [attr(C["ATS_A_PTP_ID"], self.ident)] + clients[i:i + BATCH])

    def detach(self):
        self.genl.call("PTP_DETACH", [attr(C["ATS_A_PTP_ID"], self.ident)])

    def counts(self):
        r = self.genl.call("PTP_GET", [attr(C["ATS_A_PTP_ID"], self.ident)])[0]
        return {k: number(r[C["ATS_A_PTP_" + k.upper()]]) for k in COUNTS}
