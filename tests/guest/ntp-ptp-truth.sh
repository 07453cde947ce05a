#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# NTP (interleaved) and PTP of this agent over the same hardware and path, once a second, all
# stamps made by NICs, each of which has a clock of its own that is read with noise.
#
#	tests/guest/ntp-ptp-truth.sh [--steered] [KERNEL [SECONDS]]
#					(boots guests; default 6.12 240, with --steered 200)
#
# Pairs of hosts: one daemon serves both, another has both as sources. Both daemons read one
# system clock and steer nothing, so the true offset is 0 and what a source says is its error.
# With --steered one host keeps its NIC's clock and its system clock by PTP, then by NTP, and
# simnic tells how true they are. Errors of a run stay alike for minutes, so there are several
# of them, each with noise and wander of its own, and several guests one after the other. A
# table of all on standard output (ntp_ptp_table.py).
#
# The status is 1 when one protocol is worse than ATS_TRUTH_RATIO (1.5) times the other, or
# the ratio's standard deviation is above ATS_TRUTH_UNCERTAINTY (0.2).
#
# In the environment too: ATS_TRUTH_RUNS, pairs, or runs, in each guest (8, with --steered 2);
# ATS_TRUTH_JITTERS, ns, each with its number of guests ("100:1 10000:6", with --steered
# "100:2 10000:10"; Documentation/accuracy.md says how many runs it takes); ATS_TRUTH_SEED (0),
# of the first guest; ATS_TRUTH_SAMPLES: the file that keeps what was seen.
#
# Inside of the guest: ntp-ptp-truth.sh --inside MODULES BUILD PEERS PROGRAM RUNS FIRST-SEED
# SECONDS JITTER

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(cd "$here/../.." && pwd)
SEEDS=1000	# that each guest has

inside() {
	local modules=$1 build=$2 peers=$3 program=$4
	shift 4

	# shellcheck source=tests/guest/guard.sh
	. "$here/guard.sh"
	# shellcheck source=tests/guest/ptp-lab.bash
	. "$here/ptp-lab.bash"
	stage_ptp "$modules/simnic.ko" "$build" "$peers" linuxptp || exit 1
	mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
	insmod "$PTP_WORK/simnic.ko" pairs=0 || exit 1
	exec python3 "$here/$program" "$PTP_WORK" "$@"
}

outside() {
	local program=ntp_ptp_truth.py runs=8 seconds=240 jitters="100:1 10000:6" failed=''
	local kernel output samples part seed guest

	if [ "${1:-}" = --steered ]; then
		program=ntp_ptp_steered.py runs=2 seconds=200 jitters="100:2 10000:10"
		shift
	fi
	kernel=${1:-6.12} seconds=${2:-$seconds} runs=${ATS_TRUTH_RUNS:-$runs}
	output=$(cd "$tree" && mkdir -p "${BUILD:-build}" && cd "${BUILD:-build}" && pwd)
	samples=${ATS_TRUTH_SAMPLES:-$output/${program%.py}.samples}
	"$tree/scripts/build-kmod" --out "$output/kmod" "$kernel" || exit 1
	: >"$samples"
	for part in ${ATS_TRUTH_JITTERS:-$jitters}; do
		seed=${ATS_TRUTH_SEED:-0}
		for ((guest = 0; guest < ${part#*:}; guest++, seed++)); do
			"$tree/scripts/vm" --icount --timeout 3600 "$kernel" -- \
				"$here/ntp-ptp-truth.sh" --inside "$output/kmod/$kernel" "$output" \
				"$("$tree/scripts/cache-dir")/peers" "$program" "$runs" \
				$((seed * SEEDS)) "$seconds" "${part%:*}" >>"$samples" || failed=yes
		done
	done
	grep -v "^sample" "$samples"
	"$here/ntp_ptp_table.py" "${ATS_TRUTH_RATIO:-1.5}" "${ATS_TRUTH_UNCERTAINTY:-0.2}" \
		<"$samples" && [ -z "$failed" ]
}

if [ "${1:-}" = --inside ]; then
	shift
	inside "$@"
else
	outside "$@"
fi
