#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Instructions that a unicast PTP client costs the whole machine in a second, with one
# Sync and Follow_Up and one Delay_Req and Delay_Resp, in a guest of scripts/vm --icount:
# those with a server less those with the same Delay_Reqs dropped where they come in at
# the server and no server.
#
# Divided by what left the server's interface in the very same time: the mean of its Syncs
# and its Delay_Resps, so that a server that sends more than it was asked for, or less, is
# charged for what it does. Those come of the interface's counters, packets and octets,
# which cost nobody anything; of which type they are, and that there is nothing else among
# them, is seen in a run before.
#
# The server's interface is a dummy d0, so that nobody's reception of what a server sends
# is counted: it makes software stamps and drops what it is given. What a client sends over
# the veth c0-s0 comes in there (redirected), in the runs without a server too. Only while
# it is tried whether all are served, what leaves by d0 is mirrored to the client. The same
# for all servers. Prints lines
#
#	ptp SERVER LOAD CLIENTS INSTRUCTIONS SYNCS DELAY_RESPS CLIENT_SECONDS
#
#	ptp.sh MODULES	(build/kmod: modules by kernel)
#
# ATS_BENCH_PTP names the servers; with ATS_BENCH_FIREWALL set the host has a firewall, of one
# empty chain.
. "$(dirname "$0")/../netns/lib.sh"
. "$(dirname "$0")/servers.bash"
module=$1/$(uname -r | cut -d. -f1,2)/as_timesync.ko
PTP_LOAD=$BUILD/ptp-load
PTP4L=$PEERS/linuxptp/usr/sbin/ptp4l
seconds=4 runs=3 clients=
need "$PTP_LOAD" "$PTP4L"
skip() { echo "ptp: $*" >&2; exit 1; }

wait_for() {
	local try
	shift
	for ((try = 0; try < 3000; try++)); do
		! "$@" || return 0
		sleep 0.2
	done
	return 1
}

mac() { ip netns exec "$1" cat "/sys/class/net/$2/address"; }

# The server's addresses go from the veth to a dummy in front of which it stands.
sink() {
	local client server
	client=$(mac "$C" c0) server=$(mac "$S" s0)
	ip -n "$S" address flush dev s0 &&
		ip -n "$S" link add d0 address "$server" type dummy &&
		ip -n "$S" link set d0 arp on up &&
		ip -n "$S" address add $S4/24 dev d0 &&
		ip -n "$S" neigh add $C4 lladdr "$client" dev d0 nud permanent &&
		ip -n "$C" neigh add $S4 lladdr "$server" dev c0 nud permanent &&
		tc -n "$S" qdisc add dev s0 ingress &&
		tc -n "$S" filter add dev s0 parent ffff: matchall action mirred ingress redirect dev d0
}

# What the client sends is dropped at d0, or what the server sends is shown to the client.
at_sink() {
	tc -n "$S" qdisc del dev d0 clsact 2>/dev/null
	case $1 in
	serve) return ;;
	drop) set -- ingress drop ;;
	show) set -- egress mirred egress mirror dev s0 ;;
	esac
	tc -n "$S" qdisc add dev d0 clsact &&
		tc -n "$S" filter add dev d0 "$1" protocol ip prio 1 matchall action "${@:2}"
}

# With the counters of what leaves by d0, as seen in the server's namespace.
ptp_load() {
	# shellcheck disable=SC2016 # for that shell
	inside "$S" sh -c 'exec 8<"$0/tx_packets" 9<"$0/tx_bytes" "$@"' \
		/sys/class/net/d0/statistics ip netns exec "$C" "$PTP_LOAD" --from $FIRST_CLIENT \
		--clients "$clients" --packets 8 --octets 9 "$@" $S4 >"$TMP/load"
}

# Ethernet, IPv4 and UDP headers and a Sync or Follow_Up, and how much longer a Delay_Resp is
FRAME=86 LONGER=10

# Of some runs: how long the machine was busy, and the Syncs and Delay_Resps that left.
busy() {
	local busy=0 packets=0 octets=0 delay_resps i
	for ((i = 0; i < runs; i++)); do
		ptp_load --seconds $seconds --window "$1"
		busy=$((busy + $(result busy)))
		packets=$((packets + $(result packets)))
		octets=$((octets + $(result octets)))
	done
	delay_resps=$(((octets - FRAME * packets) / LONGER))
	echo "$busy $(((packets - delay_resps) / 2)) $delay_resps"
}

start_ptp4l() {
	cat >"$TMP/ptp4l.cfg" <<-END
		[global]
		masterOnly 1
		unicast_listen 1
		inhibit_multicast_service 1
		free_running 1
		time_stamping software
		tx_timestamp_timeout 100
		priority1 1
		logAnnounceInterval -2
		announceReceiptTimeout 2
		logging_level 5
	END
	spawn "$S" ptp4l "$PTP4L" -f "$TMP/ptp4l.cfg" -i d0 -m --uds_address "$TMP/ptp4l.uds"
	wait_for 20 grep -q "assuming the grand master role" "$TMP/ptp4l.log"
}

