# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For the ptp-unicast-*.sh cases: unicast negotiation with ptp4l, ours asks ptp4l, and
# ptp4l asks ours. Both ends share one clock, so that the true offset is 0.
# shellcheck disable=SC2154,SC2034	# lib.sh
. "$TOP/tests/netns/client-lib.bash"
. "$TOP/tests/netns/ptp-lib.bash"
. "$TOP/tests/netns/ptp-capture.bash"
need "$PTP4L" agent
lab

PORT="interface = \"c0\"; delivery = \"unicast\"; profile = \"custom\"; announce_interval = 0; \
	sync_interval = -2; delay_req_interval = -2; pdelay_req_interval = -2;"

mac() { ip -n "$1" -br link show "$2" | awk '{ print $3 }'; }

# refused: all that the port refused but for its state
REFUSED="sum(v for k, v in ptp[0]['ports'][0]['counters']['refused'].items() if k != 'state')"

# Each service is granted now.
GRANTED="all(t[k]['granted_for'] for t in ptp[0]['ports'][0]['unicast']['transmitters'] \
	for k in ('announce', 'sync', 'delay'))"

# renewed SAMPLES: until past the end of what was granted first, and there are so many
# samples, nothing is ever without a grant, whenever one looks.
renewed() {
	local end=$((SECONDS + 22)) last=$((SECONDS + 120))
	until [ $SECONDS -gt $end ] && is cli "source('c0')['samples'] > $1"; do
		is cli "$GRANTED" && [ $SECONDS -lt $last ] || return 1
		sleep 0.5
	done
}

# receive TRANSPORT OPTION ADDRESS [p2p]: ptp4l grants, ours asks for 20 s at a time
receive() {
	local transport=$1 address=$3 options=("$2") mechanism=${4:-e2e} samples
	[ "$mechanism" = p2p ] && options+=(-P)
	ptp4l gm "${options[@]}" --masterOnly 1 --unicast_listen 1 --inhibit_multicast_service 1
	wait_for 10 state_is gm MASTER || show_log gm
	agent "$C" cli "sources = ( { protocol = \"ptp\"; $PORT transport = \"$transport\"; \
		delay_mechanism = \"$mechanism\"; \
		address = \"$address\"; grant_duration = 20; } );" || return
	expect "receiver, $transport, $mechanism: the port follows ptp4l" 20 \
		"ptp[0]['ports'][0]['state'] == 'SLAVE'"
	expect "receiver, $transport, $mechanism: the source is selected" 10 \
		"source('c0')['state'] == 'selected'"
	samples=$(show cli "source('c0')['samples']")
	check "receiver, $transport, $mechanism: grants are renewed before they end" \
		renewed $((${samples:-0} + 60)) || show_log cli
	expect "receiver, $transport, $mechanism: the offset is below 50 us" 60 \
		"abs(source('c0')['offset']) < 50e-6"
	expect "receiver, $transport, $mechanism: no stamp or response is lost, nothing refused" 1 \
		"ptp[0]['ports'][0]['counters']['lost_stamps'] == 0 and \
		ptp[0]['ports'][0]['counters']['lost_responses'] == 0 and $REFUSED == 0"
	expect "receiver, $transport, $mechanism: what is granted is shown" 1 \
		"[(t['address'], t['followed'], t['denials'], all(0 < t[k]['granted_for'] <= 20 \
		for k in ('announce', 'sync', 'delay'))) \
		for t in ptp[0]['ports'][0]['unicast']['transmitters']] == [('$address', True, 0, True)]"
	note "receiver, $transport, $mechanism: $(show cli "'offset %+.0f ns, jitter %.0f ns, delay %.0f ns, %d samples' % tuple([1e9 * source('c0')[k] for k in ('offset', 'jitter', 'delay')] + [source('c0')['samples']])")"
	# it comes back and has forgotten everything
	stop gm
	ptp4l gm "${options[@]}" --masterOnly 1 --unicast_listen 1 --inhibit_multicast_service 1
	sleep 8
	samples=$(show cli "source('c0')['samples']")
	expect "receiver, $transport, $mechanism: a restarted ptp4l is asked again" 30 \
		"ptp[0]['ports'][0]['state'] == 'SLAVE' and source('c0')['samples'] > ${samples:-0} + 8"
	stop cli
	stop gm
}

# transmit TRANSPORT OPTION ADDRESS WORD [p2p]: ours grants, ptp4l asks
transmit() {
	local transport=$1 address=$3 word=$4 options=("$2") mechanism=${5:-e2e} peer=
	[ "$mechanism" = p2p ] && options+=(-P) peer="peer_address $address"
	local allow='allow = [ "10.111.0.0/24", "fd00:a75::/64" ];'
	[ "$transport" = ethernet ] && allow=
	agent "$C" srv "serve_ptp = { $PORT transport = \"$transport\"; $allow \
		delay_mechanism = \"$mechanism\"; }; \
		local = { stratum = 5; };" || return
	cat >"$TMP/rcv.cfg" <<-END
		[global]
		unicast_req_duration 20
		[unicast_master_table]
		table_id 1
		logQueryInterval 0
		$word $address
		$peer
		[s0]
		unicast_master_table 1
	END
	ptp4l rcv "${options[@]}" -f "$TMP/rcv.cfg" --slaveOnly 1
	check "transmitter, $transport, $mechanism: ptp4l follows ours" wait_for 30 state_is rcv UNCALIBRATED ||
		show_log rcv
	sleep 24
	check "transmitter, $transport, $mechanism: its offset to its own clock is below 200 us" \
		wait_for 60 offset_below rcv 200000 || show_log rcv
	note "transmitter, $transport, $mechanism: $(ptp4l_offset rcv) ns"
	check "transmitter, $transport, $mechanism: it never left us" \
		[ "$(grep -c 'port 1: UNCALIBRATED to' "$TMP/rcv.log")" = 0 ] || show_log rcv
	# ptp4l sends Delay_Req as soon as it has chosen, before they are granted
	check "transmitter, $transport, $mechanism: next to nothing was refused, no stamp lost" is srv \
		"ptp[0]['ports'][0]['state'] == 'MASTER' and $REFUSED <= 10 and \
		ptp[0]['ports'][0]['unicast']['clients'] == 1 and \
		$REFUSED == ptp[0]['ports'][0]['counters']['refused']['no-grant'] and \
		ptp[0]['ports'][0]['counters']['lost_stamps'] == 0" || show_log srv
	stop rcv
	stop srv
}
