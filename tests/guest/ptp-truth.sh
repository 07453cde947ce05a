#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How true is the time that a PTP time-receiver makes of its hardware stamps? Ours and
# ptp4l with several servos side by side: each has a NIC of its own, with an oscillator
# that is 30 ppm off and wanders in the same way, all from one grandmaster (ptp4l) over
# links of the same jitter. Then the system clock: ours beside phc2sys, from the ptp4l
# that was best. Then all receivers again while 30 % of their transmit stamps get lost, come
# later than ptp4l waits for them, or later than ours does. The truth is simnic's. A table
# on standard output.
#
#	tests/guest/ptp-truth.sh [KERNEL [SECONDS]]	(boots a guest; default 6.12 1000)
#
# What wanders slowly needs so long: of 200 s each, five runs had ours at 0.27 to 0.80 of the
# best, with equal programs.
#
# With --icount: one guest instruction takes one nanosecond, so the figures are of the
# programs alone and repeat. The status is 1 when ours is worse than 0.7 of the best of
# ptp4l on the quiet link, 0.5 on the one with jitter, or if with lost or late stamps it
# leaves its state or is worse than 1.5 times what it is without.
#
# In the environment: ATS_TRUTH_LINKS (some of "quiet lost late later jitter"; the three in
# the middle are compared with quiet), ATS_TRUTH_SEED (another one: other jitter, another wander),
# ATS_TRUTH_WANDER_PPT, ATS_TRUTH_READ_NS, ATS_TRUTH_READ_JITTER_NS (of the NICs' clocks, see
# Documentation/simnic.md), ATS_TRUTH_LOGS.
#
# Inside of the guest: ptp-truth.sh --inside MODULES BUILD PEERS SECONDS

# shellcheck disable=SC2154,SC2086 # of servo-lab.bash; numbers and names without blanks
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(cd "$here/../.." && pwd)
D=/sys/kernel/debug/simnic
SETTLE_S=400
FOLLOW_S=100
READ_NS=${ATS_TRUTH_READ_NS:-1000}
READ_JITTER_NS=${ATS_TRUTH_READ_JITTER_NS:-0}
WANDER_PPT=${ATS_TRUTH_WANDER_PPT:-100}
SEED=${ATS_TRUTH_SEED:-0}
LINKS=${ATS_TRUTH_LINKS:-quiet lost late later jitter}
# name and options of each ptp4l
RIVALS=(
	"pi|"
	"piw|--tsproc_mode filter_weight --delay_filter moving_average"
	"pit|--tsproc_mode raw_weight --pi_proportional_const 0.05 --pi_integral_const 0.001"
	"pis|--tsproc_mode raw_weight --pi_proportional_const 0.01 --pi_integral_const 0.00005 --delay_filter_length 200"
	"lin|--clock_servo linreg"
	"linw|--clock_servo linreg --tsproc_mode raw_weight"
)
# of phc2sys
FOLLOWERS=("-R 1" "-R 4 -E linreg")

# shellcheck disable=SC2154 # work: servo-lab.bash
receiver() {	# NAME SEED JITTER_NS [SETTING=VALUE...]
	local name=$1 nic setting

	echo "pair m_$name r_$name ref -" >$D/control
	for nic in m_$name r_$name; do
		echo "$3" >"$D/nics/$nic/jitter_ns"
		echo 1 >"$D/nics/$nic/jitter_shape"
		echo "$((SEED * 100 + $2))" >"$D/nics/$nic/seed"
	done
	for setting in "${@:4}"; do
		echo "${setting#*=}" >"$D/nics/r_$name/${setting%=*}"
	done
	echo 30000 >"$D/clocks/r_$name/frequency_ppb"
	echo "$READ_NS" >"$D/clocks/r_$name/read_ns"
	echo "$READ_JITTER_NS" >"$D/clocks/r_$name/read_jitter_ns"
	echo "$((SEED + 7))" >"$D/clocks/r_$name/seed"
	echo "$WANDER_PPT" >"$D/clocks/r_$name/wander_ppt"
	echo 0 >"$D/clocks/r_$name/precise"
	ip link set "m_$name" netns gm
	ip netns add "$name"
	ip link set "r_$name" netns "$name"
	ip -n gm link set "m_$name" up
	ip -n "$name" link set lo up
	ip -n "$name" link set "r_$name" up
	ports+=(-i "m_$name")
}

