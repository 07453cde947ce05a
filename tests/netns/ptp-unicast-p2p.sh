#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Unicast negotiation with ptp4l of peer delay, over UDP/IPv4, in both roles.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/ptp-unicast.bash"
receive ipv4 -4 "$S4" p2p
transmit ipv4 -4 "$C4" UDPv4 p2p
judge_sent
