#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside a guest of scripts/vm --icount: the servos of the kernel module on clocks of
# simnic, and what becomes of them when users, devices, namespaces and the module go.
#
#	servo.sh MODULES BUILD PEERS
#
# TAP on standard output.

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/guest/guard.sh
. "$here/guard.sh"
# shellcheck source=tests/guest/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/guest/servo-lab.bash
. "$here/servo-lab.bash"

# With exact readings, 16 samples per second and 1 ppb of wander what is left is below;
# without --icount, or on the debug kernel, it is not.
LOCKED_NS=${ATS_SERVO_NS:-20}

# within NS A B: clock B is so near to A
within() {
	local value

	value=$(offset "$2" "$3")
	echo "# $3 - $2: $value ns"
	[ -n "$value" ] && [ "${value#-}" -le "$1" ]
}

# The command fails, and says this.
refused() {
	local said want=$1
	shift

	! said=$("$@" 2>&1) && [[ $said == *"$want"* ]]
	local status=$?

	[ $status -eq 0 ] || echo "# $* said: $said"
	return $status
}

in_state() { [ "$(field "$1" state)" = "$2" ]; }

dev() { echo "/dev/ptp$(ptp_of "$1")"; }

part_phc() {
	local before after base base_after gain step

	refused "fd is no PHC" ctl phc hold /dev/null
	result $? "a file that is no PHC is refused"
	ctl phc hold "$(dev ref)" "$(dev tgt)"
	result $? "PHCs are held"
	ctl phc read "ptp$(ptp_of ref)" >/dev/null && ctl phc read "ptp$(ptp_of tgt)" 32 >/dev/null
	result $? "and read"
	read -r base before <<<"$(instant ref tgt)"
	ctl phc adjust "ptp$(ptp_of tgt)" step=0.001
	read -r base_after after <<<"$(instant ref tgt)"
	# it runs 30 ppm fast meanwhile, but for its wander, which comes to some ppb
	gain=$(((base_after - base) * 3 / 100000))
	step=$((after - before - gain))
	echo "# $step ns, and $gain ns in $(((base_after - base) / 1000)) us"
	[ "$step" -ge $((1000000 - 10 - gain / 100)) ] &&
		[ "$step" -le $((1000000 + 10 + gain / 100)) ]
	result $? "a step is exact"
	ctl phc adjust "ptp$(ptp_of tgt)" frequency=-30 &&
		grep -q "^adjustment_ppt -30000000$" $DEBUG/clocks/tgt/state
	result $? "a frequency is exact"
	refused "beyond what this PHC" ctl phc adjust "ptp$(ptp_of tgt)" frequency=100000 &&
		refused "beyond what this PHC" ctl phc adjust "ptp$(ptp_of tgt)" step=-9e9
	result $? "what the PHC cannot do is refused"
	ctl phc adjust "ptp$(ptp_of tgt)" frequency=0
}

part_steer() {
	ctl servo add "ptp$(ptp_of tgt)" "ptp$(ptp_of ref)" interval=0.0625
	until_true 20 in_state 1 locked && pause 5
	within "$LOCKED_NS" ref tgt
	result $? "a servo steers a clock that is 30 ppm and 1 ms off"
	refused "another servo steers" ctl servo add "ptp$(ptp_of tgt)" realtime
	result $? "a clock has one servo"
	ctl phc hold "$(dev third)"
	ctl servo add "ptp$(ptp_of third)" "ptp$(ptp_of tgt)" interval=0.0625 add=37
	refused "steered by itself" ctl servo add "ptp$(ptp_of ref)" "ptp$(ptp_of third)" &&
		refused "steered by itself" ctl servo add "ptp$(ptp_of ref)" "ptp$(ptp_of ref)"
	result $? "no clock is steered by itself, also not by way of others"
	refused "a servo uses it" ctl phc release "ptp$(ptp_of ref)" &&
		refused "a servo steers" ctl phc adjust "ptp$(ptp_of tgt)" step=1
	result $? "what a servo uses is neither released nor changed"
	refused "not stable" ctl servo set 1 kp=33 && refused "interval is" ctl servo set 1 interval=99
	result $? "parameters that do no good are refused"
}