in_ns() { ip netns exec "$@" >>"$work/log.$1" 2>&1 & pids+=($!); }

# line NAME COLUMN: of the table. Its RMS to $ours, or to $best with its name in $leader.
line() {
	local figures

	figures=$(rms "$2" <$work/truth)
	echo "| $label | $1 | ${figures// / | } |"
	figures=${figures%% *}
	if [ "$1" = ours ]; then
		ours=$figures
	elif awk "BEGIN { exit !($figures < $best) }"; then
		best=$figures
		leader=${1#ptp4l }
	fi
}

# at_most A LIMIT B WHAT: is A <= LIMIT * B?
at_most() {
	awk "BEGIN { printf \"# %s: %.2f, at most %.2f\n\", \"$4\", $1 / $3, $2
		exit !($1 <= $2 * $3) }" || failed=yes
}

start_receivers() {	# JITTER_NS [SETTING=VALUE...]
	local rival n=0

	ports=() pids=() names=(r_ours)
	echo "clock ref" >$D/control
	ip netns add gm
	ip -n gm link set lo up
	receiver ours 1 "$@"
	for rival in "${RIVALS[@]}"; do
		n=$((n + 1))
		receiver "${rival%%|*}" $((n + 1)) "$@"
		names+=("r_${rival%%|*}")
	done
	in_ns gm ptp4l "${ports[@]}" -2 -H -m --masterOnly 1 --free_running 1
	cat >$work/ours.conf <<-END
		sources = ( { protocol = "ptp"; interface = "r_ours"; transport = "ethernet"; } );
		control_socket = "$work/sock"; state_dir = ""; kernel = "off";
	END
	in_ns ours as-timesyncd --foreground --config $work/ours.conf
	agent=${pids[-1]}
	for rival in "${RIVALS[@]}"; do
		# shellcheck disable=SC2086 # options
		in_ns "${rival%%|*}" ptp4l -i "r_${rival%%|*}" -2 -H -m -s --summary_interval 4 \
			${rival#*|}
	done
	for n in "${names[@]}"; do
		until_true 400 is_steered "$n" || { echo "# $n is not steered"; tail -n 5 $work/log.*; exit 1; }
	done
	pause $SETTLE_S
}

stop_receivers() {
	local n

	kill "${pids[@]}" 2>/dev/null
	wait "${pids[@]}" 2>/dev/null
	[ -z "${ATS_TRUTH_LOGS:-}" ] || tail -n 40 $work/log.*
	for n in "${names[@]}"; do
		ip netns del "${n#r_}"
	done
	ip netns del gm
	rm -f $work/log.*
	pause 1
	echo "delete ref" >$D/control
}

receivers_table() {
	local rival n=1

	truth ref $((seconds * 4)) "$seconds" "${names[@]}" realtime >$work/truth
	line ours 1
	for rival in "${RIVALS[@]}"; do
		n=$((n + 1))
		line "ptp4l ${rival%%|*}" $n
	done
}

# The system clock is UTC, the grandmaster's is TAI.
system_table() {	# LIMIT
	local follower clock=$leader best=1e99 ours leader n=$((${#names[@]} + 1)) pid

	label="$label, system clock"
	awk -v c=$n '{ $c += 37e9; print }' CONVFMT=%.3f $work/truth >$work/utc
	mv $work/utc $work/truth
	line ours $n
	kill "$agent"
	for follower in "${FOLLOWERS[@]}"; do
		# shellcheck disable=SC2086 # options
		ip netns exec "$clock" phc2sys -s "r_$clock" -c CLOCK_REALTIME -O -37 $follower >/dev/null &
		pid=$!
		pause $FOLLOW_S
		truth ref $((seconds * 4)) "$seconds" realtime | awk '{ print $1 + 37e9 }' CONVFMT=%.3f \
			OFMT=%.3f >$work/truth
		line "ptp4l $clock, phc2sys $follower" 1
		kill $pid
		wait $pid 2>/dev/null
	done
	at_most "$ours" "$1" "$best" "$label: ours against the best"
}

measure() {	# LABEL JITTER_NS LIMIT
	local label=$1 best=1e99 leader=''

	start_receivers "$2"
	receivers_table
	at_most "$ours" "$3" "$best" "$label: ours against the best"
	lossless=$ours
	system_table "$3"
	stop_receivers
}

measure_troubled() {	# LABEL JITTER_NS SETTING=VALUE...
	local label="$1" best=1e99 leader=''

	start_receivers "${@:2}"
	echo >$work/log.ours
	receivers_table
	at_most "$ours" 1.5 "$lossless" "$label: ours against itself"
	if grep -q " was " $work/log.ours; then
		echo "# $label: ours left its state:"
		grep " was " $work/log.ours
		failed=yes
	fi
	echo "# faults of ptp4l: $(cat $work/log.* | grep -c "to FAULTY")"
	stop_receivers
}

measure_link() {	# NAME
	case $1 in
	quiet) measure "100 ns" 100 0.7 ;;
	lost) measure_troubled "100 ns, 30 % of the stamps lost" 100 tx_stamp_lose_ppm=300000 ;;
	late) measure_troubled "100 ns, 30 % of the stamps 50 ms late" 100 \
		tx_stamp_late_ppm=300000 tx_stamp_late_ns=50000000 ;;
	later) measure_troubled "100 ns, 30 % of the stamps 5 s late" 100 \
		tx_stamp_late_ppm=300000 tx_stamp_late_ns=5000000000 ;;
	jitter) measure "10 us" 10000 0.5 ;;
	*) echo "# there is no link $1"; failed=yes ;;
	esac
}

