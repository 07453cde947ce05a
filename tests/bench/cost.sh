#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# CPU time per request of both servers, taken in turns: prints lines
# "cost SERVER MODE LOAD VALUE UNIT".
#
#	cost.sh --instructions|--nanoseconds ROUNDS
. "$(dirname "$0")/../netns/lib.sh"
. "$(dirname "$0")/servers.bash"
# The veth may not be loaded yet in a guest.
modprobe -q veth
unit=${1#--} rounds=$2
count=20000
[ "$unit" = instructions ] && count=3000
need chrony agent "$LOAD"
skip() { echo "cost: $*" >&2; exit 1; }

# Nanoseconds on a processor, as the scheduler counts them.
cpu() { cut -d' ' -f1 "/proc/${PID[$1]}/schedstat"; }

# measure SERVER MODE LOAD OPTION...
measure() {
	local server=$1 mode=$2 kind=$3 before after
	shift 3
	[ "$mode" = basic ] || set -- "$@" --interleaved
	load "$server" "$@" --count 256	# the first of interleaved clients get basic replies
	before=$(cpu "$server")
	load "$server" "$@" --count $count --time 60
	after=$(cpu "$server")
	echo "cost $server $mode $kind $(((after - before) / $(result replies))) $unit" \
		"$(result interleaved) $(result replies)"
}

lab
many_clients
servers 4194304 || exit 1
for server in ours chronyd; do
	wait_for 10 answers $server || { echo "cost: $server does not answer" >&2; show_log $server >&2; exit 1; }
done
for ((round = 0; round < rounds; round++)); do
	for mode in basic interleaved; do
		for server in ours chronyd; do
			measure $server $mode load --window 64
			measure $server $mode single --window 1
		done
	done
done
