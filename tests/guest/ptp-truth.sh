#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How true is the time that a PTP time-receiver makes of its hardware stamps? Ours and
# ptp4l with several servos side by side: each has a NIC of its own, with an oscillator
# that is 30 ppm off and wanders in the same way, all from one grandmaster (ptp4l) over
# links of the same jitter. The truth is simnic's. A table on standard output.
#
#	tests/guest/ptp-truth.sh [KERNEL [SECONDS]]	(boots a guest; default 6.12 600)
#
# With --icount: one guest instruction takes one nanosecond, so the figures are of the
# programs alone and repeat. The status is 1 when ours is worse than the best ptp4l
# times ATS_TRUTH_RATIO_QUIET (0.7) or ATS_TRUTH_RATIO_JITTER (0.5).
#
# Inside of the guest: ptp-truth.sh --inside MODULES BUILD PEERS SECONDS

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(cd "$here/../.." && pwd)
D=/sys/kernel/debug/simnic
SETTLE_S=120
READ_NS=${ATS_TRUTH_READ_NS:-1000}
WANDER_PPT=${ATS_TRUTH_WANDER_PPT:-100}
# name and options of each ptp4l
RIVALS=(
	"pi|"
	"piw|--tsproc_mode filter_weight --delay_filter moving_average"
	"lin|--clock_servo linreg"
	"linf|--clock_servo linreg --tsproc_mode filter --delay_filter moving_average"
	"linw|--clock_servo linreg --tsproc_mode filter_weight"
)

# shellcheck disable=SC2154 # work: servo-lab.bash
receiver() {	# NAME SEED JITTER_NS SHAPE
	local name=$1 nic

	echo "pair m_$name r_$name ref -" >$D/control
	for nic in m_$name r_$name; do
		echo "$3" >"$D/nics/$nic/jitter_ns"
		echo "$4" >"$D/nics/$nic/jitter_shape"
		echo "$2" >"$D/nics/$nic/seed"
	done
	echo 30000 >"$D/clocks/r_$name/frequency_ppb"
	echo "$READ_NS" >"$D/clocks/r_$name/read_ns"
	echo 7 >"$D/clocks/r_$name/seed"
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

# one line of the table: NAME COLUMN
line() {
	local figures

	figures=$(rms "$2" <$work/truth)
	echo "| $label | $1 | ${figures// / | } |"
	figures=${figures%% *}
	if [ "$1" = ours ]; then
		ours=$figures
	elif awk "BEGIN { exit !($figures < $best) }"; then
		best=$figures
	fi
}

measure() {	# LABEL JITTER_NS SHAPE LIMIT
	local label=$1 jitter=$2 shape=$3 limit=$4 rival n=0 names=(r_ours) best=1e99 ours ports=() pids=()
	local state

	echo "clock ref" >$D/control
	ip netns add gm
	ip -n gm link set lo up
	receiver ours 1 "$jitter" "$shape"
	for rival in "${RIVALS[@]}"; do
		n=$((n + 1))
		receiver "${rival%%|*}" $((n + 1)) "$jitter" "$shape"
		names+=("r_${rival%%|*}")
	done
	in_ns gm ptp4l "${ports[@]}" -2 -H -m --masterOnly 1 --free_running 1
	cat >$work/ours.conf <<-END
		sources = ( { protocol = "ptp"; interface = "r_ours"; transport = "ethernet"; } );
		control_socket = "$work/sock"; state_dir = ""; kernel = "off";
	END
	in_ns ours as-timesyncd --foreground --config $work/ours.conf
	for rival in "${RIVALS[@]}"; do
		# shellcheck disable=SC2086 # options
		in_ns "${rival%%|*}" ptp4l -i "r_${rival%%|*}" -2 -H -m -s --summary_interval 4 \
			${rival#*|}
	done
	for n in "${names[@]}"; do
		until_true 60 is_steered "$n" || { echo "# $n is not steered"; tail -n 5 $work/log.*; exit 1; }
	done
	pause $SETTLE_S
	truth ref $((seconds * 4)) "$seconds" "${names[@]}" >$work/truth
	n=1
	line ours 1
	for rival in "${RIVALS[@]}"; do
		n=$((n + 1))
		line "ptp4l ${rival%%|*}" $n
	done
	awk "BEGIN { printf \"# %s: ours is %.2f of the best\n\", \"$label\", $ours / $best
		exit !($ours <= $limit * $best) }" || failed=yes
	kill "${pids[@]}"
	wait "${pids[@]}" 2>/dev/null
	[ -z "${ATS_TRUTH_LOGS:-}" ] || tail -n 40 $work/log.*
	for n in "${names[@]}"; do
		ip netns del "${n#r_}"
	done
	ip netns del gm
	rm -f $work/log.*
	sleep 1
	echo "delete ref" >$D/control
}

inside() {
	local modules=$1 build=$2 peers=$3 failed='' lib program
	seconds=$4

	# shellcheck disable=SC1091
	. "$here/guard.sh"
	# shellcheck disable=SC1091
	. "$here/servo-lab.bash"
	mkdir -p $work/bin
	cp "$build/as-timesyncd" "$peers/linuxptp/usr/sbin/ptp4l" $work/bin/
	stage "$modules" "$build" "$peers" 2>/dev/null
	for program in as-timesyncd ptp4l; do
		ldd "$work/bin/$program" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p'
	done | sort -u | while read -r lib; do
		cp -n "$lib" $work/lib/ 2>/dev/null
	done
	mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
	insmod $work/simnic.ko pairs=0 || exit 1
	echo "| link | time-receiver | RMS, ns | mean | max |"
	echo "|---|---|---|---|---|"
	measure "100 ns" 100 1 "${ATS_TRUTH_RATIO_QUIET:-0.7}"
	measure "10 us" 10000 1 "${ATS_TRUTH_RATIO_JITTER:-0.5}"
	[ -z "$failed" ]
}

outside() {
	local kernel=${1:-6.12} seconds=${2:-600} output

	output=$(cd "$tree" && mkdir -p "${BUILD:-build}" && cd "${BUILD:-build}" && pwd)
	"$tree/scripts/build-kmod" --out "$output/kmod" "$kernel" || exit 1
	"$tree/scripts/vm" --icount --timeout 3000 "$kernel" -- \
		env "ATS_TRUTH_LOGS=${ATS_TRUTH_LOGS:-}" "$here/ptp-truth.sh" --inside \
		"$output/kmod/$kernel" "$output" "$("$tree/scripts/cache-dir")/peers" "$seconds"
}

if [ "${1:-}" = --inside ]; then
	shift
	inside "$@"
else
	outside "$@"
fi
