#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Our client against ntpd of NTPsec, which answers in basic mode only.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/client-lib.bash"
need ntpsec agent
lab
ntpd "$S" srv 'tos orphan 5
server 127.127.1.0 minpoll 4 maxpoll 4
fudge 127.127.1.0 stratum 4' || exit 1
agent "$C" cli 'servers = ( "10.111.0.1", "fd00:a75::1" );' || exit 1

expect "a source is selected" 60 'tracking["synchronised"] and tracking["source"]'
expect "both are in use" 30 \
	'all(s["state"] in ("selected", "combined", "outlier") for s in sources)'
sleep 5
for a in 10.111.0.1 fd00:a75::1; do
	expect "$a answers basic" 1 "not source('$a')['interleaved']"
	expect "$a: no sample is lost" 1 "peer('$a')['answers']['sample'] + \
		peer('$a')['answers']['unsynchronised'] >= peer('$a')['sent'] - 1 and \
		peer('$a')['kod'] is None"
	expect "$a: offset below 1 ms" 5 "abs(source('$a')['offset']) < 1e-3"
	figures $a
done
