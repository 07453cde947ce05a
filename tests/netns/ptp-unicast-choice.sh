#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Unicast negotiation with two time-transmitters, both ours: whom our time-receiver asks for
# what, and how it goes from the one to the other. The second one is behind the first's host.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/client-lib.bash"
. "$TOP/tests/netns/ptp-capture.bash"
need agent
lab

D=ats-$$-d
D4=10.112.0.2
add_namespace "$D"
join "$S" s1 "$D" d0 || skip "cannot make a veth pair"
address "$S" s1 10.112.0.1/24
address "$D" d0 $D4/24
ip -n "$C" route add default via "$S4"
ip -n "$D" route add default via 10.112.0.1
ip netns exec "$S" sysctl -q net.ipv4.ip_forward=1

PORT="delivery = \"unicast\"; profile = \"custom\"; transport = \"ipv4\"; \
	announce_interval = 0; sync_interval = -2; delay_req_interval = -2;"

# serve NS NAME INTERFACE PRIORITY1
serve() {
	agent "$1" "$2" "serve_ptp = { interface = \"$3\"; $PORT allow = [ \"10.0.0.0/8\" ]; \
		priority1 = $4; }; local = { stratum = 5; };"
}

TRANSMITTERS="ptp[0]['ports'][0]['unicast']['transmitters']"
# granted FOLLOWED WHO: whom it follows, and all by whom Sync is granted
granted() {
	echo "[t['address'] for t in $TRANSMITTERS if t['followed']] == ['$1'] and \
		sorted(t['address'] for t in $TRANSMITTERS if t['sync']['granted_for']) \
		== sorted($2) and ptp[0]['ports'][0]['state'] == 'SLAVE'"
}

# ask MORE
ask() {
	agent "$C" cli "sources = ( { protocol = \"ptp\"; interface = \"c0\"; $PORT \
		address = [ \"$S4\", \"$D4\" ]; grant_duration = 20; query_interval = -2; $1 } );"
}

serve "$S" one s0 100 && serve "$D" two d0 110 || exit 1

ask "all_transmitters = true;"
expect "all: the better one is followed, Sync granted by both" 20 \
	"$(granted "$S4" "['$S4', '$D4']")"
expect "all: the source is selected" 20 "source('c0')['state'] == 'selected'"
stop one
expect "all: it falls silent, the other one is followed" 30 "$(granted "$D4" "['$D4']")"
expect "all: and is the source" 20 "source('c0')['state'] == 'selected' and \
	source('c0')['samples'] > 8 and abs(source('c0')['offset']) < 50e-6"
serve "$S" one s0 100
expect "all: it is back, is asked again, and followed" 30 "$(granted "$S4" "['$S4', '$D4']")"
stop cli

ask ""
expect "chosen: the better one is followed, Sync granted by no other" 20 \
	"$(granted "$S4" "['$S4']")"
ctl one ptp set PRIORITY1 priority1=120 >/dev/null
expect "chosen: it gets worse, Sync is granted by the other one alone" 20 \
	"$(granted "$D4" "['$D4']")"
check "chosen: who is left was told so" wait_for 5 is one \
	"[ptp[0]['ports'][0]['unicast'][k] > 0 for k in ('cancelled', 'clients')] == [True, True]"
expect "chosen: the source is selected" 20 "source('c0')['state'] == 'selected' and \
	abs(source('c0')['offset']) < 50e-6"
stop cli
stop two
stop one
judge_sent
