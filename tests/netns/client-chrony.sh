#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Our client against chronyd: basic and interleaved, IPv4 and IPv6.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/client-lib.bash"
need chrony agent
lab
address "$S" s0 10.111.0.3/24 fd00:a75::3/64
chronyd "$S" srv 'local stratum 3
allow' || exit 1
agent "$C" cli 'sources = (
	{ address = "10.111.0.1"; }, { address = "fd00:a75::1"; },
	{ address = "10.111.0.3"; interleaved = false; },
	{ address = "fd00:a75::3"; interleaved = false; } );' || exit 1

expect "a source is selected" 10 'tracking["synchronised"] and tracking["source"]'
expect "all four are in use" 20 \
	'all(s["state"] in ("selected", "combined", "outlier") for s in sources)'
sleep 10
for a in 10.111.0.1 fd00:a75::1; do
	expect "$a answers interleaved" 3 "source('$a')['interleaved']"
done
for a in 10.111.0.3 fd00:a75::3; do
	expect "$a answers basic" 3 "not source('$a')['interleaved']"
done
for a in 10.111.0.1 fd00:a75::1 10.111.0.3 fd00:a75::3; do
	expect "$a: kernel stamps, nothing lost" 1 "source('$a')['stamps'] == \
		{'transmit': 'kernel', 'receive': 'kernel'} and peer('$a')['lost_stamps'] == 0 and \
		peer('$a')['answers']['sample'] >= 0.8 * peer('$a')['sent']"
	expect "$a: offset below 50 us" 5 "abs(source('$a')['offset']) < 50e-6"
	figures $a
done
expect "the clock's error bound holds" 1 'abs(tracking["offset"]) < tracking["max_error"] < 1e-3'
note "clock: $(show cli "'offset %+.0f +- %.0f ns, max error %.0f ns' % tuple(1e9 * tracking[k] for k in ('offset', 'offset_error', 'max_error'))")"
