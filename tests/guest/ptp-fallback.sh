#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside a guest of scripts/vm --icount: the daemon has time by PTP with hardware stamps
# and by NTP, both of one truth. The grandmaster falls silent: the system clock follows
# NTP within seconds, and PTP again when it is back, without a step or a jump beyond what
# was claimed. TAP on standard output.
#
#	ptp-fallback.sh KMOD BUILD PEERS TOOLS

# shellcheck disable=SC2154,SC2086 # of servo-lab.bash; numbers and names without blanks
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/guest/guard.sh
. "$here/guard.sh"
# shellcheck source=tests/guest/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/guest/servo-lab.bash
. "$here/servo-lab.bash"

PORT=11123
TAI_S=37
JITTER_NS=1000
WITHIN_S=5	# of a clock that follows Sync each second

stage_more() {
	local lib

	cp "$2/as-timesyncd" "$3/linuxptp/usr/sbin/ptp4l" "$4/ref-server" $work/bin/ || exit 2
	for lib in $(ldd $work/bin/{as-timesyncd,ptp4l,ref-server} |
		     sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p' | sort -u); do
		[ -e "$work/lib/$(basename "$lib")" ] || cp "$lib" $work/lib/
	done
}

# The grandmaster's PHC is the truth; the NTP server's is the same, from the raw clock.
lab() {
	local base phc

	echo "pair m0 r0" >$DEBUG/control
	for nic in m0 r0; do
		echo $JITTER_NS >$DEBUG/nics/$nic/jitter_ns
		echo 1 >$DEBUG/nics/$nic/jitter_shape
	done
	echo 20000 >$DEBUG/clocks/r0/frequency_ppb
	ip netns add gm
	ip link set m0 netns gm
	ip -n gm link set m0 up
	ip link set lo up
	ip link set r0 up
	mapfile -t lines <$DEBUG/readings
	for line in "${lines[@]}"; do
		case $line in
		"base "*) base=${line#* } ;;
		"m0 "*) phc=${line#* } phc=${phc%.*} ;;
		esac
	done
	echo "$base $((phc - TAI_S * 1000000000)) 0" >$work/line
	ref-server $work/line $PORT 0 &
	server=$!
	ip netns exec gm ptp4l -i m0 -2 -H -m --masterOnly 1 --free_running 1 >$work/log.gm 2>&1 &
	gm=$!
	cat >$work/conf <<-CONF
		sources = (
			{ protocol = "ptp"; interface = "r0"; transport = "ethernet"; },
			{ address = "127.0.0.1"; port = $PORT; min_poll = 0; max_poll = 0; }
		);
		state_dir = ""; control_socket = "$work/sock"; kernel = "off";
	CONF
	as-timesyncd --foreground --config $work/conf >$work/log.agent 2>&1 &
	agent=$!
}

# One member of the tracking: tracking KEY
tracking() {
	as-timesyncctl --socket $work/sock --json tracking 2>/dev/null |
		sed -n "s/.*\"$1\":[ ]*\"\{0,1\}\([^,\"}]*\).*/\1/p"
}

follows() { [ "$(tracking source)" = "$1" ]; }
# true time since the guest began, s
true_s() { sed -n 's/^base \([0-9]*\)[0-9]\{9\}$/\1/p' $DEBUG/readings; }

# The true error of the system clock, ns
error_ns() {
	local ns

	ns=$(offset m0 realtime)
	echo $((ns + TAI_S * 1000000000))
}

# watch SECONDS FILE: the error, four times a second
watch() {
	local i

	for ((i = 0; i < $1 * 4; i++)); do
		pause 0.25
		error_ns
	done >"$2"
}

largest() { awk '{ a = $1 < 0 ? -$1 : $1; if (a > m) m = a } END { print m + 0 }' "$1"; }
# from one reading to the next
largest_change() {
	awk 'NR > 1 { d = $1 - p; if (d < 0) d = -d; if (d > m) m = d } { p = $1 } END { print m + 0 }' \
		"$1"
}

nanoseconds() { awk "BEGIN { printf \"%d\", $1 * 1e9 }"; }

# change WHAT FROM TO: between sources, watched
change() {
	local what=$1 to=$3 began took claimed steps i n worst jump

	steps=$(tracking steps)
	began=$(true_s)
	n=0
	until follows "$to" || [ $n -ge 60 ]; do
		pause 0.25
		n=$((n + 1))
		error_ns >>$work/during
	done
	took=$(($(true_s) - began))
	follows "$to"
	result $? "$what: the clock follows $to"
	[ $took -le $WITHIN_S ]
	result $? "$what: within $WITHIN_S s"
	claimed=$(nanoseconds "$(tracking max_error)")
	watch 20 $work/after
	cat $work/after >>$work/during
	jump=$(largest_change $work/during) worst=$(largest $work/during)
	echo "# $what: $took s; the clock was off by $worst ns at most, claimed $claimed ns, moved by $jump ns between readings"
	rm -f $work/during
	[ "$worst" -le "$claimed" ] && [ "$jump" -le "$claimed" ]
	result $? "$what: no error and no jump above the uncertainty"
	[ "$(tracking steps)" = "$steps" ]
	result $? "$what: no step"
}

show_trouble() {
	[ -z "$failed" ] || sed 's/^/# /' $work/log.agent
}

cache=$3
stage "$1" "$2" "$cache" && stage_more "$@" && load || exit 2
lab
until_true 100 follows r0
result $? "PTP is the source of the time"
pause 30
watch 20 $work/before
echo "# by PTP: off by $(largest $work/before) ns at most, claimed $(nanoseconds "$(tracking max_error)") ns"
kill -STOP $gm
change "the grandmaster falls silent" r0 127.0.0.1
pause 30
kill -CONT $gm
until_true 60 follows r0
result $? "the grandmaster is back: PTP is the source again"
watch 20 $work/again
echo "# by PTP again: off by $(largest $work/again) ns at most"
[ "$(largest $work/again)" -le "$(nanoseconds "$(tracking max_error)")" ]
result $? "the grandmaster is back: no error above the uncertainty"
[ "$(tracking steps)" -le 1 ]
result $? "the clock was stepped at the start only"
kill $agent $gm $server
show_trouble
finish
