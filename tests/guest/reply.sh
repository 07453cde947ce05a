#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside a guest of scripts/vm: NTP replies of the kernel module. TAP on standard
# output.
#
#	reply.sh DIR PROGRAMS PEERS	(of as_timesync.ko; of as-timesyncd; of chrony)

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC1091 # checked by itself
. "$here/guard.sh"

dir=${1:?} programs=${2:?} peers=${3:?}

for name in s c; do
	ip netns add $name
	ip -n $name link set lo up
done
modprobe -aq veth macvlan 8021q bridge
for i in 0 1; do
	ip link add s$i netns s type veth peer name c$i netns c
done
for ns in s c; do
	ip -n $ns link add link ${ns}0 name ${ns}v type vlan id 5
	ip -n $ns link add bridge0 type bridge
	ip -n $ns link set ${ns}1 master bridge0
done
number=0
for ns in s c; do
	number=$((number + 1))
	ip -n $ns addr add 10.111.0.$number/24 dev ${ns}0
	ip -n $ns addr add fd00:a75::$number/64 dev ${ns}0 nodad
	ip -n $ns addr add 10.112.0.$number/24 dev ${ns}v
	ip -n $ns addr add 10.114.0.$number/24 dev bridge0
	for device in ${ns}0 ${ns}1 ${ns}v bridge0; do
		ip -n $ns link set "$device" up
	done
	ip netns exec $ns sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
done
ip -n c addr add 10.113.0.2/24 dev c0
insmod "$dir/as_timesync.ko" || exit 1
exec ip netns exec s python3 "$here/reply.py" "$peers" "$programs"
