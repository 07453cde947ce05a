# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# TAP for the scripts of this directory.

count=0
failed=

# result STATUS NAME: the test passed if STATUS is 0
result() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		failed=yes
	fi
}

# skip NAME WHY
skip() {
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

# The plan, and the exit status of the script.
finish() {
	echo "1..$count"
	[ -z "$failed" ]
}
