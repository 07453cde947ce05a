# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Tests that run in guests, for the parts of the suite that boot some. With
# tests/guest/tap.sh; the caller sets tree, and build for the logs.
# shellcheck disable=SC2154

# Alone on a machine a guest takes 30 s, with systemd 50 s.
LIMIT_S=400

# Those of the variable ATS_GUEST_KERNELS, or all that scripts/setup brought.
guest_kernels() {
	if [ -n "${ATS_GUEST_KERNELS:-}" ]; then
		tr ' ' '\n' <<<"$ATS_GUEST_KERNELS"
	else
		"$tree/scripts/kernels"
	fi
}

# Numbers the results of one guest on and adds the kernel to their names.
renumber() {
	local kernel=$1 text

	while IFS= read -r text; do
		if [[ $text =~ ^(not\ )?ok\ [0-9]+\ -\ (.*)$ ]]; then
			[ -z "${BASH_REMATCH[1]}" ]
			result $? "${BASH_REMATCH[2]} ($kernel)"
		elif [[ $text != 1..* ]]; then
			echo "$text"
		fi
	done
}

# side_by_side FUNCTION ARG...: the function for each of them, at the same time, for a
# guest keeps one processor busy; results as if it were one after the other.
side_by_side() {
	local function=$1 arg text
	shift

	for arg; do
		(
			# shellcheck disable=SC2034 # of tap.sh
			count=0
			"$function" "$arg"
		) >"$build/$function-$arg.log" 2>&1 &
	done
	wait
	for arg; do
		while IFS= read -r text; do
			if [[ $text =~ ^(not\ )?ok\ [0-9]+\ -\ (.*)$ ]]; then
				[ -z "${BASH_REMATCH[1]}" ]
				result $? "${BASH_REMATCH[2]}"
			else
				echo "$text"
			fi
		done <"$build/$function-$arg.log"
	done
}

# run_guest NAME KERNEL OPTION... -- COMMAND...
run_guest() {
	local name=$1 kernel=$2 status plan tap
	shift 2

	tap=$build/$name-$kernel.tap
	"$tree/scripts/vm" --timeout $LIMIT_S --out "$build/$name-$kernel" "$kernel" "$@" \
		>"$tap" 2>&1
	status=$?
	renumber "$kernel" <"$tap"
	plan=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$tap")
	[ -n "$plan" ] && [ "$status" -le 1 ]
	result $? "the guest ran to its end without a complaint of the kernel ($name, $kernel)"
	[ "$status" -le 1 ] || echo "# exit status $status"
}
