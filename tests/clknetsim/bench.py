# SPDX-License-Identifier: GPL-2.0-or-later
"""Run time-sync daemons over the scenarios of this directory in clknetsim.

One run is one client node, its servers (chronyd on perfect clocks) and one
simulator, in a directory of its own that is removed afterwards. All processes
of a run take turns, so one run keeps one core busy.
"""

import configparser
import ctypes
import math
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
CACHE = Path(subprocess.run([TOP / "scripts/cache-dir"], check=True, text=True,
                            stdout=subprocess.PIPE).stdout.strip())
LIMIT = 600             # real seconds; a run in which time stands still never ends
TABLE = 200_000         # numbers written for a law that clknetsim lacks
CAP_SYS_TIME = 25
PR_CAPBSET_DROP = 24
TAI_LEAST = 10          # TAI - UTC, s, at least: time-transmitters give TAI, our clock is UTC


class BenchError(Exception):
    """A run that could not be made; the text says why."""


@dataclass
class Scenario:
    """One section of the file `scenarios`, with its defaults filled in."""

    name: str
    about: str
    up: list            # delay expression towards each server
    down: list          # and back
    offsets: list       # time error of each server, seconds
    wander: str
    offset: float
    freq: float
    duration: int
    settle: int
    polls: list
    tail: int
    timed: bool         # something happens at a given second
    ptp: bool           # time comes by PTP, from ptp4l


@dataclass
class Tools:
    """Where the programs are."""

    clknetsim: Path = CACHE / "clknetsim"
    chronyd: str = str(CACHE / "chrony/chronyd")
    ptp4l: str = str(CACHE / "peers/linuxptp/usr/sbin/ptp4l")
    daemon: str = str(TOP / "build/as-timesyncd")

    def check(self, program):
        """Fail early, and by name, when something is missing."""
        for path in (self.clknetsim / "clknetsim", self.clknetsim / "clknetsim.so"):
            if not path.exists():
                raise BenchError(f"{path} is missing: see Documentation/clknetsim.md")
        used = {"chronyd": [self.chronyd], "ptp4l": [self.ptp4l]}.get(program, [self.daemon])
        for path in used:
            if not shutil.which(path):
                raise BenchError(f"{path} cannot be run")


@dataclass
class Job:
    """A scenario, a program and its settings, one seed."""

    scenario: Scenario
    program: str
    poll: str
    seed: int
    server_options: str = ""
    options: str = ""
    tools: Tools = field(default_factory=Tools)
    keep: str = ""


# --- scenarios -------------------------------------------------------------

def load_scenarios(path=HERE / "scenarios"):
    """Read the file of scenarios into a dictionary by name."""
    ini = configparser.ConfigParser()
    with open(path, encoding="ascii") as file:
        ini.read_file(file)
    return {name: scenario(name, ini[name]) for name in ini.sections()}


def scenario(name, keys):
    """Turn one section into a Scenario."""
    count = keys.getint("servers", 1)
    each = range(1, count + 1)
    return Scenario(
        name=name,
        about=keys["about"],
        up=[keys.get(f"up{n}", keys["up"]) for n in each],
        down=[keys.get(f"down{n}", keys["down"]) for n in each],
        offsets=[keys.getfloat(f"offset{n}", 0.0) for n in each],
        wander=keys["wander"],
        offset=keys.getfloat("offset"),
        freq=keys.getfloat("freq"),
        duration=keys.getint("duration"),
        settle=keys.getint("settle"),
        polls=keys["polls"].split(),
        tail=keys.getint("tail", 0),
        ptp=keys.getboolean("ptp", False),
        timed=any(word in value for value in keys.values() for word in ("{after", "{between")),
    )


