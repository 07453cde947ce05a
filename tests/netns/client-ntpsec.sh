#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Our client against ntpd of NTPsec, which answers in basic mode only.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/client-lib.bash"
need ntpsec agent
lab
# Not ntpd() of lib.sh: its "disable ntp" would keep the server unsynchronised.
printf '%s\n' "refclock local stratum 4 minpoll 3 maxpoll 3" "tos orphan 4 orphanwait 1" \
	"restrict default" >"$TMP/srv.conf"
spawn "$S" srv env LD_LIBRARY_PATH="$PEERS/ntpsec/usr/lib/x86_64-linux-gnu" "$NTPD" -n -g \
	-c "$TMP/srv.conf" -p "$TMP/srv.pid" -f "$TMP/srv.drift"
agent "$C" cli 'servers = ( "10.111.0.1", "fd00:a75::1" );' || exit 1

expect "a source is selected" 60 'tracking["synchronised"] and tracking["source"]'
expect "both are in use" 30 \
	'all(s["state"] in ("selected", "combined", "outlier") for s in sources)'
sleep 5
for a in 10.111.0.1 fd00:a75::1; do
	expect "$a answers basic" 1 "not source('$a')['interleaved']"
	expect "$a: no sample is lost" 1 "peer('$a')['answers']['sample'] + \
		peer('$a')['answers']['unsynchronised'] >= peer('$a')['sent'] - 1 and \
		peer('$a')['kod'] in (None, 'INIT')"
	expect "$a: offset below 1 ms" 5 "abs(source('$a')['offset']) < 1e-3"
	figures $a
done
