#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Unicast negotiation with ptp4l over UDP/IPv6, in both roles.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/ptp-unicast.bash"
receive ipv6 -6 "$S6"
transmit ipv6 -6 "$C6" UDPv6
judge_sent
