#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What keeps the module from being unloaded, and what does not.
#
#	unload.sh
#
# ATS_MODULES is where as_timesync.ko and simnic.ko are. Leaves both loaded.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC1091 # of the kernel
. "$here/../kselftest/ktap_helpers.sh"

modules=${ATS_MODULES:?}

unload() { rmmod as_timesync 2>/dev/null; }
load() { [ -e /sys/module/as_timesync ] || insmod "$modules/as_timesync.ko"; }

# A process that holds something: the module stays, and goes after it.
held_by() {
	local what=$1 pid status=0

	load || return
	coproc HOLDER { exec "$here/traffic" "$what"; }
	pid=$HOLDER_PID
	read -r <&"${HOLDER[0]}" || return
	! unload || status=1
	# and it still works
	"$here/caps" >/dev/null 2>&1 || status=1
	kill "$pid"
	wait "$pid" 2>/dev/null
	unload || status=1
	return $status
}

# Objects without a process; that simnic can go shows that its clock was let go.
left_behind() {
	load && "$here/traffic" leave && unload || return
	ip link del left0 && rmmod simnic && insmod "$modules/simnic.ko"
}

# Over and over, while nobody else does anything.
often() {
	local round

	for ((round = 0; round < 5; round++)); do
		load && unload || return
	done
}

ktap_print_header
ktap_set_plan 4
ktap_test_result "a mapped ring keeps the module" held_by map
ktap_test_result "a dump under way keeps the module" held_by dump
ktap_test_result "a servo, a tap and an attachment do not, and let go" left_behind
ktap_test_result "it comes and goes" often
load
ktap_finished
