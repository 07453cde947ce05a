#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The power profile (C37.238-2017): who the grandmaster is, and how inaccurate its time is
# in all, goes with its Announces, and the error bound begins with that.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/client-lib.bash"
. "$TOP/tests/netns/ptp-capture.bash"
need agent
lab
PORT="profile = \"power\"; transport = \"ethernet\""

agent "$C" srv "local = { stratum = 1; };
	serve_ptp = { interface = \"c0\"; $PORT; grandmaster_id = 18; };"
agent "$S" cli "sources = ( { protocol = \"ptp\"; interface = \"s0\"; $PORT; } );"
expect "the grandmaster's id is known" 20 "ptp[0]['power']['grandmaster_id'] == 18"
expect "and that nobody knows how inaccurate a clock left to itself is" 1 \
	"ptp[0]['power']['total_inaccuracy'] is None"
stop srv
stop cli

agent "$S" ntp "local = { stratum = 1; };
	serve_ntp = { allow = [ \"10.111.0.0/24\" ]; ratelimit = false; };"
agent "$C" srv "sources = ( { address = \"10.111.0.1\"; min_poll = 0; max_poll = 0; } );
	serve_ptp = { interface = \"c0\"; $PORT; grandmaster_id = 19; };"
agent "$S" cli "sources = ( { protocol = \"ptp\"; interface = \"s0\"; $PORT; } );"
expect "one that knows says so" 30 \
	"ptp[0]['power']['grandmaster_id'] == 19 and 0 < ptp[0]['power']['total_inaccuracy'] < 1e-3"
expect "which counts instead of the class of its accuracy" 10 \
	"0 < source('s0')['root_dispersion'] < 5e-4"
stop srv
stop cli
stop ntp

# One without the TLV, as of IEC/IEEE 61850-9-3, is not followed; who wants it says so.
agent "$C" srv "local = { stratum = 1; };
	serve_ptp = { interface = \"c0\"; profile = \"utility\"; domain = 254; };"
agent "$S" cli "sources = ( { protocol = \"ptp\"; interface = \"s0\"; $PORT; } );"
expect "Announces without the TLV are refused and counted" 10 \
	"ptp[0]['ports'][0]['counters']['refused']['missing-tlv'] > 2 and \
	not ptp[0]['ports'][0]['announcers'] and ptp[0]['ports'][0]['state'] == 'LISTENING'"
check "and the log says why" \
	grep -q 's0: Announce without the TLV of IEEE C37.238 is refused' "$TMP/cli.log" ||
	show_log cli
stop cli
stop srv
judge_sent
