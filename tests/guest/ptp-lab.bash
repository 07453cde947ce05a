# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What ptp.sh needs in the guest's memory: under --icount the guest's time runs away
# while the guest waits for files of the machine.

PTP_WORK=/tmp/ptp

# libraries_of DIR PROGRAM...: into DIR
libraries_of() {
	local dir=$1 lib
	shift

	ldd "$@" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p' | sort -u | while read -r lib; do
		cp "$lib" "$dir/"
	done
}

# stage_linuxptp PEERS NAME: ptp4l and pmc, as NAME/ptp4l and NAME/pmc. Those of another
# release bring their C library and are started by its ld.so.
stage_linuxptp() {
	local from=$1/$2 to=$PTP_WORK/$2 program

	mkdir -p "$to/lib"
	for program in ptp4l pmc; do
		if [ ! -e "$from/usr/sbin/$program.elf" ]; then
			cp "$from/usr/sbin/$program" "$to/"
			libraries_of $PTP_WORK/lib "$to/$program"
			continue
		fi
		cp "$from/usr/sbin/$program.elf" "$to/"
		cp -L "$from"/runtime/usr/lib64/ld-linux-x86-64.so.2 \
			"$from"/runtime/usr/lib/*/lib{c,m}.so.6 "$to/lib/"
		printf '#!/bin/sh\nexec %s --library-path %s %s "$@"\n' \
			"$to/lib/ld-linux-x86-64.so.2" "$to/lib" "$to/$program.elf" >"$to/$program"
		chmod 755 "$to/$program"
	done
}

# stage_ptp MODULE BUILD PEERS NAME...
stage_ptp() {
	local module=$1 build=$2 peers=$3 name
	shift 3

	mkdir -p $PTP_WORK/bin $PTP_WORK/lib
	chmod 700 $PTP_WORK
	cp "$build/as-timesyncd" "$build/as-timesyncctl" $PTP_WORK/bin/
	cp "$(type -P ip)" $PTP_WORK/bin/
	libraries_of $PTP_WORK/lib $PTP_WORK/bin/*
	for name; do
		stage_linuxptp "$peers" "$name"
	done
	cp "$module" $PTP_WORK/simnic.ko
	/run/ats/busybox --install -s $PTP_WORK/bin 2>/dev/null
}
