# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sourced by every script that makes something steer a real clock: goes on only
# in a guest of scripts/vm. Three signs that no other machine shows together:
# the kernel's command line, the file that the guest's init wrote, and the root.

guard() {
	local nonce mark

	nonce=$(sed -n 's/.*\bats_guest=\([0-9a-f]*\).*/\1/p' /proc/cmdline)
	mark=$(cat /run/ats-guest 2>/dev/null)
	if [ -z "$nonce" ] || [ "$nonce" != "$mark" ] ||
		! grep -q '^host /.* 9p ' /proc/self/mounts; then
		echo "Bail out! not in a test guest: the clock of this machine stays as it is"
		exit 3
	fi
}

guard
