# SPDX-License-Identifier: GPL-2.0-or-later
"""simnic for tests: its settings, the truth that it knows, its hardware stamps."""
import array
import fcntl
import socket
import struct

DEBUGFS = "/sys/kernel/debug/simnic"
SIOCSHWTSTAMP = 0x89B0
HWTSTAMP_TX_ON, HWTSTAMP_FILTER_ALL = 1, 1


def stamp_all(device):
    """Have the NIC stamp every packet, in the namespace of the caller."""
    config = array.array("i", [0, HWTSTAMP_TX_ON, HWTSTAMP_FILTER_ALL])
    request = struct.pack("16sP16x", device.encode(), config.buffer_info()[0])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, SIOCSHWTSTAMP, request)


def setting(kind, name, key, value):
    with open(f"{DEBUGFS}/{kind}/{name}/{key}", "w") as f:
        f.write(str(value))


def readings():
    """Of all clocks at one instant, in ns: true time is "base"."""
    out = {}
    for line in open(f"{DEBUGFS}/readings"):
        name, value = line.split()
        out[name] = round(float(value)) if "." not in value else int(value.split(".")[0])
    return out


class Frame:
    """A line of the log: when the frame passed the NIC, in true and in system time."""

    def __init__(self, text):
        w = text.split()
        self.number, self.tx = int(w[0]), w[1] == "tx"
        self.base, self.real = int(w[2]), int(w[3])
        self.stamp, self.octets = int(w[5]), int(w[6])
        self.source_port, self.dest_port = int(w[8]), int(w[9])
        self.keys = [int(k, 16) if k != "-" else None for k in w[10:]]


def log(name):
    return [Frame(line) for line in open(f"{DEBUGFS}/nics/{name}/log")]
