#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Names: from the hosts file and from DNS, slow and dead name servers, a server
# that moves to another address, a pool that replaces a dead member.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/client-lib.bash"
need chrony agent
[ ! -e /etc/netns ] || [ -d /etc/netns ] || skip "/etc/netns is no directory"
lab
# ip netns exec shows these to the client in place of the host's own.
mkdir -p "/etc/netns/$C"
trap 'rm -rf "/etc/netns/$C"; rmdir --ignore-fail-on-non-empty /etc/netns; cleanup' EXIT
echo "nameserver $S4" >"/etc/netns/$C/resolv.conf"
echo "10.111.0.1 hosts.example" >"/etc/netns/$C/hosts"
for i in 3 4 5 6 7 8; do address "$S" s0 10.111.0.$i/24; done
cat >"$TMP/dns" <<-EOF
	moving.example 10.111.0.99 10.111.0.3
	slow.example slow 10.111.0.4
	dead.example never
	pool.example 10.111.0.5 10.111.0.6 10.111.0.7 10.111.0.98
EOF
spawn "$S" dns python3 "$TOP/tests/netns/dns.py" $S4 "$TMP/dns"
chronyd "$S" srv 'local stratum 3
allow' || exit 1
agent "$C" cli 'sources = ( { address = "hosts.example"; }, { address = "moving.example"; },
	{ address = "slow.example"; }, { address = "dead.example"; }, { address = "none.example"; },
	{ address = "pool.example"; pool = true; pool_max = 3; } );' || exit 1
used() { echo "$1 in ('selected', 'combined', 'outlier')"; }

expect "a name of the hosts file is found at once" 6 "$(used 'source("hosts.example")["state"]') and \
	source('hosts.example')['address'] == '10.111.0.1'"
expect "time is kept while names are looked for" 1 'source("slow.example")["address"] is None or source("dead.example")["address"] is None'
expect "a slow answer is used" 40 'source("slow.example")["address"] == "10.111.0.4" and source("slow.example")["samples"] > 1'
expect "names without an address are shown" 1 'source("dead.example")["address"] is None and \
	source("none.example")["state"] == "unreachable"'
expect "the pool has three servers" 15 'len([s for s in sources if s["name"] == "pool.example"]) == 3'
expect "the dead member of the pool is replaced" 40 \
	'sorted(s["address"] for s in sources if s["name"] == "pool.example" and s["samples"] > 2) == ["10.111.0.5", "10.111.0.6", "10.111.0.7"]'
expect "a dead address of a name is left" 40 "source('moving.example')['address'] == '10.111.0.3' and \
	$(used 'source("moving.example")["state"]')"

# The server of that name moves.
sed -i 's/^moving.*/moving.example 10.111.0.8/' "$TMP/dns"
ip -n "$S" addr del 10.111.0.3/24 dev s0
expect "a silent server is looked for again" 110 "source('moving.example')['address'] == '10.111.0.8' and \
	$(used 'source("moving.example")["state"]')"
