# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The load generators, built into DIRECTORY.

load_from() { ${CC:-cc} -O2 -I"$1/agent" -I"$1/agent/include" -o "${@:2}"; }

# build_ntp_load TREE DIRECTORY
build_ntp_load() {
	load_from "$1" "$2/ntp-load" "$1/tests/bench/ntp-load.c" "$1/agent/wire/ntp_packet.c"
}

# build_ptp_load TREE DIRECTORY
build_ptp_load() {
	load_from "$1" "$2/ptp-load" "$1/tests/bench/ptp-load.c" \
		"$1"/agent/wire/ptp_{csptp,header,message,time,tlv,layout,unicast}.c
}
