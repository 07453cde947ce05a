#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The selected server dies: another one takes over, and the time does not move.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/client-lib.bash"
need chrony agent
lab
L=ats-$$-l
add_namespace "$L"
join "$L" l0 "$C" c1
address "$L" l0 10.112.0.1/24
address "$C" c1 10.112.0.100/24
chronyd "$S" one 'local stratum 3
allow' || exit 1
chronyd "$L" two 'local stratum 3
allow' || exit 1
agent "$C" cli 'sources = ( { address = "10.111.0.1"; prefer = true; }, { address = "10.112.0.1"; } );'

expect "the preferred server is selected" 20 'tracking["address"] == "10.111.0.1"'
sleep 5
stop one
expect "the other one takes over" 30 \
	'tracking["synchronised"] and tracking["address"] == "10.112.0.1"'
expect "without a step of time" 1 'abs(tracking["offset"]) < 50e-6 and tracking["steps"] == 0'
expect "the dead one is unreachable" 15 'source("10.111.0.1")["state"] == "unreachable"'
chronyd "$S" one 'local stratum 3
allow'
expect "and it is preferred again when it is back" 30 'tracking["address"] == "10.111.0.1"'

stop one
stop two
expect "with none left the error bound grows" 20 \
	'all(s["state"] == "unreachable" for s in sources)'
before=$(show cli 'tracking["max_error"] or tracking["root_dispersion"]')
sleep 5
expect "and says so" 5 "(tracking['max_error'] or tracking['root_dispersion']) > $before"