class Laws:
    """Expands {law arguments} into what clknetsim can evaluate."""

    def __init__(self, directory, seed):
        self.directory = directory
        self.random = random.Random(seed)
        self.tables = 0

    def expand(self, text):
        """Replace every {...}, the innermost first."""
        while True:
            text, found = re.subn(r"\{(\w+)([^{}]*)\}", self.law, text)
            if not found:
                return " ".join(text.split())

    def law(self, match):
        """One {...}."""
        name, arguments = match.group(1), match.group(2).strip()
        return getattr(self, "law_" + name)(arguments)

    @staticmethod
    def law_over(text):
        """1 where the expression is positive, 0 elsewhere."""
        return f"(min 1 (max 0 (* 1e12 {text})))"

    def law_after(self, second):
        """1 from that second of the run on."""
        return self.law_over(f"(+ time -{second})")

    def law_chance(self, probability):
        """1 with that probability, for each packet by itself."""
        return self.law_over(f"(+ {probability} (* -1 (uniform)))")

    def law_between(self, text):
        """1 between two seconds of the run."""
        start, end = text.split()
        return f"(+ {self.law_after(start)} (* -1 {self.law_after(end)}))"

    def law_burst(self, text):
        """1 in the last LENGTH seconds of every PERIOD seconds."""
        period, length = (float(word) for word in text.split())
        return self.law_over(f"(+ (% time {period:g}) -{period - length:g})")

    @staticmethod
    def law_swell(period):
        """Rises from 0 to 2 and falls again, once in every PERIOD seconds."""
        half = float(period) / 2
        turn = f"(+ (% time {period}) -{half:g})"
        return f"(* {2 / half:g} (max {turn} (* -1 {turn})))"

    @staticmethod
    def law_gamma(shape):
        """A sum of SHAPE exponentials."""
        return "(+ " + " ".join(["(exponential)"] * int(shape)) + ")"

    def law_pareto(self, alpha):
        """Pareto above its minimum: U^(-1/alpha) - 1."""
        path = self.directory / f"table{self.tables}"
        self.tables += 1
        power = -1.0 / float(alpha)
        with open(path, "w", encoding="ascii") as file:
            for _ in range(TABLE):
                file.write(f"{(1.0 - self.random.random()) ** power - 1.0:.9e}\n")
        return f'(file "{path}")'


def network_config(test, laws):
    """The simulator's file: servers are nodes 1 to N, the client is N + 1."""
    client = len(test.up) + 1
    lines = [
        f"node{client}_offset = {test.offset:g}",
        f"node{client}_freq = (+ {test.freq:g} {laws.expand(test.wander)})",
    ]
    for node, (up, down, error) in enumerate(zip(test.up, test.down, test.offsets), 1):
        lines.append(f"node{node}_offset = {error:g}")
        lines.append(f"node{client}_delay{node} = {laws.expand(up)}")
        lines.append(f"node{node}_delay{client} = {laws.expand(down)}")
    for line in lines:
        if len(line) > 990:
            raise BenchError(f"{test.name}: an expression is longer than clknetsim reads")
    return "\n".join(lines) + "\n"


# --- programs --------------------------------------------------------------

def server_config():
    """chronyd as a perfect server. Its time stamps are not rounded."""
    return "local stratum 1\nallow\ncmdport 0\nbindcmdaddress /\nclockprecision 1e-9\n"


def chronyd_config(job):
    """chronyd as the client. No poll means chronyd's own range of polls."""
    polls = "" if job.poll == "default" else f" minpoll {job.poll} maxpoll {job.poll}"
    lines = [f"server 192.168.123.{n} iburst{polls} {job.server_options}".rstrip()
             for n in range(1, len(job.scenario.up) + 1)]
    return "\n".join(lines + ["cmdport 0", "bindcmdaddress /", *job.options.split(";")]) + "\n"


def daemon_config(job):
    """as-timesyncd as the client, with what the simulator cannot offer switched off."""
    servers = ", ".join(f'"192.168.123.{n}"' for n in range(1, len(job.scenario.up) + 1))
    lines = [f"servers = [{servers}];"]
    if job.scenario.ptp:
        lines = ['sources = ( { protocol = "ptp"; interface = "eth0"; transport = "ipv4";'
                 f" sync_interval = {job.poll}; }} );"]
    elif job.poll != "default":
        lines += [f"min_poll = {job.poll};", f"max_poll = {job.poll};"]
    lines += ['control_socket = "";', 'state_dir = "";', "precision = 1e-9;"]
    lines += [option.strip() + ";" for option in job.options.split(";") if option.strip()]
    return "\n".join(lines) + "\n"


