#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Unicast without state: ours asks ours by CSPTP, a small client asks ours by SPTP; and who
# may ask at all. Both ends share one clock, so that the true offset is 0.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/client-lib.bash"
. "$TOP/tests/netns/ptp-capture.bash"
need agent
lab
STRANGER4=10.111.0.99 STRANGER6=fd00:a75::99
address "$C" c0 $STRANGER4/24
# not what the kernel chooses for anybody
ip -n "$C" addr add $STRANGER6/64 dev c0 nodad preferred_lft 0

PORT="delivery = \"unicast\"; profile = \"custom\"; announce_interval = 0; sync_interval = -2;"

# asks WANTED WHAT LOCAL SERVER...: see ptp-ask.py
asks() {
	local wanted=$1 answer
	shift
	answer=$(inside "$C" python3 "$TOP/tests/netns/ptp-ask.py" "$@" 2>&1)
	[ "$answer" = "$wanted" ] || { note "$*: $answer, not $wanted"; return 1; }
}
# refused NAME N: of the server's counters
refused() { is srv "ptp[0]['ports'][0]['counters']['refused']['$1'] == $2"; }

# serve TRANSPORT ACCESS MORE
serve() {
	agent "$S" srv "serve_ptp = { interface = \"s0\"; transport = \"$1\"; $PORT $2 $3 }; \
		local = { stratum = 5; };" || return
	check "server, $1: it is MASTER" wait_for 20 is srv \
		"ptp[0]['ports'][0]['state'] == 'MASTER'" || show_log srv
}

ALLOW="allow = [ \"$C4\", \"$C6\" ];"

# ask TRANSPORT SERVER: ours, by CSPTP
ask() {
	agent "$C" cli "sources = ( { protocol = \"ptp\"; interface = \"c0\"; transport = \"$1\"; \
		$PORT csptp = true; address = \"$2\"; csptp_domain = 9; } );"
}

# csptp TRANSPORT SERVER
csptp() {
	ask "$1" "$2" || return
	expect "CSPTP, $1: the server is selected" 20 \
		"source('$2')['state'] == 'selected' and tracking['source'] == '$2'"
	expect "CSPTP, $1: kernel stamps, the offset below 50 us, the bound holds" 20 \
		"source('$2')['stamps'] == {'transmit': 'kernel', 'receive': 'kernel'} and \
		source('$2')['samples'] > 30 and abs(source('$2')['offset']) < 50e-6 and \
		abs(source('$2')['offset']) < source('$2')['max_error']"
	expect "CSPTP, $1: each request but the newest is a sample, nothing is lost" 5 \
		"[(s['address'], s['lost_stamps'], s['lost_responses'], s['repeated'], s['impossible'], \
		s['requests'] - s['samples'] <= 1) for s in ptp[0]['ports'][0]['unicast']['csptp_servers']] \
		== [('$2', 0, 0, 0, 0, True)]"
	figures "$2"
	stop cli
}

# denied TRANSPORT SERVER CLIENT: the longest prefix decides
denied() {
	serve "$1" "allow = [ \"10.111.0.0/24\", \"fd00:a75::/64\" ]; deny = [ \"$3\" ];" \
		"csptp = true; csptp_domain = 9;" || return
	ask "$1" "$2" || return
	expect "CSPTP, $1: who is not allowed gets no answer" 10 \
		"[(s['requests'] > 8, s['samples'], s['lost_responses'] > 3) for s in \
		ptp[0]['ports'][0]['unicast']['csptp_servers']] == [(True, 0, True)] and \
		source('$2')['state'] == 'unreachable'"
	check "CSPTP, $1: which is counted" is srv \
		"ptp[0]['ports'][0]['counters']['refused']['access'] > 8"
	stop cli
	stop srv
}

# stateless TRANSPORT SERVER CLIENT STRANGER
stateless() {
	serve "$1" "$ALLOW" "sptp = true; csptp = true; csptp_domain = 9; open_delay_requests = true;" || return
	check "SPTP, $1: the times of an exchange are in order" asks order sptp "$3" "$2"
	check "open delay requests, $1: answered" asks answer delay "$3" "$2"
	check "SPTP, $1: a stranger gets no answer" asks none sptp "$4" "$2"
	check "open delay requests, $1: neither for these" asks none delay "$4" "$2"
	check "refusals, $1: both are counted, and nothing else" eval \
		'refused access 2 && refused no-grant 0'
	csptp "$1" "$2"
	stop srv
}

# limits TRANSPORT SERVER CLIENT STRANGER
limits() {
	serve "$1" "$ALLOW" "unicast_clients = 2; sptp = false;" || return
	check "grants, $1: a stranger gets no answer" asks none grant "$4" "$2" a1
	check "grants, $1: which is counted" refused access 1
	check "grants, $1: two clients are granted what they ask" eval \
		"asks 60 grant $3 $2 a1 && asks 60 grant $3 $2 a2"
	check "grants, $1: a third is denied it" asks 0 grant "$3" "$2" a3
	check "grants, $1: one of the two may renew" asks 60 grant "$3" "$2" a2
	check "grants, $1: all are counted" is srv \
		"[ptp[0]['ports'][0]['unicast'][k] for k in ('clients', 'granted', 'denied')] == [2, 3, 1]"
	check "grants, $1: one is taken back" asks acknowledged cancel "$3" "$2" a1
	check "grants, $1: which makes room for the third" asks 60 grant "$3" "$2" a3
	check "delay requests, $1: without a grant there is no answer" asks none delay "$3" "$2"
	check "delay requests, $1: which is counted" refused no-grant 1
	check "SPTP, $1: not served unless told so" asks none sptp "$3" "$2"
	stop srv
}

stateless ipv4 "$S4" "$C4" $STRANGER4
stateless ipv6 "$S6" "$C6" $STRANGER6
denied ipv4 "$S4" "$C4"
denied ipv6 "$S6" "$C6"
limits ipv4 "$S4" "$C4" $STRANGER4
limits ipv6 "$S6" "$C6" $STRANGER6
judge_sent
