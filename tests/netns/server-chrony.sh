#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# chronyd's client against our server: basic and interleaved, IPv4 and IPv6.
# Both ends share one clock: the true offset is 0.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/server-lib.bash"
need chrony agent
lab
address "$S" s0 10.111.0.3/24 fd00:a75::3/64
server 'serve_ntp = { allow = [ "10.111.0.0/24", "fd00:a75::/64" ]; }; local = { stratum = 3; };'
options="minpoll 0 maxpoll 0 iburst"
chronyd "$C" cli "server 10.111.0.1 $options
server fd00:a75::1 $options
server 10.111.0.3 $options xleave
server fd00:a75::3 $options xleave" || exit 1

# field ADDRESS NAME of chronyc ntpdata
field() { chronyc cli ntpdata "$1" | sed -n "s/^$2 *: //p"; }
interleaved() { [ "$(field "$1" Interleaved)" = "$2" ]; }
# offset below 50 us, kernel stamps
good() {
	chronyc cli -c ntpdata "$1" | awk -F, '{ exit !($20 < 50e-6 && $20 > -50e-6) }'
}
figures() {
	note "$1: offset $(field "$1" Offset), delay $(field "$1" "Peer delay"), jitter \
$(chronyc cli -c sourcestats | awk -F, -v a="$1" '$1 == a { printf "%.0f ns", $8 * 1e9 }')"
}

check "chronyd selects one of our addresses" wait_for 15 chrony_selected cli || chronyc cli sources
sleep 12
for a in 10.111.0.1 fd00:a75::1; do
	check "$a: basic replies" interleaved $a No
done
for a in 10.111.0.3 fd00:a75::3; do
	check "$a: interleaved replies" interleaved $a Yes
done
for a in 10.111.0.1 fd00:a75::1 10.111.0.3 fd00:a75::3; do
	check "$a: stratum 3, nothing lost or invalid" test "$(field $a Stratum)" = 3 -a \
		$(($(field $a 'Total TX') - $(field $a 'Total valid RX'))) -le 1
	check "$a: offset below 50 us" wait_for 5 good $a || chronyc cli ntpdata $a
	figures $a
done
stat_is "nothing denied, limited or malformed, no stamp lost" \
	's["denied"] == s["rate_limited"] == s["malformed"] == s["send_failures"] == 0'
stat_is "interleaved replies with kernel transmit stamps" \
	's["interleaved_replies"] >= 15 and s["stamps"]["transmit"]["kernel"] >= 15'