# Nobody who asked for the servo is there any more; parameters change; agents die.
part_no_bump() {
	local steps samples worst pid

	steps=$(field 1 steps) samples=$(field 1 count)
	ctl servo watch >/dev/null &
	pid=$!
	truth ref 20 2 tgt >$work/quiet
	kill -9 $pid
	wait $pid 2>/dev/null
	ctl servo set 1 interval=0.125 samples=4
	truth ref 20 2 tgt >>$work/quiet
	ctl servo set 1 interval=0.0625 samples=8 events=1
	truth ref 20 2 tgt >>$work/quiet
	worst=$(rms 1 <$work/quiet)
	echo "# RMS, mean, largest: $worst ns"
	worst=${worst##* }
	[ "${worst%.*}" -le "$LOCKED_NS" ] && [ "$(field 1 steps)" = "$steps" ] &&
		[ "$(field 1 count)" -gt "$samples" ]
	result $? "no bump when users come, change parameters and are killed"
}

part_follow() {
	until_true 20 in_state 2 locked && pause 5
	local value
	value=$(offset ref third)
	echo "# third - ref: $value ns"
	value=$((value - 37000000000))
	[ "${value#-}" -le $((2 * LOCKED_NS)) ]
	result $? "a servo follows a servo, 37 s ahead"
	ctl servo del 2 && ctl phc release "ptp$(ptp_of third)" && echo "delete third" >$DEBUG/control
	result $? "and is deleted"
}

part_truth() {
	local pid ours theirs

	clock peer 30000 1000 0
	phc2sys -s "$(dev ref)" -c "$(dev peer)" -O 0 -R 16 >/dev/null 2>&1 &
	pid=$!
	until_true 60 is_steered peer && pause 15
	truth ref 300 20 tgt peer >$work/truth
	kill $pid
	wait $pid 2>/dev/null
	ours=$(rms 1 <$work/truth) theirs=$(rms 2 <$work/truth)
	echo "# RMS, mean, largest: $ours; of phc2sys: $theirs ns"
	# the resolution is 1 ns, and no noise but the wander is left here
	awk "BEGIN { exit !(${ours%% *} <= ${theirs%% *} + 1) }"
	result $? "not worse than phc2sys at the same rate, by the true offset"
	echo "delete peer" >$DEBUG/control
}

part_reference_gone() {
	local before after

	echo "delete ref" >$DEBUG/control
	until_true 20 in_state 1 holdover
	result $? "without its reference it holds over"
	before=$(sed -n 's/^adjustment_ppt //p' $DEBUG/clocks/tgt/state)
	pause 5
	after=$(sed -n 's/^adjustment_ppt //p' $DEBUG/clocks/tgt/state)
	[ "$before" = "$after" ] && [ "$after" -lt -29900000 ] && [ "$after" -gt -30100000 ]
	result $? "at the frequency that it learned"
	[[ $(ctl phc) == *gone* ]]
	result $? "the reference is listed as gone"
}

part_target_gone() {
	echo "delete tgt" >$DEBUG/control
	until_true 20 in_state 1 dead
	result $? "without its target it is dead"
	ctl servo del 1 && [[ $(ctl servo) == "No servo"* ]] && ctl phc release 0 && ctl phc release 1 &&
		[[ $(ctl phc) == *"no PHC" ]]
	result $? "and can be deleted, with the clocks"
}

part_namespace() {
	clock ref 0 0 0
	clock tgt 30000 1000 0
	ip netns add other
	ip netns exec other as-timesyncctl kernel servo add "$(dev tgt)" "$(dev ref)" interval=0.0625 \
		>/dev/null
	refused "another servo steers" ctl servo add "$(dev tgt)" realtime
	result $? "a clock has one servo over all namespaces"
	[[ $(ctl servo) == "No servo"* ]]
	result $? "those of other namespaces are not seen"
	ip netns del other
	until_true 10 ctl servo add "$(dev tgt)" realtime interval=0.0625
	result $? "with its namespace the servo goes, and the clock is free"
	until_true 20 in_state 1 locked && pause 5
	within 1000 tgt realtime
	result $? "a PHC follows the system clock"
}

part_unload() {
	rmmod as_timesync
	result $? "the module goes while it steers"
	echo "delete tgt" >$DEBUG/control && echo "delete ref" >$DEBUG/control &&
		[ -z "$(ls $DEBUG/clocks)" ]
	result $? "it holds no clock any more"
	insmod $work/as_timesync.ko && rmmod simnic
	result $? "the modules come and go"
}

main() {
	if ! stage "$1" "$2" "$3" || ! load; then
		echo "Bail out! the modules do not load"
		exit 1
	fi
	clock ref 0 0 0
	clock tgt 30000 1000 0
	clock third -5000 0 0
	part_phc
	part_steer
	part_no_bump
	part_follow
	part_truth
	part_reference_gone
	part_target_gone
	part_namespace
	part_unload
	finish
}

main "$@"
