#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Instructions that a request costs the whole machine, in a guest of scripts/vm
# --icount: those with replies less those with the same requests dropped at the
# server's ingress. Prints lines "request SERVER MODE LOAD INSTRUCTIONS REPLIES".
#
#	request.sh MODULES	(build/kmod: modules by kernel)
#
# Basic replies are dropped at the client's ingress, so that what they cost the client
# does not count. Interleaved ones the client must see; what it costs to see them is
# known from basic ones, seen and dropped, and taken off.
. "$(dirname "$0")/../netns/lib.sh"
. "$(dirname "$0")/servers.bash"
module=$1/$(uname -r | cut -d. -f1,2)/as_timesync.ko
count=3200 pace=5000 runs=5
need chrony agent "$LOAD"
skip() { echo "request: $*" >&2; exit 1; }
PORT["socket"]=2123 PORT["ingress"]=2123

# The guest's time runs ahead while it waits for a file of this machine: so many tries
# instead of seconds.
wait_for() {
	local try
	shift
	for ((try = 0; try < 3000; try++)); do
		! "$@" || return 0
		sleep 0.2
	done
	return 1
}

# page-ins of the programs would cost time of their own
to_memory() {
	mkdir "$TMP/bin" && cp "$LOAD" "$AGENT" "$CHRONYD" "$TMP/bin" || exit 1
	LOAD=$TMP/bin/ntp-load AGENT=$TMP/bin/as-timesyncd CHRONYD=$TMP/bin/chronyd
}

# drop on|off NAMESPACE DEVICE: all UDP that comes in there.
drop() {
	tc -n "$2" qdisc del dev "$3" ingress 2>/dev/null
	[ "$1" = off ] && return
	tc -n "$2" qdisc add dev "$3" ingress &&
		tc -n "$2" filter add dev "$3" parent ffff: protocol ip prio 1 matchall action drop
}

# busy SERVER OPTION...: instructions per request. What the kernel has to do besides
# only adds to them: the least of some runs has least of it.
busy() {
	local server=$1 least='' now i
	shift
	for ((i = 0; i < runs; i++)); do
		load "$server" "$@" --pace $pace --time 600
		now=$(($(result busy) / count))
		[ -n "$least" ] && ((least <= now)) || least=$now
	done
	echo "$least"
}

# measure SERVER MODE LOAD WINDOW
measure() {
	local server=$1 mode=$2 kind=$3 window=$4 n=$count with without seen=0 option=()
	[ "$mode" = basic ] || option=(--interleaved)
	[ "$window" = 1 ] && n=800
	local count=$n
	option+=(--window "$window" --clients 64 --count "$n")
	drop off "$C" c0
	load "$server" "${option[@]}" --count 512 --pace $pace --time 600	# it learns who asks
	if [ "$mode" = basic ]; then
		drop on "$C" c0
		with=$(busy "$server" "${option[@]}")
		drop off "$C" c0
		seen=$(($(busy "$server" "${option[@]}") - with))
		SEEN[$window]=$seen
		seen=0
	else
		with=$(busy "$server" "${option[@]}")
		seen=${SEEN[$window]}
	fi
	local replies interleaved
	replies=$(result replies) interleaved=$(result interleaved)
	drop on "$S" s0
	without=$(busy "$server" "${option[@]}")
	drop off "$S" s0
	echo "request $server $mode $kind $((with - without - seen)) $interleaved $replies"
}

# Alone: what others do now and then would be counted too.
start() {
	case $1 in
	ours | chronyd) "server_$1" 4194304 ;;
	*)
		spawn "$S" "$1" python3 "$TOP/tests/bench/kernel-server.py" "$1" s0 "${PORT[$1]}"
		wait_for 20 grep -q ready "$TMP/$1.log" || { show_log "$1"; return 1; }
		;;
	esac
}

declare -A SEEN
modprobe -aq veth sch_ingress cls_matchall act_gact
insmod "$module" || skip "cannot load $module"
lab
to_memory
many_clients
for server in ${ATS_BENCH_SERVERS:-chronyd ours socket ingress}; do
	start "$server" || exit 1
	wait_for 20 answers "$server" || { show_log "$server" >&2; skip "$server does not answer"; }
	for mode in basic interleaved; do
		measure "$server" $mode load 64
		measure "$server" $mode single 1
	done
	stop "$server"
done
