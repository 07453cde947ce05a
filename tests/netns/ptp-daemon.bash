# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For the ptp-daemon-*.sh cases: our daemon and ptp4l, each as the other's time-receiver,
# with both delay mechanisms. Both ends share one clock, so that the true offset is 0.
# shellcheck disable=SC2154	# lib.sh
. "$TOP/tests/netns/client-lib.bash"
. "$TOP/tests/netns/ptp-lib.bash"
. "$TOP/tests/netns/ptp-capture.bash"
need "$PTP4L" agent
lab

# profile MECHANISM
profile() { [ "$1" = p2p ] && echo default-p2p || echo default-e2e; }

# measures NAME N: ptp4l has said so many offsets
measures() { [ "$(grep -c "offset\|rms" "$TMP/$1.log")" -ge "$2" ]; }

# receive NAME TRANSPORT MECHANISM OPTION...: ptp4l is the grandmaster
receive() {
	local name=$1 transport=$2 mechanism=$3
	shift 3
	ptp4l gm "$@" --masterOnly 1
	wait_for 10 state_is gm MASTER || show_log gm
	agent "$C" cli "sources = ( { protocol = \"ptp\"; interface = \"c0\"; \
		transport = \"$transport\"; profile = \"$(profile "$mechanism")\"; \
		announce_interval = 0; sync_interval = -1; } );" || return
	expect "$name: the port follows ptp4l" 20 "ptp[0]['ports'][0]['state'] == 'SLAVE'"
	expect "$name: the source is selected" 10 "source('c0')['state'] == 'selected' and \
		tracking['source'] == 'c0' and tracking['synchronised']"
	expect "$name: kernel stamps, the offset below 50 us, the bound holds" 10 \
		"source('c0')['stamps'] == {'transmit': 'kernel', 'receive': 'kernel'} and \
		abs(source('c0')['offset']) < 50e-6 and source('c0')['samples'] > 30 and \
		abs(source('c0')['offset']) < source('c0')['max_error'] < 1.2e-3"
	expect "$name: no stamp is lost, nothing is refused" 1 \
		"ptp[0]['ports'][0]['counters']['lost_stamps'] == 0 and \
		sum(v for k, v in ptp[0]['ports'][0]['counters']['refused'].items() if k != 'state') == 0"
	note "$name: $(show cli "'offset %+.0f ns, jitter %.0f ns, delay %.0f ns, %d samples' % tuple([1e9 * source('c0')[k] for k in ('offset', 'jitter', 'delay')] + [source('c0')['samples']])")"
	stop cli
	stop gm
}

# transmit NAME TRANSPORT MECHANISM OPTION...: ptp4l is the time-receiver
transmit() {
	local name=$1 transport=$2 mechanism=$3
	shift 3
	agent "$C" srv "serve_ptp = { interface = \"c0\"; transport = \"$transport\"; \
		profile = \"$(profile "$mechanism")\"; announce_interval = 0; sync_interval = -1; }; \
		local = { stratum = 5; };" || return
	ptp4l rcv "$@" --slaveOnly 1 --logAnnounceInterval 0 --logSyncInterval -1
	# it is told not to steer, which it calls UNCALIBRATED
	check "$name: ptp4l follows ours" wait_for 60 measures rcv 4 || show_log rcv
	check "$name: its offset to its own clock is below 200 us" \
		wait_for 60 offset_below rcv 200000 || show_log rcv
	note "$name: $(ptp4l_offset rcv) ns"
	check "$name: we are the grandmaster" is srv \
		"ptp[0]['is_grandmaster'] and ptp[0]['ports'][0]['state'] == 'MASTER' and \
		ptp[0]['ports'][0]['counters']['lost_stamps'] == 0" || show_log srv
	stop rcv
	stop srv
}

# both TRANSPORT OPTION
both() {
	local mechanism options
	for mechanism in e2e p2p; do
		options=("$2")
		[ $mechanism = p2p ] && options+=(-P)
		receive "receiver, $1, $mechanism" "$1" $mechanism "${options[@]}"
		transmit "transmitter, $1, $mechanism" "$1" $mechanism "${options[@]}"
	done
}
