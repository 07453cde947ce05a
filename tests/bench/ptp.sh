#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Instructions that a unicast PTP client costs the whole machine in a second, with one
# Sync and Follow_Up and one Delay_Req and Delay_Resp, in a guest of scripts/vm --icount:
# those with a server less those with the same Delay_Reqs dropped at the server's
# ingress and no server. What the server sends is dropped at the client's ingress, so
# that it costs the client nothing. Prints lines
#
#	ptp SERVER LOAD INSTRUCTIONS SYNCS FOLLOW_UPS DELAY_RESPS CLIENT_SECONDS
#
#	ptp.sh MODULES	(build/kmod: modules by kernel)
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

# drop on|off NAMESPACE DEVICE: all UDP that comes in there.
drop() {
	tc -n "$2" qdisc del dev "$3" ingress 2>/dev/null
	[ "$1" = off ] && return
	tc -n "$2" qdisc add dev "$3" ingress &&
		tc -n "$2" filter add dev "$3" parent ffff: protocol ip prio 1 matchall action drop
}

ptp_load() { inside "$C" "$PTP_LOAD" --from $FIRST_CLIENT --clients "$clients" "$@" $S4 >"$TMP/load"; }

# The least of some runs: what the kernel has to do besides only adds to them.
busy() {
	local least='' now i
	for ((i = 0; i < runs; i++)); do
		ptp_load --seconds $seconds --window "$1"
		now=$(result busy)
		[ -n "$least" ] && ((least <= now)) || least=$now
	done
	echo "$least"
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
	spawn "$S" ptp4l "$PTP4L" -f "$TMP/ptp4l.cfg" -i s0 -m --uds_address "$TMP/ptp4l.uds"
	wait_for 20 grep -q "assuming the grand master role" "$TMP/ptp4l.log"
}

start_module() {
	spawn "$S" module python3 "$TOP/tests/bench/kernel-ptp.py" s0 $FIRST_CLIENT "$clients"
	wait_for 20 grep -q ready "$TMP/module.log"
}

# Who needs no negotiation takes it for nothing.
granted() {
	ptp_load --grant 100000
	[ "$1" = module ] || (($(result signaling) >= clients))
}

# measure SERVER LOAD WINDOW
measure() {
	local server=$1 with without total=$((clients * seconds)) seen
	drop off "$S" s0
	drop off "$C" c0
	if ! "start_$server" || ! granted "$server"; then
		show_log "$server" >&2
		skip "$server does not serve"
	fi
	ptp_load --seconds 2 --window "$3"	# it learns their link addresses
	ptp_load --seconds $seconds --window "$3"
	seen="$(result syncs) $(result follow_ups) $(result delay_resps) $total"
	drop on "$C" c0
	with=$(busy "$3")
	stop "$server"
	drop on "$S" s0
	without=$(busy "$3")
	echo "ptp $server $2 $(((with - without) / total)) $seen"
}

modprobe -aq veth sch_ingress cls_matchall act_gact
insmod "$module" || skip "cannot load $module"
lab
mkdir "$TMP/bin" && cp "$PTP_LOAD" "$PTP4L" "$TMP/bin" || exit 1
PTP_LOAD=$TMP/bin/ptp-load PTP4L=$TMP/bin/ptp4l
many_clients
for server in ${ATS_BENCH_PTP:-ptp4l module}; do
	clients=640 measure "$server" load 64
	clients=160 measure "$server" single 1
done
