#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside a guest of scripts/vm --icount: linuxptp's ptp4l as time-receiver of the daemon,
# whose kernel module serves it, goes away and comes back meanwhile. On simulated NICs with
# hardware stamps, against the truth that simnic tells. TAP on standard output.
#
#	ptp-kernel.sh MODULES BUILD PEERS PTP-LOAD NAME...	(directories of simnic.ko and
#		as_timesync.ko, of as-timesyncd, of the peers, and of linuxptp in it)

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC1091 # checked by itself
. "$here/guard.sh"
# shellcheck disable=SC1091
. "$here/ptp-lab.bash"

modules=${1:?} build=${2:?} peers=${3:?} load=${4:?}
shift 4
stage_ptp "$modules/simnic.ko" "$build" "$peers" "$@" || exit 1
cp "$modules/as_timesync.ko" "$PTP_WORK/" && cp "$load" "$PTP_WORK/bin/" || exit 1
modprobe -q 8021q
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
insmod "$PTP_WORK"/simnic.ko pairs=0 || exit 1
exec python3 "$here/ptp_served.py" "$PTP_WORK" "$@"
