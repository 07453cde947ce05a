# SPDX-License-Identifier: GPL-2.0-or-later
"""Namespaces, wires and programs for ptp.py: linuxptp's and ours, and what they say."""
import json
import os
import signal
import socket
import subprocess
import time

import simnic_lab as simnic

TAI = 37 * 10**9                # ahead of UTC, what all here assume


def control(*words):
    with open(f"{simnic.DEBUGFS}/control", "w") as f:
        f.write(" ".join(words))


def module(lab, load):
    """as_timesync.ko comes or goes."""
    command = ["insmod", f"{lab.work}/as_timesync.ko"] if load else ["rmmod", "as_timesync"]
    subprocess.run(command, check=True)


def offset(clock, other="realtime"):
    """How far the other clock is ahead of this one, truly, ns."""
    for line in open(f"{simnic.DEBUGFS}/clocks/{clock}/offsets").read().splitlines():
        name, value = line.split()
        if name == other:
            return int(value.split(".")[0])
    raise KeyError(other)


def until(seconds, condition):
    """True as soon as the condition is; of the guest's time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.25)
    return True


def whereabouts(pid):
    """What a process does, in one line: its state, and where it is in the kernel."""
    found = []
    for name in ("stat", "wchan", "syscall", "stack"):
        try:
            with open(f"/proc/{pid}/{name}") as f:
                found.append(f"{name} {' '.join(f.read().split())}")
        except OSError as e:
            found.append(f"{name}: {e.strerror}")
    return "; ".join(found)


class Linuxptp:
    """One of those that ptp.sh was given."""

    def __init__(self, lab, name):
        self.directory = f"{lab.work}/{name}"
        done = subprocess.run([f"{self.directory}/ptp4l", "-v"], env=lab.env,
                              capture_output=True, text=True, check=True)
        self.version = (done.stdout or done.stderr).strip()


class Lab:
    """In a directory in memory: namespaces, pairs of NICs, and what runs there."""

    def __init__(self, work):
        self.work = work
        self.running = {}
        self.namespaces = []
        self.env = dict(os.environ, PATH=f"{work}/bin", LD_LIBRARY_PATH=f"{work}/lib")

    def ip(self, *words):
        subprocess.run(["ip", *words], check=True, env=self.env)

    def namespace(self, name):
        self.ip("netns", "add", name)
        self.namespaces.append(name)
        self.ip("-n", name, "link", "set", "lo", "up")

    def pair(self, a, b, number, clocks=("-", "-")):
        """A wire between (namespace, name) and (namespace, name), with addresses."""
        control("pair", a[1], b[1], *clocks)
        for i, (ns, name) in enumerate((a, b)):
            self.ip("link", "set", name, "netns", ns)
            self.ip("-n", ns, "addr", "add", f"10.50.{number}.{i + 1}/24", "dev", name)
            self.ip("-n", ns, "addr", "add", f"fd00:{number}::{i + 1}/64", "dev", name, "nodad")
            self.ip("-n", ns, "link", "set", name, "up")

    def mac(self, ns, name):
        done = subprocess.run(["ip", "-n", ns, "-br", "link", "show", name], check=True,
                              env=self.env, capture_output=True, text=True)
        return done.stdout.split()[2]

    def spoil(self, clock, number):
        """As clocks are found: never set, and of an oscillator that is some ppm wrong."""
        simnic.setting("clocks", clock, "frequency_ppb", 1500 * number - 12000)
        simnic.setting("clocks", clock, "step_ns", 54321 * number)

    def call(self, ns, *command):
        return subprocess.run(["ip", "netns", "exec", ns, *command], env=self.env, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False, timeout=60)

    def spawn(self, ns, name, *command):
        log = open(f"{self.work}/{name}.log", "w")
        self.running[name] = subprocess.Popen(["ip", "netns", "exec", ns, *command], env=self.env,
                                              stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()

    def stop(self, *names):
        for name in names:
            self.running[name].send_signal(signal.SIGTERM)
        for name in names:
            process = self.running.pop(name)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                print(f"# {name} does not end: {whereabouts(process.pid)}", flush=True)

    def clear(self):
        """Everything ends, but for the modules."""
        self.stop(*self.running)
        for name in self.namespaces:
            self.ip("netns", "del", name)
        self.namespaces = []
        until(30, lambda: not os.listdir(f"{simnic.DEBUGFS}/nics"))

    def log(self, name):
        with open(f"{self.work}/{name}.log", errors="replace") as f:
            return f.read()

    def show(self, name, lines=12):
        for line in self.log(name).splitlines()[-lines:]:
            print(f"# {name}: {line}")

    def ptp4l(self, linuxptp, ns, name, *options):
        options = ["--uds_address", f"{self.work}/{name}.uds", *options]
        if not linuxptp.version.startswith("3."):
            options += ["--uds_ro_address", f"{self.work}/{name}.uds-ro"]
        self.spawn(ns, name, f"{linuxptp.directory}/ptp4l", "-m", "-q", *options)

    def agent(self, ns, name, config, kernel="off"):
        path = f"{self.work}/{name}"
        with open(f"{path}.conf", "w") as f:
            f.write(f'control_socket = "{path}.sock";\nstate_dir = "";\n'
                    f'kernel = "{kernel}";\n')
            f.write(config)
        self.spawn(ns, name, "as-timesyncd", "--foreground", "--config", f"{path}.conf")
        if not until(20, lambda: os.path.exists(f"{path}.sock")):
            self.show(name)

    def pmc(self, linuxptp, ns, name, *words):
        """What pmc says of the answers to these."""
        return self.call(ns, f"{linuxptp.directory}/pmc", "-i", name, "-b", "0", *words).stdout

    def ask(self, name, command, **more):
        """What the daemon answers."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(20)
            s.connect(f"{self.work}/{name}.sock")
            s.sendall(json.dumps({"version": 1, "command": command, **more}).encode() + b"\n")
            return json.loads(s.makefile().readline())[command]