inside() {
	local modules=$1 build=$2 peers=$3 failed='' lib program ours lossless agent link
	local ports pids names
	seconds=$4

	# shellcheck disable=SC1091
	. "$here/guard.sh"
	# shellcheck disable=SC1091
	. "$here/servo-lab.bash"
	mkdir -p $work/bin
	cp "$build/as-timesyncd" "$peers/linuxptp/usr/sbin/ptp4l" $work/bin/ || exit 1
	stage "$modules" "$build" "$peers" 2>/dev/null
	for program in as-timesyncd ptp4l; do
		ldd "$work/bin/$program" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p'
	done | sort -u | while read -r lib; do
		cp -n "$lib" $work/lib/ 2>/dev/null
	done
	mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
	insmod $work/simnic.ko pairs=0 || exit 1
	echo "# clocksource: $(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)"
	echo "| link | time-receiver | RMS, ns | mean | max |"
	echo "|---|---|---|---|---|"
	for link in $LINKS; do
		measure_link "$link"
	done
	[ -z "$failed" ]
}

outside() {
	local kernel=${1:-6.12} seconds=${2:-1000} output

	output=$(cd "$tree" && mkdir -p "${BUILD:-build}" && cd "${BUILD:-build}" && pwd)
	"$tree/scripts/build-kmod" --out "$output/kmod" "$kernel" || exit 1
	"$tree/scripts/vm" --icount --timeout 9000 "$kernel" -- \
		env "ATS_TRUTH_LOGS=${ATS_TRUTH_LOGS:-}" "$here/ptp-truth.sh" --inside \
		"$output/kmod/$kernel" "$output" "$("$tree/scripts/cache-dir")/peers" "$seconds"
}

if [ "${1:-}" = --inside ]; then
	shift
	inside "$@"
else
	outside "$@"
fi
