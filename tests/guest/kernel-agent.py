# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon and the kernel module together; see kernel-agent.sh.

Runs in the namespace of the clients and starts the daemon in that of the server.
"""
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import simnic_lab as simnic
from reply_lab import to_ns

SERVER, CLIENT, STRANGER = "10.9.0.1", "10.9.0.2", "10.9.0.3"
PROGRAMS, MODULE = sys.argv[1:]
CONFIG, LOG, CONTROL = "/tmp/config.conf", "/tmp/log", "/tmp/control"
VALID_S = 2
FRAME_NS = (90 + 4) * 8             # of a request at 1 Gbit/s
IN_SERVER = ["ip", "netns", "exec", "server"]

results = []
daemon = None


def result(good, name):
    """One line of TAP."""
    results.append(bool(good))
    print(f"{'ok' if good else 'not ok'} {len(results)} - {name}", flush=True)


def within(seconds, condition):
    """Does the condition become true in this time?"""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def write_config(networks, serve="", host=""):
    """What the daemon reads next."""
    allow = ", ".join(f'"{n}"' for n in networks)
    with open(CONFIG, "w", encoding="ascii") as f:
        f.write(f'control_clock = false; state_dir = ""; control_socket = "{CONTROL}";\n'
                f"local = {{ stratum = 5; }}; kernel_valid = {VALID_S}; {host}\n"
                f"serve_ntp = {{ allow = [ {allow} ]; ratelimit = false; {serve} }};\n")


def control(command):
    """The answer of the daemon."""
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(CONTROL)
        s.sendall(json.dumps({"version": 1, "command": command}).encode() + b"\n")
        with s.makefile() as f:
            return json.loads(f.readline())[command]


def stats():
    """serverstats"""
    return control("serverstats")


def module_is(word):
    """Does the daemon say this of the module?"""
    return within(10, lambda: stats()["kernel"]["module"] == word)


def ctl(*words):
    """as-timesyncctl, without a daemon."""
    return subprocess.run(IN_SERVER + [f"{PROGRAMS}/as-timesyncctl", *words], check=False,
                          stdout=subprocess.PIPE, universal_newlines=True)


def kernel():
    """What the module says of itself."""
    return json.loads(ctl("kernel", "--json").stdout)["kernel"]


def attached(key, mode="socket"):
    """The sum of a count of the module."""
    return sum(a[key] for a in kernel()["attachments"] if a["mode"] == mode)


def start():
    """Start the daemon and wait until it answers."""
    global daemon
    if os.path.exists(CONTROL):
        os.unlink(CONTROL)
    with open(LOG, "a", encoding="ascii") as log:
        daemon = subprocess.Popen(IN_SERVER + [f"{PROGRAMS}/as-timesyncd", "--foreground",
                                               "--config", CONFIG], stderr=log)
    return within(20, lambda: os.path.exists(CONTROL))


def stop(how):
    """End the daemon; its exit status."""
    daemon.send_signal(how)
    return daemon.wait()


def ask(source, count, interval=0.0):
    """Send requests and count the answers; those of 2 s later are lost."""
    answers = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((source, 0))
        s.connect((SERVER, 123))
        for n in range(count):
            request = bytearray(48)
            request[0] = 4 << 3 | 3
            request[40:] = os.urandom(8)
            s.send(request)
            s.settimeout(2)
            try:
                reply = s.recv(1024)
                # a late answer to another request is none to this one
                answers += len(reply) == 48 and reply[24:32] == request[40:]
            except OSError:
                if n == 0 and count < 10:
                    return 0
            time.sleep(interval)
    return answers


def stamp_error():
    """How wrong the receive stamp of one reply is, ns."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(2)
        s.bind((CLIENT, 0))
        request = bytearray([4 << 3 | 3] + 39 * [0]) + os.urandom(8)
        s.sendto(request, (SERVER, 123))
        reply = s.recv(1024)
    cookie = int.from_bytes(request[40:], "big")
    frame = [f for f in simnic.log("s0") if not f.tx and f.keys[2] == cookie][-1]
    return to_ns(int.from_bytes(reply[32:40], "big")) - frame.real - FRAME_NS


def insmod():
    """Load the module."""
    subprocess.run(["insmod", MODULE], check=True)


def rmmod():
    """Unload it."""
    subprocess.run(["rmmod", "as_timesync"], check=True)


def alone():
    """No module yet."""
    write_config([CLIENT])
    start()
    result(ask(CLIENT, 2) == 2 and stats()["replies"] == 2, "without the module the daemon answers")
    result(module_is("absent") and ctl("kernel").returncode == 3, "and knows that there is none")


