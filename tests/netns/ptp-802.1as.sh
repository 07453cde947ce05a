#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# IEEE 802.1AS between two of ours, each as the other's time-receiver would be: the
# intervals that are asked for, and what only this profile sends.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/client-lib.bash"
. "$TOP/tests/netns/ptp-capture.bash"
need agent
lab

agent "$S" srv "serve_ptp = { interface = \"s0\"; profile = \"802.1as\"; };
	local = { stratum = 5; };" || exit 1
agent "$C" cli "sources = ( { protocol = \"ptp\"; interface = \"c0\"; profile = \"802.1as\";
	sync_interval = -4; } );" || exit 1
expect "802.1AS: the port follows, by peer delay" 20 "ptp[0]['ports'][0]['state'] == 'SLAVE'"
expect "802.1AS: the source is selected, the offset below 50 us" 20 \
	"source('c0')['state'] == 'selected' and source('c0')['samples'] > 30 and \
	abs(source('c0')['offset']) < 50e-6"
expect "802.1AS: no stamp is lost, nothing refused" 1 \
	"ptp[0]['ports'][0]['counters']['lost_stamps'] == 0 and \
	sum(v for k, v in ptp[0]['ports'][0]['counters']['refused'].items() if k != 'state') == 0"
stop cli
stop srv
judge_sent
