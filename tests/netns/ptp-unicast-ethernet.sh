#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Unicast negotiation with ptp4l over Ethernet, in both roles.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/ptp-unicast.bash"
receive ethernet -2 "$(mac "$S" s0)"
transmit ethernet -2 "$(mac "$C" c0)" L2
judge_sent