def forbid_clock():
    """Keep CAP_SYS_TIME from what is started: a preload that fails must not reach the
    host's clock. Without privileges the call fails, and there is nothing to give up."""
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_SYS_TIME, 0, 0, 0)


def ptp4l_command(job, config, is_client):
    """ptp4l at the rate of the scenario; as the grandmaster it follows nobody."""
    options = job.options.split(";") if is_client else ["masterOnly 1", "clockClass 6"]
    lines = ["[global]", f"logSyncInterval {job.poll}", f"logMinDelayReqInterval {job.poll}"]
    config.write_text("\n".join(lines + [option.strip() for option in options]) + "\n",
                      encoding="ascii")
    return [job.tools.ptp4l, "-f", str(config), "-i", "eth0", "-m"] + ["-s"] * is_client


def start_node(job, directory, node, is_client):
    """Start one program as one node of the simulation."""
    config = directory / f"conf{node}"
    if job.scenario.ptp and not (is_client and job.program == "as-timesyncd"):
        command = ptp4l_command(job, config, is_client)
    elif is_client and job.program != "chronyd":
        config.write_text(daemon_config(job), encoding="ascii")
        command = [job.tools.daemon, "--foreground", "--config", str(config)]
    else:
        text = chronyd_config(job) if is_client else server_config()
        text += f"pidfile {directory}/pid{node}\n"
        config.write_text(text, encoding="ascii")
        command = [job.tools.chronyd, "-d", "-f", str(config)]
    environment = {
        "PATH": os.environ["PATH"],
        "LD_PRELOAD": str(job.tools.clknetsim / "clknetsim.so"),
        "CLKNETSIM_NODE": str(node),
        "CLKNETSIM_SOCKET": str(directory / "sock"),
        "CLKNETSIM_RANDOM_SEED": str(1000 * job.seed + node),
        "EVENT_NOEPOLL": "1",
    }
    with open(directory / f"log{node}", "wb") as log:
        return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log,
                                stderr=log, cwd=directory)


def wait(process, limit):
    """Wait for a process, at most so long."""
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def simulate(job, directory):
    """Run the simulator and its nodes; the logs stay in the directory."""
    laws = Laws(directory, job.seed)
    (directory / "net").write_text(network_config(job.scenario, laws), encoding="ascii")
    client = len(job.scenario.up) + 1
    command = [str(job.tools.clknetsim / "clknetsim"), "-s", str(directory / "sock"),
               "-o", str(directory / "offset"), "-f", str(directory / "freq"),
               "-l", str(job.scenario.duration), "-r", str(job.scenario.settle),
               str(directory / "net"), str(client)]
    nodes = []
    try:
        environment = dict(os.environ, CLKNETSIM_RANDOM_SEED=str(job.seed))
        with open(directory / "stats", "wb") as out, open(directory / "log", "wb") as log:
            with subprocess.Popen(command, env=environment, stdout=out, stderr=log,
                                  cwd=directory) as simulator:
                nodes = [start_node(job, directory, node, node == client)
                         for node in range(1, client + 1)]
                code = wait(simulator, LIMIT)
    finally:
        for process in nodes:
            process.terminate()
        for process in nodes:
            ended = wait(process, 5)
    if code or ended not in (0, -signal.SIGTERM):
        tail = (directory / f"log{client}").read_text(errors="replace").splitlines()[-5:]
        why = (directory / "log").read_text(errors="replace").strip()
        if code < 0:
            why = f"still running after {LIMIT} s"
        elif not code:
            why = f"{job.program} ended with {ended}"
        raise BenchError(f"{job.scenario.name}: {why}; client: {' | '.join(tail)}")


# --- numbers ---------------------------------------------------------------

def column(path, index):
    """One node's column of a log, a number for each second."""
    with open(path, encoding="ascii") as file:
        return [float(line.split("\t")[index]) for line in file]


def rms(values):
    """Root of the mean square."""
    return math.sqrt(math.fsum(v * v for v in values) / len(values))


def converged_at(offsets, limit, hold=60):
    """First second that begins a minute within the limit; None when there is none."""
    inside = 0
    for second, value in enumerate(offsets):
        inside = inside + 1 if abs(value) <= limit else 0
        if inside == hold:
            return second - hold + 2
    return None


