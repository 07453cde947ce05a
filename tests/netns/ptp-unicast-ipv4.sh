#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Unicast negotiation with ptp4l over UDP/IPv4, in both roles.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/ptp-unicast.bash"
receive ipv4 -4 "$S4"
transmit ipv4 -4 "$C4" UDPv4
judge_sent
