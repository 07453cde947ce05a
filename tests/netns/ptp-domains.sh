#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two domains at one interface and transport: two ptp4l as grandmasters that we follow
# both, then two as time-receivers that we serve both; a domain that comes and goes with
# the configuration, and one that has another DSCP.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/client-lib.bash"
. "$TOP/tests/netns/ptp-lib.bash"
. "$TOP/tests/netns/ptp-capture.bash"
need "$PTP4L" agent
# three hosts on one link: two ptp4l of one host would share its port 319
TMP=$(mktemp -d "${TMPDIR:-/tmp}/ats-netns.XXXXXX")
T=ats-$$-t B=ats-$$-b
for ns in "$S" "$C" "$T" "$B"; do add_namespace "$ns"; done
if ! { ip -n "$B" link add br0 type bridge mcast_snooping 0 && ip -n "$B" link set br0 up &&
	join "$B" b0 "$S" s0 && join "$B" b1 "$C" c0 && join "$B" b2 "$T" t0; }; then
	skip "cannot make a bridge"
fi
for port in b0 b1 b2; do ip -n "$B" link set $port master br0; done
address "$S" s0 $S4/24
address "$C" c0 $C4/24
address "$T" t0 10.111.0.3/24

# peer4l NS INTERFACE NAME DOMAIN OPTION...
peer4l() {
	local ns=$1 interface=$2 name=$3 domain=$4
	shift 4
	spawn "$ns" "$name" "$PTP4L" -i "$interface" -S -m --uds_address "$TMP/$name.uds" \
		--free_running 1 --domainNumber "$domain" --logAnnounceInterval 0 \
		--logSyncInterval -1 --freq_est_interval 0 --summary_interval -3 "$@"
}
measures() { [ "$(grep -c "offset\|rms" "$TMP/$1.log")" -ge "$2" ]; }
# of both instances
PORT="for p in [d['ports'][0] for d in ptp]"

# receive NAME TRANSPORT OPTION
receive() {
	local name=$1 transport=$2 option=$3
	peer4l "$S" s0 gm0 0 "$option" --masterOnly 1
	peer4l "$T" t0 gm24 24 "$option" --masterOnly 1
	agent "$C" cli "sources = (
		{ protocol = \"ptp\"; interface = \"c0\"; transport = \"$transport\";
		  announce_interval = 0; sync_interval = -1; },
		{ protocol = \"ptp\"; interface = \"c0\"; transport = \"$transport\"; domain = 24;
		  announce_interval = 0; sync_interval = -1; } );" || return
	expect "$name: both domains follow their grandmaster" 30 \
		"[d['domain'] for d in ptp] == [0, 24] and \
		all(p['state'] == 'SLAVE' $PORT) and \
		ptp[0]['parent']['port_identity'] != ptp[1]['parent']['port_identity']"
	expect "$name: both are sources, within 50 us, in use" 40 \
		"all(source(n)['samples'] > 10 and abs(source(n)['offset']) < 50e-6 and \
		source(n)['state'] in ('selected', 'combined') for n in ('c0', 'c0#24'))"
	expect "$name: each has its own stamps and messages, none of the other's" 10 \
		"all(p['counters']['lost_stamps'] == 0 and p['counters']['sync_legs'] > 10 and \
		p['counters']['delay_req_legs'] > 5 and \
		sum(v for k, v in p['counters']['refused'].items() if k != 'state') == 0 $PORT)"
	stop gm24
	expect "$name: one falls silent, the other goes on" 20 \
		"source('c0#24')['reach'] == 0 and ptp[0]['ports'][0]['state'] == 'SLAVE' and \
		source('c0')['state'] == 'selected'"
	stop cli
	stop gm0
}

# transmit NAME TRANSPORT OPTION
transmit() {
	local name=$1 transport=$2 option=$3 entry
	entry="interface = \"c0\"; transport = \"$transport\"; announce_interval = 0; sync_interval = -1;"
	agent "$C" cli "serve_ptp = ( { $entry }, { $entry domain = 24; profile = \"custom\";
		dscp_event = 46; priority1 = 99; } ); local = { stratum = 5; };" || return
	peer4l "$S" s0 rcv0 0 "$option" --slaveOnly 1
	peer4l "$T" t0 rcv24 24 "$option" --slaveOnly 1
	for domain in 0 24; do
		check "$name: ptp4l of domain $domain follows ours" \
			wait_for 60 measures rcv$domain 4 || show_log rcv$domain
		check "$name: its offset to its own clock is below 200 us" \
			wait_for 60 offset_below rcv$domain 200000 || show_log rcv$domain
		note "$name: $(ptp4l_offset rcv$domain) ns"
	done
	expect "$name: we are grandmaster of both, and lose no stamp" 10 \
		"all(d['is_grandmaster'] for d in ptp) and \
		all(p['state'] == 'MASTER' and p['counters']['lost_stamps'] == 0 and \
		p['counters']['received']['delay_req'] >= 3 $PORT)"
	expect "$name: nothing of the one came to the other" 1 \
		"all(sum(v for k, v in p['counters']['refused'].items() if k != 'state') == 0 $PORT)"
	check "$name: their grandmasters have what was configured for each" \
		[ "$(show cli "[d['quality']['priority1'] for d in ptp]")" = "[128, 99]" ]
}

receive "receiver, ipv4" ipv4 -4
receive "receiver, ethernet" ethernet -2
transmit "transmitter, ethernet" ethernet -2
stop rcv0
stop rcv24
stop cli
transmit "transmitter, ipv4" ipv4 -4

# reload CONFIG-TEXT: of cli
reload() {
	printf '%s\n' "control_clock = false;" "control_socket = \"$TMP/cli.sock\";" \
		"state_dir = \"\";" "$1" >"$TMP/cli.conf"
	call cli '{"command":"reload"}' >"$TMP/reload.log"
}

# The configuration without the first domain: the second goes on over the same sockets.
lines() { wc -l <"$TMP/rcv24.log"; }
more_lines() { [ "$(lines)" -ge $((BEFORE + 4)) ]; }
reload "serve_ptp = ( { interface = \"c0\"; transport = \"ipv4\"; domain = 24;
	profile = \"custom\"; announce_interval = 0; sync_interval = -1; dscp_event = 46;
	priority1 = 99; } ); local = { stratum = 5; };"
expect "reload: one domain is left" 5 "[d['domain'] for d in ptp] == [24]"
BEFORE=$(lines)
check "reload: its client is served as before" wait_for 20 more_lines || show_log rcv24
expect "reload: as MASTER all the time, without a lost stamp" 1 \
	"ptp[0]['ports'][0]['state'] == 'MASTER' and \
	ptp[0]['ports'][0]['counters']['lost_stamps'] == 0"
answer=$(cat "$TMP/reload.log")
check "reload: it was kept" grep -q '"kept": *1' <<<"$answer" || note "$answer"
stop rcv0
stop rcv24
stop cli
judge_sent
