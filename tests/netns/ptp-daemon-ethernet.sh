#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Our daemon and ptp4l over Ethernet, each as the other's time-receiver.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/ptp-daemon.bash"
both ethernet -2
judge_sent
