#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside a guest of scripts/vm: load the modules of a directory and check the tap.
#
#	guest.sh MODULES AS-TIMESYNCCTL

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/guest/guard.sh
. "$here/../guard.sh"

export PATH=$PATH:/usr/sbin:/sbin PYTHONDONTWRITEBYTECODE=1
if ! modprobe -a veth 8021q || ! insmod "$1/as_timesync.ko" tap_records=64 ||
	! insmod "$1/simnic.ko"; then
	echo "Bail out! the modules do not load"
	exit 2
fi
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
exec python3 "$here/check.py" "$2"
