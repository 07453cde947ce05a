#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A boundary clock whose parent says what three NTP servers deny: it serves the time that it
# has, and says whose that is. Then they agree, and it is the grandmaster's again.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/client-lib.bash"
. "$TOP/tests/netns/ptp-lib.bash"
need agent "$PTP4L"
lab
FAR=ats-$$-d
add_namespace "$FAR"
join "$C" c1 "$FAR" d0 || skip "cannot make a veth pair"
for i in 51 52 53; do address "$S" s0 10.111.0.$i/24; done

# between ASYMMETRY: the time-receiver takes half of it off what the parent says
between() {
	agent "$C" cli "sources = (
		{ protocol = \"ptp\"; interface = \"c0\"; transport = \"ethernet\";
		  announce_interval = 0; sync_interval = -1; asymmetry = $1; },
		{ address = \"10.111.0.51\"; min_poll = 0; max_poll = 0; },
		{ address = \"10.111.0.52\"; min_poll = 0; max_poll = 0; },
		{ address = \"10.111.0.53\"; min_poll = 0; max_poll = 0; } );
		serve_ptp = { interface = \"c1\"; transport = \"ethernet\"; clock_class = 187;
		announce_interval = 0; sync_interval = -1; };"
}
# best: the grandmaster that ptp4l took last, of the form of our identities
best() {
	sed -n 's/.*selected best master clock \(......\)\.\(....\)\.\(......\).*/\1\2\3/p' \
		"$TMP/far.log" | tail -n 1
}
# identity NAME: of our clock there
identity() { show "$1" "ptp[0]['clock_identity']" | tr -d ':.-'; }
far_follows() { [ -n "$(best)" ] && [ "$(best)" = "$(identity "$1")" ]; }

agent "$S" srv "local = { stratum = 1; };
	serve_ntp = { allow = [ \"10.111.0.0/24\" ]; ratelimit = false; };
	serve_ptp = { interface = \"s0\"; transport = \"ethernet\"; priority1 = 7;
	announce_interval = 0; sync_interval = -1; };"
spawn "$FAR" far "$PTP4L" -i d0 -S -m -2 --slaveOnly 1 --free_running 1 \
	--uds_address "$TMP/far.uds" --logAnnounceInterval 0

between 0.04
expect "the parent, 20 ms off, is a falseticker" 30 "source('c0')['state'] == 'falseticker'"
expect "its port goes on to measure, and is not calibrated" 10 \
	"ptp[0]['ports'][0]['state'] == 'UNCALIBRATED' and source('c0')['reach'] & 3 == 3"
expect "what is given is this clock's own" 20 "ptp[0]['gives_own_time']"
check "who follows it is told so" wait_for 20 far_follows cli || show_log far
expect "with the class of what it is made of" 1 "ptp[0]['quality']['class'] == 187"
stop cli

between 0
expect "without the error it is right" 30 \
	"source('c0')['state'] in ('combined', 'selected') and ptp[0]['ports'][0]['state'] == 'SLAVE'"
expect "what is given is the grandmaster's" 5 "not ptp[0]['gives_own_time']"
check "and called so" wait_for 20 far_follows srv || show_log far
stop cli
stop far
stop srv
