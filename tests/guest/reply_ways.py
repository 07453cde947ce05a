# SPDX-License-Identifier: GPL-2.0-or-later
"""Parts of reply.py: which way replies go, and who in the host sees them there."""
import ctypes
import os
import socket
import struct
import subprocess
import time

from reply_lab import Client, Server, namespace, C4, S4

V4, V6 = socket.AF_INET, socket.AF_INET6
IP_PKTINFO, SO_ATTACH_FILTER, SO_DETACH_FILTER = 8, 26, 27


def ip(ns, words):
    subprocess.run(["ip", "-n", ns, *words.split()], check=True)


def nft(rules):
    subprocess.run(["nft", "-f", "-"], input=rules.encode(), check=True)


def answered(family):
    return bool(Client(family).ask(wait=0.3))


def test_firewall(m):
    """Who drops requests or replies in the host, and whom ingress does not meet."""
    inner, outer = m.name == "ingress", False
    hooks = (("inet", "prerouting priority -300", "dport", inner),
             ("inet", "input priority 0", "dport", inner),
             ("inet", "output priority 0", "sport", inner),
             ("inet", "postrouting priority 300", "sport", inner),
             ("netdev", "ingress device s0 priority 0", "dport", outer),
             ("netdev", "egress device s0 priority 0", "sport", outer))
    m.changed()
    for table, hook, port, expected in hooks:
        nft(f"table {table} t {{ chain c {{ type filter hook {hook}; "
            f"udp {port} 123 counter drop; }}; }}")
        got = [answered(V4), answered(V6)]
        nft("flush ruleset")
        c = m.changed()
        good = c.get("send_failures", 0) == (2 if port == "sport" and not expected else 0) and \
            c.get("requests", 0) == (0 if port == "dport" and not expected else 2)
        m.ok(got == [expected] * 2 and good,
             f"replies {'pass by' if expected else 'obey'} a rule on {hook}", (got, c))
    got = [answered(V4), answered(V6)]
    m.ok(all(got) and not m.server.came_up(0.1), "without rules all is as it was", got)
    m.changed()


def test_ipsec(m):
    """What must come or go encrypted does neither, in the host's own way."""
    expected = m.name == "ingress"
    for direction, way in ("in", f"src {C4} dst {S4}"), ("out", f"src {S4} dst {C4}"):
        name = f"a policy of IPsec for what goes {direction} is " \
            f"{'not asked' if expected else 'obeyed'}"
        try:
            ip("s", f"xfrm policy add {way} dir {direction} action block")
        except subprocess.CalledProcessError:
            m.ok(True, f"{name} # SKIP this kernel has no IPsec")
            continue
        got = answered(V4)
        ip("s", f"xfrm policy del {way} dir {direction}")
        m.ok(got == expected and not m.server.came_up(0.1) and answered(V4), name, got)
    m.changed()


def came_in(client):
    """The interface at which the client gets its reply."""
    client.sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
    client.sock.settimeout(2)
    client.send()
    try:
        _, ancillary, _, _ = client.sock.recvmsg(2000, 200)
    except socket.timeout:
        return None
    index = struct.unpack_from("i", ancillary[0][2])[0]
    with namespace("c"):
        return socket.if_indextoname(index)


def macvlan():
    """It gets a copy of each broadcast too, so it must not stay."""
    try:
        ip("s", "link add link s0 name sm type macvlan mode bridge")
    except subprocess.CalledProcessError:
        return False
    ip("s", "addr add 10.113.0.1/24 dev sm")
    ip("s", "link set sm up")
    return True


def test_ways(m):
    """Socket mode: replies go where routing sends them."""
    client = Client()
    for _ in range(3):
        client.ask()
    ip("s", "route add 10.111.0.2/32 dev bridge0 src 10.111.0.1")
    ways = [came_in(client) for _ in range(3)]
    m.ok(ways == ["bridge0"] * 3, "another route is taken at once", ways)
    ip("s", "route del 10.111.0.2/32 dev bridge0")
    ways = [came_in(client) for _ in range(3)]
    m.ok(ways == ["c0"] * 3, "and left", ways)
    for server, name in ("10.112.0.1", "a VLAN"), ("10.114.0.1", "a bridge"), \
            ("10.113.0.1", "a macvlan"):
        if name == "a macvlan" and not macvlan():
            m.ok(True, "requests on a macvlan are answered # SKIP this kernel has none")
            continue
        client = Client(server=server)
        client.ask(wait=2)          # may wait for the neighbour
        m.changed()
        r = [client.ask() for _ in range(3)]
        m.ok(all(r) and client.source[0] == server and m.changed().get("basic") == 3,
             f"requests on {name} are answered", r)
    if os.path.exists("/sys/class/net/sm"):
        ip("s", "link del sm")
    local = Client(ns="s", server="127.0.0.1")
    m.ok(local.ask() and local.source[0] == "127.0.0.1", "and those of the host itself")


def test_filter(m):
    """Socket mode: what is asked of a socket after the module was."""
    code = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))     # takes nothing
    m.four.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                      struct.pack("HL", 1, ctypes.addressof(code)))
    m.ok(answered(V4) and not Client().ask(wait=0.1, mode=6) and not m.server.came_up(0.1),
         "a filter on the socket decides on what is left to the agent")
    m.four.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
    m.changed()


def test_one_for_both(m):
    """Socket mode: a socket of IPv6 that takes IPv4 too."""
    m.end()
    server = Server()
    both = server.open(V6)
    ident = server.attach_socket(both)
    good = all(Client(f).ask() for f in (V4, V6))
    m.ok(good and server.counts(ident)["basic"] == 2, "one socket for both families")
    both.close()
    for _ in range(50):
        if not server.attachments():
            break
        time.sleep(0.05)
    m.ok(not server.attachments(), "a closed socket is attached no more")


def test_elsewhere(m):
    """Ingress mode: what is not for this interface's own address goes on."""
    ip("s", "addr add 10.115.0.1/32 dev lo")
    ip("c", "route add 10.115.0.1/32 via 10.111.0.1")
    m.changed()
    client = Client(server="10.115.0.1")
    m.ok(not client.ask(wait=0.1) and not m.changed() and len(m.server.came_up()) == 1,
         "an address of another interface is left to the host")
    client = Client(server="10.112.0.1")
    m.ok(not client.ask(wait=0.3) and not m.changed() and len(m.server.came_up()) == 1,
         "so is a VLAN of the interface")
    client = Client()
    client.server = (S4, 124)
    client.send()
    time.sleep(0.1)
    m.ok(not m.changed(), "and another port")
    for device, server, name in ("sv", "10.112.0.1", "a VLAN"), \
            ("bridge0", "10.114.0.1", "a bridge"):
        ident = m.server.attach_ingress(device)
        client = Client(server=server)
        client.ask(wait=2)          # may wait for the neighbour
        before = m.server.counts(ident)["basic"]
        r = [client.ask() for _ in range(3)]
        m.ok(all(r) and client.source[0] == server and
             m.server.counts(ident)["basic"] == before + 3, f"{name} has an ingress of its own", r)
    m.server.came_up(0)