def packet_interval(path, node):
    """Mean time between the packets that a node sent."""
    blocks = re.split(r"-+ Node \d+ -+", path.read_text(encoding="ascii"))
    match = re.search(r"Mean outgoing packet interval:\s+(\S+)", blocks[node])
    return float(match.group(1))


def figures(job, directory):
    """What one run was worth."""
    client = len(job.scenario.up)
    offsets = column(directory / "offset", client)
    if job.scenario.ptp and job.program == "as-timesyncd":
        offsets = [v - round(v) if v < -TAI_LEAST else v for v in offsets]
    freqs = column(directory / "freq", client)
    steady = offsets[job.scenario.settle:]
    ordered = sorted(abs(v) for v in steady)
    result = {
        "rms": rms(steady),
        "p99": ordered[int(0.99 * (len(ordered) - 1))],
        "max": ordered[-1],
        "bias": abs(math.fsum(steady)) / len(steady),
        "freq_rms": rms(freqs[job.scenario.settle:]),
        "interval": packet_interval(directory / "stats", client + 1),
    }
    if math.isinf(result["interval"]):
        raise BenchError(f"{job.scenario.name}: {job.program} sent nothing")
    result["converge"] = converged_at(offsets, 10 * result["rms"])
    if job.scenario.tail:
        result["tail_rms"] = rms(offsets[-job.scenario.tail:])
    return result


def within(test, duration):
    """The scenario cut short, unless it has a fault at a certain time."""
    if not duration or duration >= test.duration or test.timed:
        return test
    return replace(test, duration=duration, settle=min(test.settle, duration // 3),
                   tail=min(test.tail, duration // 3))


def run(job):
    """One run: its figures, or {"failed": why}."""
    directory = Path(tempfile.mkdtemp(prefix="ats-clknetsim."))
    try:
        simulate(job, directory)
        return figures(job, directory)
    except (BenchError, ValueError, IndexError, OSError) as error:
        return {"failed": str(error)}
    finally:
        if job.keep:
            target = Path(job.keep) / (f"{job.scenario.name}-{job.program}"
                                       f"-{job.poll}-{job.seed}")
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(directory, target)
        shutil.rmtree(directory, ignore_errors=True)


def mean(results):
    """Mean over the seeds; the time to converge is a median."""
    good = [result for result in results if "failed" not in result]
    total = {"seeds": len(good)}
    failures = sorted({result["failed"] for result in results if "failed" in result})
    if failures:
        total["failed"] = failures
    if not good:
        return total
    for key in good[0]:
        if key != "converge":
            total[key] = math.fsum(result[key] for result in good) / len(good)
    times = sorted(math.inf if result["converge"] is None else result["converge"]
                   for result in good)
    median = times[len(times) // 2]
    total["converge"] = None if math.isinf(median) else median
    return total


def run_all(jobs, parallel):
    """Run a list of jobs, in its order."""
    with ThreadPoolExecutor(parallel) as pool:
        return list(pool.map(run, jobs))


def seconds(value):
    """A duration for people."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if abs(value) >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def row(result):
    """The figures of one line of the table."""
    if not result["seeds"]:
        return "failed: " + result["failed"][0]
    converge = "never" if result["converge"] is None else f"{result['converge']:.0f}"
    bias = seconds(result["bias"]) if "bias" in result else "-"
    text = (f"{seconds(result['rms']):>9} {seconds(result['p99']):>9} "
            f"{seconds(result['max']):>9} {bias:>9} {result['freq_rms'] * 1e9:9.3g} "
            f"{converge:>8} {result['interval']:9.3g}")
    if "tail_rms" in result:
        text += f"  tail {seconds(result['tail_rms'])}"
    if "failed" in result:
        text += f"  ({len(result['failed'])} kinds of failure: {result['failed'][0]})"
    return text


HEADER = (f"{'RMS':>9} {'99 %':>9} {'max':>9} {'bias':>9} {'freq ppb':>9} {'converge':>8} "
          f"{'interval':>9}")


def main_guard(function):
    """Run a program's main function; say an error in one line."""
    forbid_clock()
    try:
        sys.exit(function())
    except BenchError as error:
        sys.exit(f"{os.path.basename(sys.argv[0])}: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
