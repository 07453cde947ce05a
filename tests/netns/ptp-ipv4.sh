#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# PTP over UDP/IPv4 with ptp4l at the other end, in both roles.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/ptp-lib.bash"
transport ipv4 -4
