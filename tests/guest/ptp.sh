#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside a guest of scripts/vm --icount: the daemon's PTP and linuxptp's, each as the
# other's time-receiver, on simulated NICs with hardware stamps, against the truth that
# simnic tells. TAP on standard output.
#
#	ptp.sh MODULE BUILD PEERS NAME...	(simnic.ko, the directory with as-timesyncd,
#				that of the peers, and the directories of linuxptp in it)
#
# ATS_PTP_PARTS: some of the parts of ptp.py, to look closer.

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC1091 # checked by itself
. "$here/guard.sh"
# shellcheck disable=SC1091
. "$here/ptp-lab.bash"

stage_ptp "$@" || exit 1
modprobe -aq 8021q bonding
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
insmod "$PTP_WORK"/simnic.ko pairs=0 || exit 1
shift 3
exec python3 "$here/ptp.py" "$PTP_WORK" "$@"
