# SPDX-License-Identifier: GPL-2.0-or-later
"""
Inside a guest of scripts/vm: what the kernel's tap records, and what it withstands.

	check.py AS-TIMESYNCCTL

as_timesync.ko is loaded with tap_records=64, and simnic.ko. TAP on standard
output; the capture that the host reads goes to $ATS_VM_OUT.
"""

import fcntl
import mmap
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading

import frames
import lab
from lab import Netlink, Tap, Wire, enter, index, ip, result, sh, wait_for

RECORDS = 64
EVENT_RATE = "/sys/module/as_timesync/parameters/tap_event_rate"
DEBUG = "/sys/kernel/debug/simnic"


def difference(record, wanted):
    return {k: (record.get(k), v) for k, v in wanted.items() if record.get(k) != v}


def compare(records, wanted):
    """What is wrong with the records, as lines."""
    wrong = ["%d records, not %d" % (len(records), len(wanted))] if len(records) != len(
        wanted) else []
    for number, (record, want) in enumerate(zip(records, wanted)):
        if difference(record, want):
            wrong.append("%d: %s" % (number, difference(record, want)))
    return wrong


def sequences(records):
    return [r["sequence"] for r in records]


def sync(sequence, destination=frames.MULTICAST):
    return frames.ethernet(frames.L2, frames.ptp(frames.SYNC, sequence), destination=destination)


def send(namespace, interface, *what):
    enter(namespace)
    Wire(interface).send(*what)


def test_kinds():
    """Each kind, received and sent, between frames that only look like one."""
    good, bad = frames.good(), frames.hostile()
    enter("far")
    rx = Tap("b0", "--json", "--rx", "--pcapng", lab.OUT + "/tap.pcapng").ready()
    enter("near")
    tx = Tap("a0", "--json", "--tx").ready()
    enter("near")
    wire = Wire("a0")
    for number, (frame, _) in enumerate(good):
        wire.send(bad[number % len(bad)], frame)
        if number % 16 == 15:	# the rings are small
            rx.shown(number + 1)
            tx.shown(number + 1)
    wire.send(*bad)
    for tap, what, direction in ((rx, "received", "rx"), (tx, "sent", "tx")):
        tap.shown(len(good))
        status = tap.end()
        records = tap.records()
        wrong = compare(records, [w for _, w in good])
        wrong += [f.hex() + " not " + r["frame"] for (f, _), r in zip(good, records)
                  if r["frame"] != f[:128].hex()]
        result(not wrong and status == 0 and tap.said() == (len(good), 0),
               "%d messages %s among %d hostile frames are recorded, octet by octet"
               % (len(good), what, len(good) + len(bad)), *wrong, tap.text(1))
        ordered = all(a["raw_ns"] < b["raw_ns"] and a["sys_ns"] < b["sys_ns"]
                      for a, b in zip(records, records[1:]))
        result(ordered and all(r["direction"] == direction for r in records),
               "stamps of what is %s rise, and its direction is told" % what)
    result(all(s["sys_ns"] <= r["sys_ns"] for s, r in zip(tx.records(), rx.records())),
           "no packet is received before it was sent")
    with open(lab.OUT + "/tap.times", "w") as times:
        times.writelines("%d\n" % r["sys_ns"] for r in rx.records())


def test_tags():
    """VLAN devices: the tag travels beside the packet."""
    enter("near")
    ip("link add link a0 name a5 up type vlan id 5")
    ip("link add link a0 name a7 up type vlan protocol 802.1ad id 7")
    ip("link add link a7 name a75 up type vlan id 5")
    enter("far")
    tap = Tap("b0", "--json").ready()
    plain = sync(1)
    send("near", "a5", plain)
    send("near", "a75", sync(2))
    enter("far")
    tap.shown(2)
    tap.end()
    records = tap.records()
    wrong = compare(records, [{"sequence": 1, "vlans": [5], "length": len(plain) + 4},
                              {"sequence": 2, "vlans": [7, 5], "length": len(plain) + 8}])
    source = bytes.fromhex("020000000001")
    wanted = [frames.ethernet(frames.L2, frames.ptp(frames.SYNC, 1), ((frames.Q, 5),)),
              frames.ethernet(frames.L2, frames.ptp(frames.SYNC, 2),
                              ((frames.AD, 7), (frames.Q, 5)))]
    wrong += [r["frame"] for r, w in zip(records, wanted)
              if bytes.fromhex(r["frame"]) != w or w[6:12] != source]
    result(not wrong, "tags that NICs take out are put back into the frame", *wrong)
    enter("near")
    ip("link del a7")
    ip("link del a5")


