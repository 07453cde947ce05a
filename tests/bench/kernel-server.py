# SPDX-License-Identifier: GPL-2.0-or-later
"""Has the kernel module answer on a port, until this is killed.

kernel-server.py socket|ingress DEVICE PORT
"""
import os
import signal
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../guest"))
from reply_lab import ALL, Server, rule  # noqa: E402

mode, device, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
server = Server(port)
# some rules of usual length, a rate limit that nobody reaches
server.configure(acl=ALL + [rule(f"192.0.{i}.0", 24, i & 1) for i in range(8)],
                 rate_limit=1, rate_interval=-19, rate_burst=255, client_octets=4 << 20)
server.publish(valid_ms=4000000000)
if mode == "ingress":
    ident = server.attach_ingress(device)
else:
    for family in socket.AF_INET, socket.AF_INET6:
        ident = server.attach_socket(server.open(family, only=True))
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
print("ready", flush=True)
try:
    signal.pause()
finally:
    # what answers at ingress stays when its maker goes
    for ident in server.attachments():
        server.detach(ident)
