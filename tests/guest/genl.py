# SPDX-License-Identifier: GPL-2.0-or-later
"""Generic netlink for tests: enough to talk to as_timesync.ko, by its spec."""
import os
import re
import socket
import struct

SPEC = os.path.join(os.path.dirname(__file__), "../../uapi/linux/as_timesync.h")
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
SOL_NETLINK, NETLINK_EXT_ACK, NETLINK_CAP_ACK = 270, 11, 10
NESTED = 0x8000


def constants():
    """Every enumerator of the uapi header."""
    names = {}
    text = re.sub(r"/\*.*?\*/", "", open(SPEC).read(), flags=re.S)
    for body in re.findall(r"enum[^{]*\{(.*?)\}", text, flags=re.S):
        value = -1
        for item in body.split(","):
            word = item.split("=")
            if not word[0].strip():
                continue
            value = eval(word[1], {}, names) if len(word) > 1 else value + 1
            names[word[0].strip()] = value
    return names


C = constants()


class Refused(OSError):
    def __init__(self, errno, message):
        super().__init__(errno, message or os.strerror(errno))


def attr(kind, value):
    """int as u32; (size, int); bytes; None: flag; list of attr(): nested."""
    if value is None:
        value = b""
    elif isinstance(value, list):
        kind |= NESTED
        value = b"".join(value)
    elif isinstance(value, tuple):
        value = value[1].to_bytes(value[0], "little", signed=value[1] < 0)
    elif isinstance(value, int):
        value = struct.pack("=I" if value >= 0 else "=i", value)
    data = struct.pack("=HH", len(value) + 4, kind) + value
    return data + bytes(-len(data) % 4)


def parse(data):
    """Attributes to {kind: bytes}; of repeated ones all, in a list."""
    out = {}
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        if size < 4:
            break
        kind &= 0x3FFF
        value = data[4:size]
        out[kind] = out[kind] + [value] if kind in out else [value]
        data = data[(size + 3) & ~3:]
    return {k: v[0] if len(v) == 1 else v for k, v in out.items()}


def number(data, signed=False):
    return int.from_bytes(data, "little", signed=signed)


class Genl:
    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        self.sock.bind((0, 0))
        self.seq = 0
        reply = self.call_family(16, 3, [attr(2, b"as_timesync\0")])[0]
        self.family = number(reply[1])
        groups = (parse(g) for g in parse(reply[7]).values())
        self.groups = {g[1].rstrip(b"\0").decode(): number(g[2]) for g in groups}

    def join(self, group):
        self.sock.setsockopt(SOL_NETLINK, 1, self.groups[group])

    def call(self, command, attrs=(), dump=False):
        return self.call_family(self.family, C["ATS_CMD_" + command], attrs, dump)

    def call_family(self, family, command, attrs, dump=False):
        """Replies, each as parse() gives it."""
        self.seq += 1
        payload = struct.pack("=BBH", command, 1, 0) + b"".join(attrs)
        flags = NLM_F_REQUEST | (NLM_F_DUMP if dump else NLM_F_ACK)
        self.sock.send(struct.pack("=IHHII", 16 + len(payload), family, flags, self.seq, 0) +
                       payload)
        out = []
        while True:
            for kind, flags, seq, body in self.receive():
                if seq != self.seq:
                    continue
                if kind == 2 or kind == 3:
                    self.check(flags, body)
                    return out
                out.append(parse(body[4:]))

    def receive(self):
        data = self.sock.recv(1 << 20)
        while data:
            size, kind, flags, seq, _ = struct.unpack_from("=IHHII", data)
            yield kind, flags, seq, data[16:size]
            data = data[(size + 3) & ~3:]

    @staticmethod
    def check(flags, body):
        error = number(body[:4], signed=True)
        if not error:
            return
        # the request's header follows, cut to it by NETLINK_CAP_ACK
        message = parse(body[20:]).get(1, b"") if flags & 0x200 else b""
        raise Refused(-error, message.rstrip(b"\0").decode())