def test_fragments():
    """A packet of which the message lies in pages, as sendfile() makes them."""
    enter("far")
    tap = Tap("b0", "--json").ready()
    enter("near")
    with open("/tmp/message", "wb") as f:
        f.write(frames.ptp(frames.PDELAY_REQ, 77))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s, open("/tmp/message", "rb") as f:
        s.connect(("10.9.0.2", 319))
        os.sendfile(s.fileno(), f.fileno(), 0, 54)
    enter("far")
    tap.shown(1)
    tap.end()
    wrong = compare(tap.records(), [{"sequence": 77, "type": "Pdelay_Req", "transport": "udp4",
                                     "source": "10.9.0.1", "destination": "10.9.0.2",
                                     "destination_port": 319}])
    result(not wrong, "a message in the fragments of a packet is read", *wrong)


def test_choice():
    """--tx, --ntp, --count, and what was set before."""
    enter("near")
    kernel = Netlink()
    kernel.set_tap("a0", directions=1, protocols=1)
    tap = Tap("a0", "--json", "--tx", "--ntp", "--count", "3").ready()
    wait_for(lambda: kernel.taps()[index("a0")][2] == 3)
    query = frames.ethernet(frames.IP4, frames.ipv4(frames.udp(9, 123, frames.ntp(3, 1 << 40))))
    Wire("a0").send(sync(1), query, sync(2), query, query, query)
    status = tap.process.wait(timeout=20)
    records = tap.records()
    result(status == 0 and [r["protocol"] for r in records] == ["ntp"] * 3,
           "--tx --ntp --count 3 shows three NTP packets and ends", status, tap.text(1), *records)
    now = kernel.taps()[index("a0")]
    result((now[2], now[3]) == (1, 1), "a tap that was set before is as it was", now)
    kernel.del_tap("a0")
    tap = Tap("a0").ready()
    tap.end(signal.SIGKILL)
    left = len(kernel.taps())
    sh(lab.PROGRAM, "kernel", "tap", "a0", "--off")
    result(left == 1 and not kernel.taps(), "--off ends what a killed one left")
    for how, name in ((signal.SIGINT, "SIGINT"), (signal.SIGTERM, "SIGTERM")):
        tap = Tap("a0").ready()
        result(tap.end(how) == 0 and not kernel.taps(), "%s ends it and the tap" % name)


def test_overwritten():
    """A reader that is stopped loses the oldest, and knows how many."""
    sent = 5 * RECORDS
    enter("far")
    tap = Tap("b0", "--json", "--rx").ready()
    tap.process.send_signal(signal.SIGSTOP)
    cpus = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {0})
    send("near", "a0", *[sync(n) for n in range(sent)])
    os.sched_setaffinity(0, cpus)
    enter("far")
    recorded = wait_for(lambda: Netlink().taps()[index("b0")][6] == sent)
    tap.process.send_signal(signal.SIGCONT)
    tap.shown(RECORDS)
    tap.end()
    shown = sequences(tap.records())
    result(recorded and tap.said() == (RECORDS, sent - RECORDS) and
           shown == list(range(sent - RECORDS, sent)),
           "of %d records of one CPU the last %d are left, the rest are counted as lost"
           % (sent, RECORDS), tap.said(), shown)


def test_flood():
    """Writers overtake the reader again and again: no record is torn or shown twice."""
    enter("far")
    tap = Tap("b0", "--json", "--rx").ready()
    sent = []
    stop = threading.Event()
    enter("near")

    def flood(wire, first):
        n = first
        while not stop.is_set():
            wire.send(frames.ethernet(frames.L2, frames.ptp(frames.SYNC, n % 65536, domain=n % 256)))
            n += 2
        sent.append((n - first) // 2)

    threads = [threading.Thread(target=flood, args=(Wire("a0"), i)) for i in (0, 1)]
    for thread in threads:
        thread.start()
    enter("far")
    tap.shown(500)
    stop.set()
    for thread in threads:
        thread.join()
    settled = wait_for(lambda: Netlink().taps()[index("b0")][6] == sum(sent))
    tap.end()
    records = tap.records()
    torn = [r for r in records if r["sequence"] % 256 != r["domain"] or
            bytes.fromhex(r["frame"])[44:46] != struct.pack(">H", r["sequence"])]
    unique = {(r["cpu"], r["position"]) for r in records}
    shown, lost = tap.said()
    result(settled and not torn and len(unique) == len(records) == shown,
           "records are read whole while others are written", len(torn), shown, lost, sent)
    result(shown + lost == sum(sent), "shown and lost make up what was sent",
           shown, lost, sum(sent))


def test_namespaces():
    """What is tapped in one namespace is not to be seen in another."""
    enter("near")
    near = Tap("a0", "--json", "--tx").ready()
    enter("far")
    far = Tap("b0", "--json").ready()
    send("near", "a0", sync(1), sync(2))
    enter("far")
    Wire("b0").send(sync(3))
    far.shown(3)
    near.shown(2)
    far.end()
    near.end()
    result(sequences(near.records()) == [1, 2] and sequences(far.records()) == [1, 2, 3],
           "a namespace sees the packets of its own interfaces only",
           sequences(near.records()), sequences(far.records()))
    enter("near")
    kernel = Netlink()
    kernel.set_tap("a0")
    enter("far")
    result(not Netlink().taps(), "and its own taps")
    program = ("import os,sys\ntry:\n os.open('/dev/as_timesync', os.O_RDONLY)\n"
               "except OSError as e:\n sys.exit(e.errno)")
    done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                           sys.executable, "-c", program], check=False)
    result(done.returncode == 1, "without a capability the rings cannot be opened",
           done.returncode)
    enter("near")
    kernel.del_tap("a0")


