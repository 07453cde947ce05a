#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# External port configuration (IEEE 1588-2019 clause 17.6): states are what the file or
# management says, whoever would win.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/client-lib.bash"
. "$TOP/tests/netns/ptp-lib.bash"
. "$TOP/tests/netns/ptp-capture.bash"
need "$PTP4L" agent
lab
quietly() { "$@" >"$TMP/said" 2>&1 || { note "$(cat "$TMP/said")"; return 1; }; }
PORT="interface = \"c0\"; transport = \"ethernet\"; announce_interval = 0; sync_interval = -1;
	desired_state = \"slave\";"

ptp4l gm -2 --masterOnly 1 --priority1 250
agent "$C" cli "sources = ( { protocol = \"ptp\"; $PORT } );
	serve_ptp = { $PORT priority1 = 1; };"
expect "slave: a worse clock is followed, as it was told" 20 \
	"ptp[0]['external_ports'] and ptp[0]['ports'][0]['state'] == 'SLAVE' and \
	source('c0')['state'] == 'selected' and abs(source('c0')['offset']) < 50e-6"
check "management says what is desired" \
	grep -q "desiredState *9" <(ctl cli ptp get EXT_PORT_CONFIG_PORT_DATA_SET) ||
	note "$(ctl cli ptp get EXT_PORT_CONFIG_PORT_DATA_SET)"
stop gm
sleep 6
expect "nobody announces: the port stays, the source is gone" 1 \
	"ptp[0]['ports'][0]['state'] in ('SLAVE', 'UNCALIBRATED') and source('c0')['reach'] == 0"
ptp4l gm -2 --masterOnly 1 --priority1 250
expect "and is followed again" 20 \
	"ptp[0]['ports'][0]['state'] == 'SLAVE' and source('c0')['state'] == 'selected'"
check "management makes it MASTER, against nobody's vote" \
	quietly ctl cli ptp set EXT_PORT_CONFIG_PORT_DATA_SET desiredState=6
expect "it is, beside the other one" 5 "ptp[0]['ports'][0]['state'] == 'MASTER'"
check "then PASSIVE" quietly ctl cli ptp set EXT_PORT_CONFIG_PORT_DATA_SET desiredState=7
expect "it is silent" 5 "ptp[0]['ports'][0]['state'] == 'PASSIVE'"
check "another value is refused" \
	grep -q "6 MASTER" <(ctl cli ptp set EXT_PORT_CONFIG_PORT_DATA_SET desiredState=3 2>&1)
check "the best clock algorithm is back" \
	quietly ctl cli ptp set EXTERNAL_PORT_CONFIGURATION_ENABLED flags=0
expect "and this clock wins" 10 "ptp[0]['ports'][0]['state'] == 'MASTER'"
stop gm
stop cli
judge_sent
