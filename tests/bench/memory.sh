#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Memory of both servers before and after requests of 100,000 clients, with the
# same clientloglimit: prints lines "memory SERVER LIMIT CLIENTS-KEPT RSS0 PSS0 RSS PSS" (kB).
. "$(dirname "$0")/../netns/lib.sh"
. "$(dirname "$0")/servers.bash"
need chrony agent "$LOAD"
skip() { echo "memory: $*" >&2; exit 1; }
clients=100000

usage_of() { awk '/^Rss:/ { r = $2 } /^Pss:/ { p = $2 } END { printf "%d %d", r, p }' "/proc/${PID[$1]}/smaps_rollup"; }

kept() {
	if [ "$1" = ours ]; then
		ctl ours serverstats --json | python3 -c 'import json, sys
d = json.load(sys.stdin)
print(d.get("serverstats", d)["clients"])'
	else
		# those whose interval or count are known, without ours of this test's start
		chronyc chronyd -c clients -r 2>/dev/null | wc -l
	fi
}

measure() {
	local limit=$1 server before
	lab
	many_clients
	servers "$limit" || exit 1
	for server in ours chronyd; do
		wait_for 10 answers $server || { echo "memory: $server does not answer" >&2; exit 1; }
		before=$(usage_of $server)
		load $server --clients $clients --count $((2 * clients)) --time 120
		echo "memory $server $limit $(kept $server) $before $(usage_of $server)"
	done
}

for limit in 524288 16777216; do
	(trap cleanup EXIT; measure $limit) || exit 1
done