def open_rings():
    fd = os.open("/dev/as_timesync", os.O_RDONLY | os.O_NONBLOCK)
    head = mmap.mmap(fd, mmap.PAGESIZE, prot=mmap.PROT_READ)
    size = struct.unpack_from("Q", head, 32)[0]
    return fd, mmap.mmap(fd, size, prot=mmap.PROT_READ)


def refused(what):
    try:
        what()
    except OSError:
        return True
    return False


def test_mapping():
    enter("far")
    fd, rings = open_rings()
    result(refused(lambda: mmap.mmap(fd, mmap.PAGESIZE)) and
           refused(lambda: os.open("/dev/as_timesync", os.O_RDWR)),
           "the rings cannot be mapped to be written to")
    result(not can_unprotect(fd), "nor be made so later")
    result(refused(lambda: mmap.mmap(fd, len(rings) + 16 * mmap.PAGESIZE, prot=mmap.PROT_READ)),
           "nor beyond their end")
    result("in use" in sh("rmmod", "as_timesync", check=False),
           "the module stays while they are mapped")
    rings.close()
    os.close(fd)


def can_unprotect(fd):
    """Does mprotect() make a mapping of the rings writable?"""
    libc = lab.libc
    libc.mmap.restype = lab.ctypes.c_void_p
    libc.mmap.argtypes = [lab.ctypes.c_void_p, lab.ctypes.c_size_t] + [lab.ctypes.c_int] * 3 + [
        lab.ctypes.c_long]
    libc.mprotect.argtypes = [lab.ctypes.c_void_p, lab.ctypes.c_size_t, lab.ctypes.c_int]
    libc.munmap.argtypes = [lab.ctypes.c_void_p, lab.ctypes.c_size_t]
    at = libc.mmap(None, mmap.PAGESIZE, mmap.PROT_READ, mmap.MAP_SHARED, fd, 0)
    changed = libc.mprotect(at, mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_WRITE) == 0
    libc.munmap(at, mmap.PAGESIZE)
    return changed


def test_departures():
    """Interfaces and namespaces that go while they are tapped."""
    ip("netns add brief")
    enter("brief")
    ip("link add c0 up type veth peer name c1")
    ip("link set c1 up")
    tap = Tap("c0", "--json", "--rx").ready()
    Wire("c1").send(sync(1))
    tap.shown(1)
    ip("link set c0 down")
    ip("link set c0 name d0 up")
    Wire("c1").send(sync(2))
    tap.shown(2)
    result(sequences(tap.records()) == [1, 2], "an interface may be renamed while it is tapped")
    ip("link del d0")
    status = tap.process.wait(timeout=20)
    result(status == 1 and "the tap is gone" in tap.text(), "one that is deleted ends its tap",
           status, tap.text(1))
    ip("link add c0 up type veth peer name c1")
    kernel = Netlink()
    kernel.set_tap("c0")
    ip("link set c0 netns near")
    left = kernel.taps()
    enter("near")
    result(not left and not Netlink().taps(), "one that is moved to another namespace is let go")
    ip("link del c0")
    enter("brief")
    ip("link add c0 up type veth peer name c1")
    ip("link set c1 up")
    kernel.set_tap("c0")
    fd, rings = open_rings()
    Wire("c0").send(sync(1))
    count = struct.unpack("Q", os.read(fd, 8))[0]
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    kernel.socket.close()
    enter("")
    ip("netns del brief")
    result(wait_for(lambda: any(e & select.POLLHUP for _, e in poll.poll(100))) and count == 1 and
           os.read(fd, 8) == b"" and struct.unpack_from("I", rings, 0)[0] == 1,
           "rings outlive their namespace as long as they are mapped, and readers are told")
    rings.close()
    os.close(fd)