def comes():
    """Loaded while the daemon runs."""
    insmod()
    result(module_is("serving"), "the module is used when it is loaded")
    result(ask(CLIENT, 5) == 5 and attached("basic") == 5, "then it answers")
    s = stats()
    result(s["replies"] == 7 and s["requests"] == 7 and not s["kernel"]["passed"],
           "serverstats counts what daemon and module answered")
    clients = control("clients")
    result(clients["total"] == 1 and [c["requests"] for c in clients["clients"]] == [7],
           "a client that asked both is one client")
    shown = ctl("kernel")
    result(not shown.returncode and "stratum 5" in shown.stdout, "as-timesyncctl kernel shows it")
    print("# " + shown.stdout.replace("\n", "\n# "), flush=True)


def stamps():
    """By the NIC, and the line that the daemon tells."""
    def lines():
        return [i for i in kernel()["interfaces"] if i["hardware_stamps"]]

    result(within(10, lines) and [i["interface"] for i in lines()] == ["s0"],
           "the module is told of the NIC's clock")
    before = attached("rx_hardware")
    bound = lines()[0]["line_error"] * 1e9
    errors = [stamp_error() for _ in range(5)]
    result(attached("rx_hardware") == before + 5 and max(map(abs, errors)) <= bound,
           f"its stamps are used and right within {bound:.0f} ns: {errors}")


def reload():
    """Another configuration."""
    result(not ask(STRANGER, 2) and stats()["denied"] == 1 and attached("denied") == 1,
           "the module denies whom the configuration does not allow")
    write_config([CLIENT, STRANGER])
    control("reload")
    result(ask(STRANGER, 3) == 3 and attached("basic") == 8, "a reload changes that")
    clients = control("clients")
    result(clients["total"] == 2 and
           sorted(c["address"] for c in clients["clients"]) == [CLIENT, STRANGER],
           "clients lists those of both")


def goes():
    """Requests flow all the time; none may be lost."""
    answers = []
    done = threading.Event()

    def flow():
        while not done.is_set():
            answers.append(ask(CLIENT, 20, 0.01))

    flowing = threading.Thread(target=flow)
    flowing.start()
    used = True
    for _ in range(3):
        rmmod()
        used &= module_is("absent")
        insmod()
        used &= module_is("serving")
    done.set()
    flowing.join()
    result(used, "the module can be unloaded and loaded at any time")
    result(sum(answers) == 20 * len(answers),
           f"no request is lost meanwhile ({sum(answers)} of {20 * len(answers)} answered)")
    with open(LOG, encoding="ascii") as log:
        lines = [line for line in log if "kernel module" in line]
    result(len(lines) == 7, "the log has one line for each change")


def dies():
    """What is at ingress of an interface stays when a process dies."""
    write_config([CLIENT], 'ingress = "s0";')
    control("reload")
    result(ask(CLIENT, 4) == 4 and attached("basic", "ingress") == 4,
           "it answers at ingress of an interface")
    stop(signal.SIGKILL)
    result(within(VALID_S + 10, lambda: not kernel()["server"]["valid"]) and
           [a["mode"] for a in kernel()["attachments"]] == ["ingress"] and not ask(CLIENT, 2),
           "soon after the daemon is killed it answers nothing any more")
    write_config([CLIENT])
    start()
    result(module_is("serving") and ask(CLIENT, 3) == 3 and attached("basic") == 3 and
           {a["mode"] for a in kernel()["attachments"]} == {"socket"},
           "a new daemon uses it as its own configuration says")
    status = stop(signal.SIGTERM)
    left = kernel()
    result(status == 0 and not left["server"]["valid"] and not left["attachments"],
           "a daemon that stops leaves nothing behind")


def off():
    """kernel = "off" """
    write_config([CLIENT], "", 'kernel = "off";')
    start()
    result(ask(CLIENT, 2) == 2 and module_is("off") and not kernel()["attachments"],
           'with kernel = "off" it is not used')
    stop(signal.SIGTERM)
    rmmod()
    result(True, "it can be unloaded")


def main():
    """All of it."""
    try:
        for part in (alone, comes, reload, stamps, goes, dies, off):
            part()
    except Exception as error:  # pylint: disable=broad-except
        result(False, f"{part.__name__}: {error!r}")
    if not all(results):
        with open(LOG, encoding="ascii") as log:
            print("# " + log.read().replace("\n", "\n# "))
    print(f"1..{len(results)}")
    return not all(results)


sys.exit(main())
