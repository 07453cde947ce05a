# SPDX-License-Identifier: GPL-2.0-or-later
"""Two namespaces with a cable between them, the program under test, and TAP."""

import ctypes
import json
import os
import re
import signal
import socket
import struct
import subprocess
import time

PROGRAM = None			# as-timesyncctl
OUT = os.environ["ATS_VM_OUT"]

libc = ctypes.CDLL(None, use_errno=True)
results = []


def sh(*words, check=True):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if check and done.returncode:
        raise RuntimeError("%s: %s" % (" ".join(words), done.stdout))
    return done.stdout


def ip(text):
    sh("ip", *text.split())


def result(ok, name, *why):
    results.append(bool(ok))
    print("%sok %d - %s" % ("" if ok else "not ", len(results), name), flush=True)
    if not ok:
        for line in why[:8]:
            print("# %s" % str(line)[:500], flush=True)


def finish():
    print("1..%d" % len(results), flush=True)
    return 0 if all(results) else 1


def enter(namespace):
    """The namespace of this process from now on; "" is the first."""
    path = "/var/run/netns/" + namespace if namespace else "/proc/1/ns/net"
    with open(path) as f:
        if libc.setns(f.fileno(), 0):
            raise OSError(ctypes.get_errno(), "setns")


def wait_for(what, limit=20):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.02)
    return False


def make_lab():
    """near (a0) and far (b0), neither of which speaks without being asked to."""
    for name in ("near", "far"):
        ip("netns add " + name)
        enter(name)
        sh("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1",
           "net.ipv6.conf.default.disable_ipv6=1")
        ip("link set lo up")
    enter("")
    ip("link add a0 netns near address 02:00:00:00:00:01 type veth "
       "peer name b0 netns far address 02:00:00:00:00:02")
    for name, link, address in (("near", "a0", "10.9.0.1"), ("far", "b0", "10.9.0.2")):
        enter(name)
        ip("link set %s up" % link)
        ip("addr add %s/24 dev %s" % (address, link))
    enter("near")
    ip("neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev a0")
    enter("")


class Wire:
    """Sends frames as they are."""

    def __init__(self, interface):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.bind((interface, 0))

    def send(self, *frames):
        for frame in frames:
            self.socket.send(frame)


class Tap:
    """as-timesyncctl kernel tap, running in the namespace it was made in."""

    count = 0

    def __init__(self, interface, *options):
        Tap.count += 1
        self.interface = interface
        self.paths = ["/tmp/tap-%d.%s" % (Tap.count, end) for end in ("out", "err")]
        with open(self.paths[0], "w") as out, open(self.paths[1], "w") as err:
            self.process = subprocess.Popen([PROGRAM, "kernel", "tap", interface, *options],
                                            stdout=out, stderr=err)

    def ready(self):
        if not wait_for(lambda: self.process.poll() is not None or tapped(self.interface)):
            raise RuntimeError("the tap of %s did not begin" % self.interface)
        return self

    def text(self, which=0):
        with open(self.paths[which]) as f:
            return f.read()

    def records(self):
        return [json.loads(line) for line in self.text().splitlines()]

    def shown(self, n):
        return wait_for(lambda: self.text().count("\n") >= n)

    def end(self, how=signal.SIGINT):
        """Its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(timeout=20)

    def said(self):
        """How many records it says it has shown and lost."""
        found = re.search(r"^(\d+) records(?:; (\d+) lost)?", self.text(1), re.M)
        return (int(found.group(1)), int(found.group(2) or 0)) if found else None


class Netlink:
    """The module's family, decoded without any of the program's code."""

    GENERIC, CONTROL, DUMP = 16, 16, 0x300

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, self.GENERIC)
        self.socket.bind((0, 0))
        family = self.attributes(self.ask(self.CONTROL, 3, self.attribute(2, b"as_timesync\0"))[0])
        self.family = struct.unpack("H", family[1])[0]
        self.groups = {}
        for _, group in self.nested(family[7]):
            group = dict(self.nested(group))
            self.groups[group[1].rstrip(b"\0").decode()] = struct.unpack("I", group[2])[0]

    @staticmethod
    def attribute(kind, value):
        return struct.pack("HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)

    @staticmethod
    def nested(data):
        while len(data) >= 4:
            length, kind = struct.unpack("HH", data[:4])
            yield kind & 0x3FFF, data[4:length]
            data = data[(length + 3) & ~3:]

    @classmethod
    def attributes(cls, message):
        return dict(cls.nested(message[4:]))

    @staticmethod
    def messages(data):
        while len(data) >= 16:
            length, kind = struct.unpack("IH", data[:6])
            yield kind, data[16:length]
            data = data[(length + 3) & ~3:]

    def ask(self, family, command, attributes=b"", flags=0):
        body = struct.pack("BBH", command, 1, 0) + attributes
        self.socket.send(struct.pack("IHHII", 16 + len(body), family, flags | 5, 1, 0) + body)
        answers = []
        while True:
            for kind, data in self.messages(self.socket.recv(65536)):
                if kind == 2:
                    error = -struct.unpack("i", data[:4])[0]
                    if error:
                        raise OSError(error, os.strerror(error))
                    return answers
                if kind == 3:
                    return answers
                answers.append(data)

    def set_tap(self, interface, directions=3, protocols=3, events=0):
        self.ask(self.family, 2,
                 self.attribute(1, struct.pack("I", index(interface)))
                 + self.attribute(2, struct.pack("I", directions))
                 + self.attribute(3, struct.pack("I", protocols))
                 + self.attribute(4, struct.pack("B", events)))

    def del_tap(self, interface):
        self.ask(self.family, 3, self.attribute(1, struct.pack("I", index(interface))))

    def taps(self):
        """{ifindex: {attribute: number}}"""
        found = {}
        for message in self.ask(self.family, 4, flags=self.DUMP):
            values = {k: int.from_bytes(v, "little") for k, v in self.attributes(message).items()}
            found[values[1]] = values
        return found

    def listen(self, group):
        self.socket.setsockopt(270, 1, self.groups[group])

    def events(self, wait=0.5):
        """Records that come until nothing does for so long."""
        found = []
        self.socket.settimeout(wait)
        try:
            while True:
                for kind, data in self.messages(self.socket.recv(65536)):
                    if kind == self.family:
                        found.append(self.attributes(data)[11])
        except (TimeoutError, socket.timeout):
            self.socket.settimeout(None)
        return found


def index(interface):
    return socket.if_nametoindex(interface)


def tapped(interface):
    return index(interface) in Netlink().taps()
