#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside a guest of scripts/vm: the daemon steers the real clock of the guest.
#
#	steer.sh as-timesyncd PROGRAM
#	steer.sh chronyd PROGRAM	(a known good daemon: checks the test itself)
#
# True time runs 50 ppm slower than the guest's oscillator and the clock starts
# 0.3 s ahead of it. TAP on standard output.

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC1091 # checked by itself
. "$here/guard.sh"

daemon=${1:?} program=${2:?}
tools=${ATS_GUEST_TOOLS:?}

PORT=11123
SPOILT_S=0.3
RATE_PPB=-50000
WANTED_PPM=-50
TOLERANCE_PPM=5
BELOW_NS=1000000
SETTLE_FOR_S=20
SETTLE_LIMIT_S=110
HOLD_S=40
STOP_LIMIT_S=10

work=/tmp/steer
line=$work/line
state=$work/state

# shellcheck disable=SC1091 # checked by itself
. "$here/tap.sh"

# Under --icount the guest's time runs away while the guest waits for files of the
# machine: have all that runs from here on in the guest's memory.
stage() {
	local lib

	mkdir -p $work/bin $work/lib
	cp "$program" "$tools/ref-server" "$tools/guest-clock" $work/bin/ || exit 2
	ldd $work/bin/* | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p' | sort -u | while read -r lib; do
		cp "$lib" $work/lib/
	done
	/run/ats/busybox --install -s $work/bin
	program=$work/bin/$(basename "$program")
	tools=$work/bin
	export PATH=$work/bin LD_LIBRARY_PATH=$work/lib
}

# As on any host: nothing but a server and where to keep state.
write_config() {
	mkdir -p "$state"
	case $daemon in
	as-timesyncd)
		cat >$work/config <<-CONF
		sources = ( { protocol = "ntp"; address = "127.0.0.1"; port = $PORT; } );
		min_poll = 0;
		max_poll = 0;
		state_dir = "$state";
		control_socket = "$work/control.sock";
		CONF
		command=("$program" --foreground --config "$work/config")
		;;
	chronyd)
		cat >$work/config <<-CONF
		server 127.0.0.1 port $PORT minpoll 0 maxpoll 0 iburst
		driftfile $state/frequency
		pidfile $work/chronyd.pid
		rtcsync
		bindcmdaddress /
		cmdport 0
		CONF
		command=("$program" -d -f "$work/config" -u root)
		;;
	*)
		echo "Bail out! unknown daemon $daemon"
		exit 2
		;;
	esac
}

start_server() {
	"$tools/ref-server" $line $PORT $RATE_PPB &
	server_pid=$!
	for _ in $(seq 50); do
		[ -s $line ] && return
		sleep 0.1
	done
	echo "Bail out! the reference server did not start"
	exit 2
}

stop_server() {
	kill "$server_pid"
	wait "$server_pid" 2>/dev/null
}

start_daemon() {
	"${command[@]}" >>$work/log 2>&1 &
	daemon_pid=$!
}

# Ends with the daemon's exit status; 1 when it had to be killed.
stop_daemon() {
	kill -TERM "$daemon_pid" 2>/dev/null || return 1
	for _ in $(seq $((STOP_LIMIT_S * 10))); do
		kill -0 "$daemon_pid" 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL "$daemon_pid" 2>/dev/null && return 1
	wait "$daemon_pid"
}

near() { awk -v a="$1" -v b="$WANTED_PPM" -v t="$TOLERANCE_PPM" \
	'BEGIN { exit !(a != "" && a - b <= t && b - a <= t) }'; }

# The file says by how much the clock gains; what is printed makes up for it.
saved_frequency() {
	awk '/^[^#]/ { print -$1; exit }' $state/frequency
}

applied_within() {
	local limit=$1 i

	for ((i = 0; i < limit * 20; i++)); do
		near "$("$tools/guest-clock" frequency)" && return 0
		sleep 0.05
	done
	return 1
}

running() { kill -0 "$daemon_pid" 2>/dev/null; }

show_log() {
	echo "# log of $daemon:"
	tail -n 100 $work/log | sed 's/^/# /'
}

converge() {
	start_server
	"$tools/guest-clock" spoil $SPOILT_S || exit 2
	echo "# at the start: offset $("$tools/guest-clock" offset $line) ns"
	start_daemon
	"$tools/guest-clock" settle $line $BELOW_NS $SETTLE_FOR_S $SETTLE_LIMIT_S
	result $? "$daemon brings a clock 0.3 s off and 50 ppm fast within 1 ms and keeps it there"
	"$tools/guest-clock" bound $line 10
	result $? "the kernel is told of a synchronised clock and of a maximum error that holds"
	running
	result $? "$daemon is still running"
	stop_daemon
	result $? "$daemon ends with exit status 0 on SIGTERM"
	echo "# saved frequency asks for a correction of $(saved_frequency) ppm"
	near "$(saved_frequency)"
	result $? "the saved frequency corrects by $WANTED_PPM ppm within $TOLERANCE_PPM ppm"
}

# The server is away and the kernel has forgotten: only the file can tell.
restart() {
	stop_server
	"$tools/guest-clock" spoil 0
	start_daemon
	applied_within 3
	result $? "after a restart the saved frequency is applied before any server answers"
	echo "# $("$tools/guest-clock" state)"
	start_server
	"$tools/guest-clock" hold $line $BELOW_NS $HOLD_S
	result $? "the clock stays within 1 ms from the restart on"
	running
	result $? "$daemon is still running after the restart"
	stop_daemon
	result $? "$daemon ends with exit status 0 once more"
}

mkdir -p $work
stage
write_config
converge
restart
[ -z "$failed" ] || show_log
finish
