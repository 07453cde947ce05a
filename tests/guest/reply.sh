#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside a guest of scripts/vm: NTP replies of the kernel module. TAP on standard
# output.
#
#	reply.sh MODULE		(as_timesync.ko)

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC1091 # checked by itself
. "$here/guard.sh"

module=${1:?}

for name in s c; do
	ip netns add $name
	ip -n $name link set lo up
done
modprobe -aq veth macvlan 8021q dummy nf_tables
ip link add s0 netns s type veth peer name c0 netns c
ip -n s link set s0 up
ip -n c link set c0 up
ip -n s addr add 10.111.0.1/24 dev s0
ip -n c addr add 10.111.0.2/24 dev c0
ip -n s addr add fd00:a75::1/64 dev s0 nodad
ip -n c addr add fd00:a75::2/64 dev c0 nodad
insmod "$module" || exit 1
exec ip netns exec s python3 "$here/reply.py" "$module"
