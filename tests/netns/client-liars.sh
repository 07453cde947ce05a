#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Servers that lie, among good ones; packets that must do nothing.
#
#   chronyd (netns $S) s0 10.111.0.1,3,4 --- c0 (netns $C) client
#   liars   (netns $L) l0 10.112.0.1...  --- c1
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/client-lib.bash"
need chrony agent
lab
L=ats-$$-l
add_namespace "$L"
join "$L" l0 "$C" c1
address "$C" c1 10.112.0.100/24
address "$S" s0 10.111.0.3/24 10.111.0.4/24
chronyd "$S" srv 'local stratum 3
allow' || exit 1

sources='{ address = "10.111.0.1"; }, { address = "10.111.0.3"; }, { address = "10.111.0.4"; }'
n=0
# lie NAME MODE [ARGUMENT]: one more source; its address is in ${AT[NAME]}
declare -A AT
lie() {
	n=$((n + 1))
	AT[$1]=10.112.0.$n
	address "$L" l0 10.112.0.$n/24
	liar "$L" "$1" 10.112.0.$n "${@:2}"
	sources+=", { address = \"10.112.0.$n\"; }"
}
lie honest good
lie late offset 0.5
lie early offset -0.004
lie flap flap 3
lie truncated truncated 40
lie empty truncated 0
lie odd oversized 2
lie huge oversized 1600
lie client mode 3
lie broadcast mode 5
lie control mode 6
lie origin origin
lie garbage garbage
lie replay replay
lie forged forged 10
lie forgedkiss forgedkiss DENY
lie unsync unsync
lie deny kiss DENY
lie rate kiss RATE
agent "$C" cli "sources = ( $sources );" || exit 1

expect "a good server is selected" 20 \
	'tracking["synchronised"] and tracking["address"].startswith("10.111.")'
for name in late early; do
	expect "the $name server is a falseticker" 20 "source('${AT[$name]}')['state'] == 'falseticker'"
done
for name in honest replay forged forgedkiss; do
	expect "the server behind '$name' is used" 10 \
		"source('${AT[$name]}')['state'] in ('selected', 'combined', 'outlier')"
done
for name in truncated empty odd huge; do
	expect "$name: malformed, does nothing" 5 "peer('${AT[$name]}')['answers']['malformed'] > 5 and \
		source('${AT[$name]}')['samples'] == 0 and source('${AT[$name]}')['state'] == 'unreachable'"
done
for name in client broadcast control; do
	expect "mode of $name: does nothing" 5 "peer('${AT[$name]}')['answers']['bad_mode'] > 5 and \
		source('${AT[$name]}')['samples'] == 0 and source('${AT[$name]}')['reach'] == 0"
done
expect "another origin does nothing" 5 "peer('${AT[origin]}')['answers']['bogus_origin'] > 5 and \
	source('${AT[origin]}')['samples'] == 0"
expect "garbage does nothing" 5 "source('${AT[garbage]}')['samples'] == 0"
expect "replays are refused" 5 "peer('${AT[replay]}')['answers']['bogus_origin'] + \
	peer('${AT[replay]}')['answers']['duplicate'] > 5"
expect "forged answers are refused" 5 "peer('${AT[forged]}')['answers']['bogus_origin'] > 10"
expect "a forged kiss is refused" 5 "peer('${AT[forgedkiss]}')['kod'] is None and \
	peer('${AT[forgedkiss]}')['next_poll'] is not None"
expect "unsynchronised is said" 5 "source('${AT[unsync]}')['state'] == 'unsynchronised'"
expect "DENY ends the asking" 5 "peer('${AT[deny]}')['kod'] == 'DENY' and \
	peer('${AT[deny]}')['next_poll'] is None and peer('${AT[deny]}')['sent'] == 1"
expect "RATE slows it down" 5 "source('${AT[rate]}')['poll_interval'] >= 8"
expect "nothing of it moved the time" 5 'abs(tracking["offset"]) < 50e-6 and tracking["steps"] == 0'
note "clock: $(show cli "'offset %+.0f +- %.0f ns' % tuple(1e9 * tracking[k] for k in ('offset', 'offset_error'))"), flapping server: $(show cli "source('${AT[flap]}')['state']")"

# One good and one false server left: the clock stays with the good one.
for name in honest replay forged forgedkiss flap early; do stop $name; done
call cli '{"command":"offline","source":"10.111.0.3"}' >/dev/null
call cli '{"command":"offline","source":"10.111.0.4"}' >/dev/null
sleep 12
expect "one good and one false server left: stays with the good one" 5 \
	'tracking["synchronised"] and tracking["address"] == "10.111.0.1" and abs(tracking["offset"]) < 50e-6'