# The daemon, with kernel = "$2".
start_daemon() {
	agent "$S" "$1" "kernel = \"$2\"; serve_ptp = ( { interface = \"d0\"; transport = \"ipv4\";
		delivery = \"unicast\"; announce_interval = 0; announce_timeout = 2;
		allow = [ \"10.0.0.0/8\" ]; } );" &&
		wait_for 20 grep -q "MASTER, was" "$TMP/$1.log"
}

start_agent() { start_daemon agent off; }
start_agent+module() {
	start_daemon agent+module auto &&
		wait_for 20 grep -q "serves PTP" "$TMP/agent+module.log"
}

start_module() {
	spawn "$S" module python3 "$TOP/tests/bench/kernel-ptp.py" d0 $FIRST_CLIENT "$clients"
	wait_for 20 grep -q ready "$TMP/module.log"
}

# Who needs no negotiation takes it for nothing.
granted() {
	ptp_load --grant 100000
	[ "$1" = module ] || (($(result signaling) >= clients))
}

# Nothing but a Sync, a Follow_Up and a Delay_Resp a second for each client, some less or more.
seen_all() {
	local total=$((clients * seconds)) type
	for type in syncs follow_ups delay_resps; do
		(($(result $type) * 10 >= total * 9 && $(result $type) * 10 <= total * 12)) || return
	done
	[ "$(result bad)" = 0 ] && [ "$(result signaling)" = 0 ] &&
		(($(result syncs) + $(result follow_ups) + $(result delay_resps) == $(result heard)))
}

# measure SERVER LOAD WINDOW
measure() {
	local server=$1 with without
	at_sink show
	if ! "start_$server" || ! granted "$server"; then
		show_log "$server" >&2
		skip "$server does not serve"
	fi
	ptp_load --seconds 2 --window "$3"	# it learns their ways
	ptp_load --seconds $seconds --window "$3"
	seen_all || { cat "$TMP/load" >&2; skip "$server sends something else"; }
	at_sink serve
	read -ra with <<<"$(busy "$3")"
	stop "$server"
	at_sink drop
	read -ra without <<<"$(busy "$3")"
	# but what says that somebody leaves a group
	(((without[1] + without[2]) * 100 < with[1] + with[2])) ||
		skip "something else is sent without $server"
	echo "ptp $server $2 $clients" \
		$(((with[0] - without[0]) * 2 / (with[1] + with[2]))) "${with[1]}" "${with[2]}" \
		$((clients * seconds * runs))
}

# The daemon for clients without state, with kernel = "$2"; a port's own messages are few.
start_stateless() {
	agent "$S" "$1" "kernel = \"$2\"; serve_ptp = ( { interface = \"d0\"; transport = \"ipv4\";
		sptp = true; csptp = true; announce_interval = 0; announce_timeout = 2;
		allow = [ \"10.0.0.0/8\" ]; } );" &&
		wait_for 20 grep -q "MASTER, was" "$TMP/$1.log" &&
		{ [ "$2" = off ] || wait_for 20 grep -q "serves PTP" "$TMP/$1.log"; }
}

# Of some runs: how long the machine was busy, and what left.
busy_exchanging() {
	local busy=0 packets=0 i
	for ((i = 0; i < runs; i++)); do
		ptp_load --seconds $seconds --window "$2" "--$1"
		busy=$((busy + $(result busy)))
		packets=$((packets + $(result packets)))
	done
	echo "$busy $packets"
}

# measure_stateless SERVER KERNEL sptp|csptp WINDOW: one exchange a second each. Prints
#	stateless SERVER sptp|csptp CLIENTS INSTRUCTIONS EXCHANGES CLIENT_SECONDS
measure_stateless() {
	local with without total=$((clients * seconds)) follower=follow_ups
	[ "$3" = csptp ] || follower=announces
	at_sink show
	start_stateless "$1" "$2" || { show_log "$1" >&2; skip "$1 does not serve $3"; }
	ptp_load --seconds 2 --window "$4" "--$3"
	ptp_load --seconds $seconds --window "$4" "--$3"
	(($(result syncs) * 100 >= total * 99 && $(result $follower) * 100 >= total * 99)) ||
		{ cat "$TMP/load" >&2; skip "$1 does not answer all of $3"; }
	at_sink serve
	read -ra with <<<"$(busy_exchanging "$3" "$4")"
	stop "$1"
	at_sink drop
	read -ra without <<<"$(busy_exchanging "$3" "$4")"
	echo "stateless $1 $3 $clients $(((with[0] - without[0]) * 2 / with[1]))" \
		$((with[1] / 2)) $((total * runs))
}

modprobe -aq veth dummy sch_ingress cls_matchall act_gact act_mirred
insmod "$module" || skip "cannot load $module"
lab
mkdir "$TMP/bin" && cp "$PTP_LOAD" "$PTP4L" "$TMP/bin" || exit 1
PTP_LOAD=$TMP/bin/ptp-load PTP4L=$TMP/bin/ptp4l
sink || skip "cannot make a dummy device"
[ -z "${ATS_BENCH_FIREWALL:-}" ] ||
	ip netns exec "$S" nft 'table inet t { chain c { type filter hook input priority 0; }; }' ||
	skip "nft does not work"
many_clients
for server in ${ATS_BENCH_PTP-ptp4l module agent agent+module}; do
	clients=2560 measure "$server" load 64
	clients=640 measure "$server" load 64
	clients=160 measure "$server" single 1
done
for way in ${ATS_BENCH_STATELESS-sptp csptp}; do
	clients=640 measure_stateless agent off "$way" 64
	clients=640 measure_stateless agent+module auto "$way" 64
done
