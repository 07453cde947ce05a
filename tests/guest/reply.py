# SPDX-License-Identifier: GPL-2.0-or-later
"""NTP replies of the kernel module, seen from a client: run by reply.sh."""
import socket

from reply_lab import ALL, Client, Server, finish, ok, rule, to_ns, S4, C4


def smoke():
    server = Server()
    s = server.open()
    ident = server.attach_socket(s)
    server.publish()
    server.configure(acl=ALL)
    for family in socket.AF_INET, socket.AF_INET6:
        client = Client(family)
        for _ in range(3):
            r = client.ask()
            print("#", r, client.source if r else "")
        print("#", server.counts(ident), server.clients())
        ok(r is not None, "answered")
    server.detach(ident)
    ident = server.attach_ingress("s0")
    for family in socket.AF_INET, socket.AF_INET6:
        client = Client(family)
        for _ in range(3):
            r = client.ask()
            print("#", r)
        print("#", server.counts(ident), server.clients())
        ok(r is not None, "answered")
    print("#", len(server.came_up()))


smoke()
finish()
