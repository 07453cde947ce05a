#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Write a header that says what a kernel's headers have:
#
#	scripts/probe.sh OUT.h 'COMPILER FLAGS...' PROBE.c...
#
# A probe is a C file that compiles where the thing is there. For probes/NAME.c
# that does, OUT.h defines ATS_HAVE_NAME in capitals. The probe control_yes has to
# compile and control_no must not: else the compiler says nothing about the kernel.

set -eu

out=$1 compile=$2
shift 2

compiles() {
	# shellcheck disable=SC2086 # words of a command
	$compile -DKBUILD_BASENAME='"probe"' -DKBUILD_MODNAME='"probe"' \
		-D__KBUILD_MODNAME=probe -DKBUILD_MODFILE='"probe"' -Wno-error \
		-Werror=implicit-function-declaration -Werror=incompatible-pointer-types \
		-Werror=int-conversion -Wno-missing-prototypes -Wno-missing-declarations \
		-Wno-unused -c "$1" -o "$out.o" 2>"$out.log"
}

trap 'rm -f "$out.o" "$out.log" "$out.tmp"' EXIT

echo "/* SPDX-License-Identifier: GPL-2.0 */" >"$out.tmp"
echo "/* Made by scripts/probe.sh from kmod/compat/probes. */" >>"$out.tmp"
for probe in "$@"; do
	name=$(basename "$probe" .c)
	if compiles "$probe"; then
		found=yes
	else
		found=
	fi
	case $name/$found in
	control_yes/)
		cat "$out.log" >&2
		echo "probe.sh: $probe does not compile: no probe can tell anything" >&2
		exit 1
		;;
	control_no/yes)
		echo "probe.sh: $probe compiles: no probe can tell anything" >&2
		exit 1
		;;
	control_*) ;;
	*)
		name=$(echo "$name" | tr '[:lower:]' '[:upper:]')
		if [ -n "$found" ]; then
			echo "#define ATS_HAVE_$name 1" >>"$out.tmp"
		else
			echo "/* no ATS_HAVE_$name */" >>"$out.tmp"
		fi
		;;
	esac
done
cmp -s "$out.tmp" "$out" || mv "$out.tmp" "$out"
