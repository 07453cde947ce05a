# SPDX-License-Identifier: GPL-2.0-or-later
"""Has the kernel module serve PTP clients, until this is killed.

kernel-ptp.py DEVICE FIRST-CLIENT CLIENTS
"""
import ipaddress
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../guest"))
from kernel_ptp import Port, grant  # noqa: E402

CLOCK_BASE = 0x02000000 << 32  # as ptp-load has it

device, first, clients = sys.argv[1], ipaddress.ip_address(sys.argv[2]), int(sys.argv[3])
port = Port(device, clients)
port.publish(("sync", "delay"), valid_ms=4000000000)
port.grant([grant(str(first + i), CLOCK_BASE | i, sync_s=1000000, delay_s=1000000)
            for i in range(clients)])
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
print("ready", flush=True)
signal.pause()
