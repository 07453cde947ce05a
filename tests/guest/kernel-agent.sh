#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside a guest of scripts/vm: the daemon and the kernel module together. TAP on
# standard output.
#
#	kernel-agent.sh PROGRAMS MODULES	(directories of as-timesyncd, as_timesync.ko)

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC1091 # checked by itself
. "$here/guard.sh"

programs=${1:?} modules=${2:?}

mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
insmod "$modules/simnic.ko" || exit 1
ip netns add server
ip netns add client
echo "pair s0 c0" >/sys/kernel/debug/simnic/control || exit 1
ip link set s0 netns server
ip link set c0 netns client
ip -n server addr add 10.9.0.1/24 dev s0
for address in 10.9.0.2 10.9.0.3; do
	ip -n client addr add $address/24 dev c0
done
ip -n client link set c0 up
ip -n server link set s0 up
ip -n server link set lo up
# with a new namespace comes a new /sys
ip netns exec client bash -c "mount -t debugfs debugfs /sys/kernel/debug &&
	exec python3 '$here/kernel-agent.py' '$programs' '$modules/as_timesync.ko'"
