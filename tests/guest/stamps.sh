#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside a guest of scripts/vm: hardware and software stamps in the replies of the
# kernel module, against the truth that simnic knows. TAP on standard output.
#
#	stamps.sh DIR		(of as_timesync.ko and simnic.ko)

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC1091 # checked by itself
. "$here/guard.sh"

dir=${1:?}

mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
modprobe -aq veth sch_fifo
insmod "$dir/simnic.ko" && insmod "$dir/as_timesync.ko" || exit 1
for name in s c; do
	ip netns add $name
	ip -n $name link set lo up
done
echo "pair s0 c0" >/sys/kernel/debug/simnic/control || exit 1
ip link set s0 netns s
ip link set c0 netns c
ip link add s1 netns s type veth peer name c1 netns c
for i in 0 1; do
	ip -n s link set s$i up
	ip -n c link set c$i up
	ip -n s addr add 10.11$((i + 1)).0.1/24 dev s$i
	ip -n c addr add 10.11$((i + 1)).0.2/24 dev c$i
done
for i in $(seq 16); do
	ip -n c addr add 10.111.0.$((100 + i))/24 dev c0
done
# with a new namespace comes a new /sys
ip netns exec s bash -c "mount -t debugfs debugfs /sys/kernel/debug &&
	exec python3 '$here/stamps.py' '$dir'"
