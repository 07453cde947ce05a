# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The module comes and goes: for the tests of that. With the kernel's ktap_helpers.sh.
#
# ATS_MODULES is where as_timesync.ko is, ATS_RELOAD_MS how long packets flow (4000).

duration_ms=${ATS_RELOAD_MS:-4000}
module=${ATS_MODULES:?}/as_timesync.ko
ROUNDS=6
# what the programs say
out=$(mktemp)

loaded() { [ -e /sys/module/as_timesync ]; }
load() { loaded || insmod "$module"; }
unload() { ! loaded || rmmod as_timesync; }

# While packets flow, the module serves for as long as it does not.
reload_often() {
	local round pause

	pause=$(awk "BEGIN { print $duration_ms / 1000 / (2 * $ROUNDS + 1) }")
	for ((round = 0; round < ROUNDS; round++)); do
		sleep "$pause"
		unload || return
		sleep "$pause"
		load || return
	done
}

# The number after a word of what was said.
number() { sed -n "s/.*\b$1 \([0-9]*\).*/\1/p" "$out"; }
