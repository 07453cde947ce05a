#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# NTP (interleaved) and PTP of this agent over the same hardware and path: one daemon
# serves both, another has both as sources, once a second, all stamps made by NICs. Both
# daemons read one system clock and steer nothing, so the true offset is 0 and what a
# source says is its error. Each NIC has a clock of its own, read with noise. A table.
#
#	tests/guest/ntp-ptp-truth.sh [KERNEL [SECONDS]]	(boots a guest; default 6.12 300)
#
# The status is 1 when one of them is worse than ATS_TRUTH_RATIO (1.5) times the other.
#
# Inside of the guest: ntp-ptp-truth.sh --inside MODULES BUILD SECONDS

# shellcheck disable=SC2154,SC2086 # of servo-lab.bash; numbers and names without blanks
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(cd "$here/../.." && pwd)
SETTLE_S=120

lab() {	# JITTER_NS
	local i=0 nic

	echo "pair s0 c0" >$DEBUG/control
	for nic in s0 c0; do
		echo $1 >$DEBUG/nics/$nic/jitter_ns
		echo 1 >$DEBUG/nics/$nic/jitter_shape
		echo $((i * 45000 - 20000)) >$DEBUG/clocks/$nic/frequency_ppb
		echo 100 >$DEBUG/clocks/$nic/wander_ppt
		echo 1000 >$DEBUG/clocks/$nic/read_ns
		echo 0 >$DEBUG/clocks/$nic/precise
		i=$((i + 1))
		ip netns add $nic
		ip link set $nic netns $nic
		ip -n $nic link set lo up
		ip -n $nic link set $nic up
		ip -n $nic addr add 10.111.0.$i/24 dev $nic
	done
	cat >$work/s0.conf <<-CONF
		control_clock = false; state_dir = ""; control_socket = ""; kernel = "off";
		local = { stratum = 1; };
		serve_ntp = { allow = [ "10.111.0.0/24" ]; ratelimit = false; };
		serve_ptp = { interface = "s0"; transport = "ipv4"; phc = "free"; };
	CONF
	cat >$work/c0.conf <<-CONF
		control_clock = false; state_dir = ""; control_socket = "$work/sock"; kernel = "off";
		sources = (
			{ protocol = "ptp"; interface = "c0"; transport = "ipv4"; phc = "free"; },
			{ address = "10.111.0.1"; min_poll = 0; max_poll = 0; } );
	CONF
	pids=()
	for nic in s0 c0; do
		ip netns exec $nic as-timesyncd --foreground --config $work/$nic.conf \
			>$work/log.$nic 2>&1 &
		pids+=($!)
	done
}

# The offsets of PTP and NTP, ns; members come in any order
look() {
	as-timesyncctl --socket $work/sock --json sources |
		sed 's/"stamps": *{[^}]*},*//g' | tr '{' '\n' | awk '
		function member(key) {
			if (!match($0, "\"" key "\": *[^,}]*"))
				return ""
			split(substr($0, RSTART, RLENGTH), part, /": */)
			gsub(/"/, "", part[2])
			return part[2]
		}
		member("name") != "" { v[member("name")] = member("offset") * 1e9 }
		END { if (!("c0" in v) || !("10.111.0.1" in v)) exit 1
		      printf "%.3f %.3f\n", v["c0"], v["10.111.0.1"] }'
}

measure() {	# LABEL JITTER_NS
	local i ptp ntp

	lab $2
	pause $SETTLE_S
	for ((i = 0; i < seconds; i++)); do
		pause 1
		look || failed=yes
	done >$work/truth
	ptp=$(rms 1 <$work/truth) ntp=$(rms 2 <$work/truth)
	echo "| $1 | PTP | ${ptp// / | } |"
	echo "| $1 | NTP, interleaved | ${ntp// / | } |"
	[ "$(as-timesyncctl --socket $work/sock --json sources |
		grep -o '"transmit": *"hardware", *"receive": *"hardware"' | wc -l)" -eq 2 ] || {
		echo "# not all stamps are the NICs'"
		failed=yes
	}
	as-timesyncctl --socket $work/sock --json sources | grep -q '"interleaved": *true' || {
		echo "# NTP is not interleaved"
		failed=yes
	}
	awk "BEGIN { a = ${ptp%% *} / ${ntp%% *}; if (a < 1) a = 1 / a
		printf \"# %s: one is %.2f of the other\n\", \"$1\", a; exit !(a <= ${ATS_TRUTH_RATIO:-1.5}) }" ||
		failed=yes
	kill "${pids[@]}"
	wait "${pids[@]}" 2>/dev/null
	ip netns del s0
	ip netns del c0
	pause 1
}

inside() {
	local modules=$1 build=$2 lib failed='' pids
	seconds=$3

	# shellcheck source=tests/guest/guard.sh
	. "$here/guard.sh"
	# shellcheck source=tests/guest/servo-lab.bash
	. "$here/servo-lab.bash"
	mkdir -p $work/bin
	cp "$build/as-timesyncd" $work/bin/ || exit 1
	stage "$modules" "$build" "$4"
	for lib in $(ldd "$work/bin/as-timesyncd" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p'); do
		[ -e "$work/lib/$(basename "$lib")" ] || cp "$lib" $work/lib/
	done
	mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
	insmod $work/simnic.ko pairs=0 || exit 1
	echo "| jitter | by | RMS, ns | mean | max |"
	echo "|---|---|---|---|---|"
	measure "100 ns" 100
	measure "10 us" 10000
	[ -z "$failed" ]
}

outside() {
	local kernel=${1:-6.12} seconds=${2:-300} output

	output=$(cd "$tree" && mkdir -p "${BUILD:-build}" && cd "${BUILD:-build}" && pwd)
	"$tree/scripts/build-kmod" --out "$output/kmod" "$kernel" || exit 1
	"$tree/scripts/vm" --icount --timeout 3000 "$kernel" -- \
		env "ATS_TRUTH_RATIO=${ATS_TRUTH_RATIO:-1.5}" "$here/ntp-ptp-truth.sh" --inside \
		"$output/kmod/$kernel" "$output" "$seconds" "$("$tree/scripts/cache-dir")/peers"
}

if [ "${1:-}" = --inside ]; then
	shift
	inside "$@"
else
	outside "$@"
fi
