# SPDX-License-Identifier: GPL-2.0-or-later
"""A server and a client for reply.py: what they say, and TAP of what is true."""
import contextlib
import ctypes
import os
import select
import socket
import struct
import time

from genl import C, Genl, attr, number

S4, S6, C4, C6 = "10.111.0.1", "fd00:a75::1", "10.111.0.2", "fd00:a75::2"
UNIX = 2208988800
COUNTS = ("basic", "interleaved", "kod", "rate_limited", "denied", "passed", "send_failures",
          "rx_hardware", "rx_software", "requests")
libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def namespace(name):
    """What is opened inside belongs to the other namespace."""
    here = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{name}", os.O_RDONLY)
    try:
        if libc.setns(there, 0):
            raise OSError(ctypes.get_errno(), "setns")
        yield
    finally:
        libc.setns(here, 0)
        os.close(here)
        os.close(there)


def address(text):
    """As the contract has it."""
    if ":" in text:
        return socket.inet_pton(socket.AF_INET6, text)
    return bytes(10) + b"\xff\xff" + socket.inet_aton(text)


def rule(text, prefix, allow):
    a = address(text)
    return attr(C["ATS_A_SERVER_ACL"], [
        attr(C["ATS_A_ACL_RULE_ADDRESS"], a),
        attr(C["ATS_A_ACL_RULE_PREFIX"], (1, prefix + (0 if ":" in text else 96))),
        attr(C["ATS_A_ACL_RULE_ALLOW"], (1, int(allow)))])


ALL = [rule("0.0.0.0", 0, True), rule("::", 0, True)]


class Server:
    """The agent's part: its sockets, what it publishes, what comes up to it."""

    def __init__(self, port=123):
        self.genl = Genl()
        self.port = port
        self.sockets = []

    def open(self, family=socket.AF_INET6, only=False, device=None):
        s = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(only))
        if device:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", self.port))
        self.sockets.append(s)
        return s

    def attach_socket(self, s):
        reply = self.genl.call("REPLY_ATTACH", [
            attr(C["ATS_A_REPLY_MODE"], C["ATS_REPLY_SOCKET"]),
            attr(C["ATS_A_REPLY_FD"], s.fileno())])
        return number(reply[0][C["ATS_A_REPLY_ID"]])

    def attach_ingress(self, device):
        reply = self.genl.call("REPLY_ATTACH", [
            attr(C["ATS_A_REPLY_MODE"], C["ATS_REPLY_INGRESS"]),
            attr(C["ATS_A_REPLY_IFINDEX"], socket.if_nametoindex(device)),
            attr(C["ATS_A_REPLY_PORT"], (2, self.port))])
        return number(reply[0][C["ATS_A_REPLY_ID"]])

    def detach(self, ident):
        self.genl.call("REPLY_DETACH", [attr(C["ATS_A_REPLY_ID"], ident)])

    def attachments(self):
        return [number(r[C["ATS_A_REPLY_ID"]]) for r in self.genl.call("REPLY_GET", dump=True)]

    def counts(self, ident):
        r = self.genl.call("REPLY_GET", [attr(C["ATS_A_REPLY_ID"], ident)])[0]
        return {k: number(r[C["ATS_A_REPLY_" + k.upper()]]) for k in COUNTS}

    def configure(self, acl=None, **values):
        sizes = {"interleaved": 1, "rate_limit": 1, "rate_interval": 4, "rate_burst": 4,
                 "rate_leak": 4, "kod": 1, "client_octets": 8}
        attrs = list(acl or [])
        if acl == []:
            attrs.append(attr(C["ATS_A_SERVER_ACL_NONE"], None))
        attrs += [attr(C["ATS_A_SERVER_" + k.upper()], (sizes[k], v)) for k, v in values.items()]
        self.genl.call("SERVER_SET", attrs)

    def publish(self, valid_ms=600000, stepped=False, **values):
        now = time.time_ns()
        state = {"leap": (1, 0), "stratum": (1, 2), "precision": (4, -24), "refid": (4, 0xC0000201),
                 "ref_utc": (8, now - 10**9), "root_delay": (8, 10**7),
                 "root_dispersion": (8, 10**6), "at_sys": (8, now), "drift_ppb": (4, 15000),
                 "correction": (8, 0)}
        for key, value in values.items():
            state[key] = (state[key][0], value)
        attrs = [attr(C["ATS_A_SERVER_" + k.upper()], v) for k, v in state.items()]
        attrs.append(attr(C["ATS_A_SERVER_VALID_MS"], (4, valid_ms)))
        if stepped:
            attrs.append(attr(C["ATS_A_SERVER_STEPPED"], None))
        self.genl.call("STATE_SET", attrs)

    def drop_state(self):
        self.genl.call("STATE_DEL")

    def view(self):
        return self.genl.call("SERVER_GET")[0]

    def clients(self):
        out = {}
        for r in self.genl.call("CLIENT_GET", dump=True):
            out[r[C["ATS_A_CLIENT_ADDRESS"]]] = number(r[C["ATS_A_CLIENT_REQUESTS"]])
        return out

    def came_up(self, seconds=0.3):
        """Requests that reached a socket."""
        out = []
        while True:
            ready = select.select(self.sockets, [], [], seconds)[0]
            if not ready:
                return out
            for s in ready:
                out.append(s.recvfrom(2000))


def stamp(ns):
    return (ns // 10**9 + UNIX) << 32 | (ns % 10**9 << 32) // 10**9


def to_ns(ntp):
    return ((ntp >> 32) - UNIX) * 10**9 + ((ntp & 0xFFFFFFFF) * 10**9 >> 32)


FIELDS = ("root_delay", "root_dispersion", "refid", "reference", "origin", "receive", "transmit")


class Client:
    def __init__(self, family=socket.AF_INET, ns="c", server=None, bind=None):
        self.server = (server or (S4 if family == socket.AF_INET else S6), 123)
        with namespace(ns):
            self.sock = socket.socket(family, socket.SOCK_DGRAM)
        self.sock.settimeout(1)
        if bind:
            self.sock.bind(bind)
        self.count = 0

    def send(self, origin=0, receive=0, transmit=None, version=4, mode=3, poll=6, extra=b"",
             root_delay=0):
        self.count += 1
        self.transmit = self.count << 32 | 12345 if transmit is None else transmit
        data = struct.pack("!BBbbIIIQQQQ", version << 3 | mode, 0, poll, 0x20, root_delay, 0, 0, 0,
                           origin, receive, self.transmit)
        self.before = time.time_ns()
        self.sock.sendto(data + extra, self.server)

    def receive(self):
        """The reply in a dict, or None."""
        try:
            data, self.source = self.sock.recvfrom(2000)
        except socket.timeout:
            return None
        self.after = time.time_ns()
        first, stratum, poll, precision = struct.unpack_from("!BBbb", data)
        out = dict(zip(FIELDS, struct.unpack_from("!IIIQQQQ", data, 4)))
        out.update(leap=first >> 6, version=first >> 3 & 7, mode=first & 7, stratum=stratum,
                   poll=poll, precision=precision, length=len(data))
        return out

    def ask(self, wait=1, **fields):
        self.sock.settimeout(wait)
        self.send(**fields)
        return self.receive()
