# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For the ptp-*.sh cases, after lib.sh: linuxptp's ptp4l on the one end of the link and
# our transports and parsers (ptp-peer.c) on the other. Software stamps; ptp4l steers
# nothing.

PTP4L=$PEERS/linuxptp/usr/sbin/ptp4l
PTP_SECONDS=5
# shellcheck disable=SC2154	# BUILD, TOP: lib.sh
ptp_peer_program() {
	[ -f "$BUILD/libats.a" ] || skip "$BUILD/libats.a is not built"
	${CC:-cc} -std=gnu11 -O2 -I"$TOP/agent" -I"$TOP/agent/include" -o "$TMP/ptp-peer" \
		"$TOP/tests/netns/ptp-peer.c" "$BUILD/libats.a" -lm
}

# ptp4l NAME OPTION...: in the server's namespace
ptp4l() {
	local name=$1
	shift
	spawn "$S" "$name" "$PTP4L" -i s0 -S -m --uds_address "$TMP/$name.uds" --free_running 1 \
		--logAnnounceInterval -2 --logSyncInterval -3 --logMinDelayReqInterval -3 \
		--logMinPdelayReqInterval -3 --freq_est_interval 0 --summary_interval -3 "$@"
}
state_is() { grep -q "port 1: .* to $2" "$TMP/$1.log" 2>/dev/null; }

# peer ROLE TRANSPORT MECHANISM: result in $R
peer() {
	R=$(inside "$C" "$TMP/ptp-peer" "$@" c0 $PTP_SECONDS 2>&1)
	note "$*: $R"
}
# number NAME: of the last result
number() { awk -v name="$1" '{ for (i = 1; i < NF; i += 2) if ($i == name) print $(i + 1) }' <<<"$R"; }
# at_least NAME VALUE...: in the last result
at_least() {
	local value
	for (( ; $# >= 2; )); do
		value=$(number "$1")
		[ "${value:--1}" -ge "$2" ] || return 1
		shift 2
	done
}

# What holds of each run: nothing odd came, and stamps are in order.
nothing_odd() {
	local name
	for name in out_of_order malformed wrong_channel user_stamps tx_stamps_lost; do
		[ "$(number $name)" = 0 ] || return 1
	done
}

# as_client TRANSPORT OPTION: ptp4l is grandmaster, ours asks
as_client() {
	local transport=$1 mechanism
	shift
	for mechanism in e2e p2p unicast; do
		local options=()
		[ $mechanism = p2p ] && options=(-P)
		[ $mechanism = unicast ] && options=(--hybrid_e2e 1)
		ptp4l gm-$mechanism "$@" --masterOnly 1 "${options[@]}"
		wait_for 10 state_is gm-$mechanism MASTER || show_log gm-$mechanism
		peer client "$transport" $mechanism
		check "$transport, $mechanism: Announce, Sync and Follow_Up of ptp4l arrive" \
			at_least announce 8 sync 16 follow_up 16 || show_log gm-$mechanism
		check "$transport, $mechanism: it answers our requests" at_least answers 16 legs 32
		check "$transport, $mechanism: stamps of both ends are in order, nothing odd" \
			nothing_odd
		[ $mechanism != unicast ] || check "$transport: unicast requests, unicast answers" \
			at_least unicast_answers 16
		stop gm-$mechanism
	done
}

# Offset of ptp4l to a clock that is its own: nanoseconds, the middle of all of them
ptp4l_offset() {
	sed -n 's/.*\(master offset\|rms\) *\(-\?[0-9]*\) .*/\2/p' "$TMP/$1.log" | sort -n |
		awk '{ v[NR] = $1 } END { if (NR >= 2) print v[int((NR + 1) / 2)] }'
}
offset_below() {
	local offset
	offset=$(ptp4l_offset "$1")
	[ -n "$offset" ] && [ "${offset#-}" -lt "$2" ]
}

# as_gm TRANSPORT OPTION: ptp4l is a client of ours
as_gm() {
	local transport=$1 mechanism round
	shift
	for mechanism in e2e p2p; do
		local options=()
		[ $mechanism = p2p ] && options=(-P)
		ptp4l client-$mechanism "$@" --slaveOnly 1 "${options[@]}"
		# on a busy machine they take longer to find each other
		for ((round = 0; round < 6; round++)); do
			peer gm "$transport" $mechanism
			nothing_odd || break
			! at_least requests 8 || ! offset_below client-$mechanism 200000 || break
		done
		note "$transport, $mechanism: $(ptp4l_offset client-$mechanism) ns"
		check "$transport, $mechanism: ptp4l chooses ours" \
			grep -q "selected best master clock 02005e.fffe.005301" \
			"$TMP/client-$mechanism.log" || show_log client-$mechanism
		check "$transport, $mechanism: it asks us" at_least requests 8
		check "$transport, $mechanism: its offset to its own clock is below 200 us" \
			offset_below client-$mechanism 200000 || show_log client-$mechanism
		check "$transport, $mechanism: nothing odd came from it" nothing_odd
		stop client-$mechanism
	done
}

# transport NAME OPTION: ours and ptp4l's word for it
transport() {
	need "$PTP4L"
	lab
	check "ptp-peer is built" ptp_peer_program || exit 1
	as_client "$@"
	as_gm "$@"
}