def test_events():
    """Records by netlink, to who may see them, and not too many."""
    enter("far")
    kernel, listener = Netlink(), Netlink()
    listener.listen("tap")
    kernel.set_tap("b0", directions=1, events=1)
    send("near", "a0", sync(1), sync(2), sync(3))
    enter("far")
    records = listener.events()
    got = [struct.unpack_from("H", r, 122)[0] for r in records]
    result(got == [1, 2, 3] and all(len(r) == 256 for r in records),
           "records come as events, too", got)
    with open(EVENT_RATE, "r+") as f:
        usual = f.read()
        f.seek(0)
        f.write("5\n")
    lab.time.sleep(1.1)	# a new second of the limit
    send("near", "a0", *[sync(n) for n in range(20)])
    enter("far")
    got, dropped = len(listener.events()), kernel.taps()[index("b0")][8]
    result(5 <= got < 20 and got + dropped == 20,
           "above tap_event_rate events are dropped and counted", got, dropped)
    with open(EVENT_RATE, "w") as f:
        f.write(usual)
    listener.socket.close()
    send("near", "a0", sync(1))
    enter("far")
    result(wait_for(lambda: kernel.taps()[index("b0")][6] == 24) and
           kernel.taps()[index("b0")][8] == dropped,
           "without a listener none is made", kernel.taps())
    program = ("import socket\ns = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)\n"
               "s.bind((0, 0))\ns.setsockopt(270, 1, %d)" % kernel.groups["tap"])
    done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                           sys.executable, "-c", program], stderr=subprocess.DEVNULL, check=False)
    result(done.returncode, "without a capability nobody listens")
    kernel.del_tap("b0")


def stamp_all(interface):
    """SIOCSHWTSTAMP: every packet that is received."""
    config = lab.ctypes.create_string_buffer(struct.pack("iii", 0, 0, 1))
    request = struct.pack("16sP16x", interface.encode(), lab.ctypes.addressof(config))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, 0x89B0, request)


def simnic_stamps(interface):
    """{sequence: stamp that the NIC made}, from its own log."""
    found = {}
    with open("%s/nics/%s/log" % (DEBUG, interface)) as log:
        for line in log:
            words = line.split()
            if words[1] == "rx" and words[7] == "88f7":
                found[int(words[11], 16) & 0xffff] = int(words[5])
    return found


def test_hardware():
    enter("")
    with open(DEBUG + "/control", "w") as f:
        f.write("pair s0 s1\n")
    ip("link set s0 up")
    ip("link set s1 up")
    stamp_all("s1")
    wait_for(lambda: "UP" in sh("ip", "-br", "link", "show", "s0").split()[1])
    tap = Tap("s1", "--json", "--rx").ready()
    # to all: no group is joined, and the NIC filters
    Wire("s0").send(*[sync(n, b"\xff" * 6) for n in range(1, 9)])
    tap.shown(8)
    tap.end()
    got = {r["sequence"]: r["hw_ns"] for r in tap.records() if r["type"] == "Sync"}
    made = simnic_stamps("s1")
    result(len(got) == 8 and None not in got.values() and got == {n: made.get(n) for n in got},
           "the stamps are those that the NIC made", got, made)
    result(all(r["hw_minus_sys_ns"] == r["hw_ns"] - r["sys_ns"] for r in tap.records()),
           "and so is their difference")
    tap = Tap("s0", "--json", "--tx").ready()
    Wire("s0").send(sync(1))
    tap.shown(1)
    tap.end()
    result([r["hw_ns"] for r in tap.records()] == [None], "what is sent has none")


def test_unload():
    """Packets pass while the module goes and comes."""
    enter("near")
    Netlink().set_tap("a0")
    stop = threading.Event()
    wire = Wire("a0")

    def flow():
        while not stop.is_set():
            wire.send(sync(1))

    thread = threading.Thread(target=flow)
    thread.start()
    enter("")
    said = sh("rmmod", "as_timesync", check=False)
    stop.set()
    thread.join()
    result(not said and not os.path.exists("/dev/as_timesync"),
           "the module unloads while it taps packets", said)


def main():
    lab.PROGRAM = sys.argv[1]
    lab.make_lab()
    for test in (test_kinds, test_tags, test_fragments, test_choice, test_overwritten, test_flood,
                 test_namespaces, test_mapping, test_departures, test_events, test_hardware,
                 test_unload):
        try:
            test()
        except (OSError, RuntimeError, subprocess.TimeoutExpired, LookupError) as e:
            result(False, test.__name__, repr(e))
    return lab.finish()


sys.exit(main())
