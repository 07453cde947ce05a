#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How true are the transmit times that servers state? chronyd, as-timesyncd alone and
# with the kernel module, on a simulated NIC whose log knows when each frame left.
# A table and TAP on standard output.
#
#	tests/guest/stamp-truth.sh [KERNEL]	(boots a guest; default 6.1)
#
# Inside of the guest: stamp-truth.sh --inside MODULES BUILD PEERS
#
# With --icount: one guest instruction takes one nanosecond, so the figures are of the
# programs alone and repeat; without it they would be of what else this machine does,
# which stops an emulated processor for milliseconds.

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(cd "$here/../.." && pwd)

inside() {
	local modules=$1 build=$2 peers=$3 work=/tmp/truth lib name i

	# shellcheck disable=SC1091 # checked by itself
	. "$here/guard.sh"
	# files of the machine cost guest time when they are read for the first time
	mkdir -p $work/lib
	cp "$modules"/{as_timesync,simnic}.ko "$build/as-timesyncd" \
		"$peers/chrony/usr/sbin/chronyd" $work/ || exit 1
	for lib in $(ldd $work/as-timesyncd $work/chronyd | sed -n 's/.* => \(\/[^ ]*\).*/\1/p'); do
		cp -n "$lib" $work/lib/
	done
	insmod $work/simnic.ko || exit 1
	mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
	echo "pair s0 c0" >/sys/kernel/debug/simnic/control || exit 1
	echo 12345 >/sys/kernel/debug/simnic/clocks/s0/frequency_ppb
	i=0
	for name in s c; do
		i=$((i + 1))
		ip netns add $name
		ip link set ${name}0 netns $name
		ip -n $name link set lo up
		ip -n $name link set ${name}0 up
		ip -n $name addr add 10.111.0.$i/24 dev ${name}0
	done
	ip netns exec c bash -c "mount -t debugfs debugfs /sys/kernel/debug &&
		LD_LIBRARY_PATH=$work/lib exec python3 '$here/stamp-truth.py' $work"
}

outside() {
	local kernel=${1:-6.1} output

	output=$(cd "$tree" && mkdir -p "${BUILD:-build}" && cd "${BUILD:-build}" && pwd)
	"$tree/scripts/build-kmod" --out "$output/kmod" "$kernel" || exit 1
	"$tree/scripts/vm" --icount --timeout 1800 "$kernel" -- \
		env "ATS_TRUTH_REQUESTS=${ATS_TRUTH_REQUESTS:-300}" "$here/stamp-truth.sh" --inside \
		"$output/kmod/$kernel" "$output" "$("$tree/scripts/cache-dir")/peers"
}

if [ "${1:-}" = --inside ]; then
	shift
	inside "$@"
else
	outside "$@"
fi
