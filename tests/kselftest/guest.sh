#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Inside a guest of scripts/vm: load the module and run the kernel selftests.
#
#	guest.sh MODULES TESTS [PROGRAM...]
#	guest.sh MODULES --prepare	(no more than load what the tests need)
#
# MODULES is where as_timesync.ko is, TESTS where run_kselftest.sh is. Flat TAP.

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/guest/guard.sh
. "$here/../guest/guard.sh"

modules=${1:?} tests=${2:?}
shift 2

export ATS_MODULES=$modules
export PATH=$PATH:/usr/sbin:/sbin

bail() {
	echo "Bail out! $*"
	exit 1
}

modprobe -a veth 8021q || bail "no veth"
[ ! -e "$modules/simnic.ko" ] || insmod "$modules/simnic.ko" || bail "simnic.ko does not load"
insmod "$modules/as_timesync.ko" || bail "as_timesync.ko does not load"
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
[ "$tests" != --prepare ] || exit 0

chosen=()
for program in "$@"; do
	chosen+=(--test "as_timesync:$program")
done
holder=
# on one processor there is no need, and reload.sh unloads the module
if [ "$(nproc)" -gt 1 ]; then
	coproc HOLD { exec "$tests/as_timesync/traffic" hold; }
	holder=$HOLD_PID
	read -r -t 120 _ <&"${HOLD[0]}" || bail "nothing can be attached"
fi
"$tests/run_kselftest.sh" "${chosen[@]}" 2>&1 | awk -f "$here/flatten.awk"
status=${PIPESTATUS[1]}
if [ -n "$holder" ]; then
	kill "$holder"
	wait "$holder" 2>/dev/null
fi
rmmod as_timesync || status=2
exit "$status"
