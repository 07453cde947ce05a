#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How well the kernel module's servo steers a PHC, beside phc2sys, by the truth of
# simnic: RMS of the true offset, both in one run, at the same rate, from clocks
# 30 ppm off whose frequency walks randomly in the same way. Prints a table.
#
#	scripts/vm [--icount] KERNEL -- tests/guest/servo-truth.sh [SECONDS [LINE...]]
#
# LINE is RATE,WANDER_PPT,READ_NS[,READINGS]: samples per second, random walk of the
# frequency in 1e-12 for a second, time to reach the device, readings of a sample (as
# each has it). Without --icount the noise is that of the emulation and of the
# machine; with it, everything repeats and only the walk is left. The exit status is 1
# when the servo was worse than phc2sys anywhere by more than 1 ns, the resolution.

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(cd "$here/../.." && pwd)
# shellcheck source=tests/guest/guard.sh
. "$here/guard.sh"
# shellcheck source=tests/guest/servo-lab.bash
. "$here/servo-lab.bash"

seconds=${1:-60}
lines=("${@:2}")
[ ${#lines[@]} -gt 0 ] ||
	read -ra lines <<<"1,100,0 1,1000,1000 4,1000,1000 16,1000,0 16,1000,1000 16,1000,1000,8"
SETTLE_S=30
worse=

measure() {
	local rate=$1 wander=$2 read_ns=$3 readings=${4:-} name pid id ours theirs interval

	for name in ref ours theirs; do
		clock $name$n $((${#name} == 3 ? 0 : 30000)) \
			$((${#name} == 3 ? 0 : wander)) "$read_ns"
	done
	interval=$(awk "BEGIN { print 1 / $rate }")
	ctl servo add "/dev/ptp$(ptp_of ours$n)" "/dev/ptp$(ptp_of ref$n)" "interval=$interval" \
		${readings:+samples=$readings} >/dev/null
	id=$(ctl servo --json | sed 's/.*"id":[ ]*\([0-9]*\).*/\1/')
	phc2sys -s "/dev/ptp$(ptp_of ref$n)" -c "/dev/ptp$(ptp_of theirs$n)" -O 0 -R "$rate" \
		${readings:+-N "$readings"} >/dev/null 2>&1 &
	pid=$!
	# whoever began later has as long
	until_true 60 is_steered theirs$n && until_true 60 is_steered ours$n
	pause $SETTLE_S
	truth ref$n $((seconds * 10)) "$seconds" ours$n theirs$n >$work/truth
	kill $pid
	wait $pid 2>/dev/null
	ours=$(rms 1 <$work/truth) theirs=$(rms 2 <$work/truth)
	# shellcheck disable=SC2086 # three numbers each
	printf "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n" \
		"$rate" "$wander" "$read_ns" "${readings:-8, 5}" $ours $theirs
	done_lines=$((done_lines + 1))
	awk "BEGIN { exit !(${ours%% *} <= ${theirs%% *} + 1) }" || worse=yes
	[ "$(field "$id" steps)" -le 1 ] || { echo "# steps: $(field "$id" steps)"; worse=yes; }
	ctl servo del "$id"
	for name in ours ref; do
		ctl phc release "ptp$(ptp_of $name$n)"
	done
	for name in ref ours theirs; do
		echo "delete $name$n" >$DEBUG/control
	done
}

cache=$("$tree/scripts/cache-dir")
stage "$(kmod_here "$tree/build/kmod")" "$tree/build" "$cache/peers" && load || exit 2
echo "| rate, Hz | wander, ppt/s^1/2 | read, ns | readings | servo: RMS | mean | max | phc2sys: RMS | mean | max, ns |"
echo "|---|---|---|---|---|---|---|---|---|---|"
n=0 done_lines=0
for line in "${lines[@]}"; do
	n=$((n + 1))
	# shellcheck disable=SC2086 # fields
	measure ${line//,/ }
done
[ "$n" -eq "$done_lines" ] && [ -z "$worse" ]
