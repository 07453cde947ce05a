#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Media: our grandmaster of SMPTE ST 2059-2 tells how time becomes local time, our
# time-receiver shows it, and tshark reads the same.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/client-lib.bash"
need agent
command -v tshark >/dev/null || skip "tshark is missing"
lab

# fields PREFIX NAME...: of the first frame of the capture that has the first of them
fields() {
	local prefix=$1 options=() name
	shift
	for name; do options+=(-e "$prefix.$name"); done
	tshark -n -r "$TMP/seen.pcap" -Y "$prefix.$1" -T fields -E separator=' ' "${options[@]}" \
		2>/dev/null | head -n 1
}

spawn "$S" capture tshark -n -q -i s0 -w "$TMP/seen.pcap" -f "udp port 320"
wait_for 10 grep -q "Capturing on" "$TMP/capture.log" || show_log capture
# five hours behind UTC in winter, four in summer
export TZ=EST5EDT,M3.2.0,M11.1.0
agent "$C" srv 'serve_ptp = { interface = "c0"; profile = "st2059-2"; clock_class = 6; smpte = {
	frame_rate = "30000/1001"; drop_frame = true; daily_jam = "02:00:00"; }; };
	local = { stratum = 5; };' || exit
unset TZ
agent "$S" cli 'sources = ( { protocol = "ptp"; interface = "s0"; profile = "st2059-2"; } );' ||
	exit
expect "the port follows" 20 "ptp[0]['ports'][0]['state'] == 'SLAVE'"
expect "what the grandmaster tells is heard once a second" 5 "ptp[0]['smpte'] and \
	ptp[0]['smpte']['age'] < 1.5 and ptp[0]['management']['metadata_heard'] >= 3 and \
	ptp[0]['management']['malformed'] == 0"
expect "the frames, and that it has no reference" 1 "ptp[0]['smpte']['frame_rate'] == [30000, 1001] \
	and ptp[0]['smpte']['drop_frame'] and not ptp[0]['smpte']['color_frame'] and \
	ptp[0]['smpte']['locking'] == 'free-run'"
expect "local time" 1 "ptp[0]['smpte']['local_offset'] + ptp[0]['time']['utc_offset'] == \
	(-14400 if ptp[0]['smpte']['daylight_saving'] else -18000)"
expect "the next change of local time is within a year" 1 "abs(ptp[0]['smpte']['next_jump']) in \
	(1, 3600) and 0 < ptp[0]['smpte']['next_jump_tai'] - __import__('time').time() < 366 * 86400"
expect "jams are a day apart" 1 "ptp[0]['smpte']['next_jam_tai'] - \
	ptp[0]['smpte']['previous_jam_tai'] in (82800, 86399, 86400, 86401, 90000)"
stop capture
check "tshark reads the same" [ "$(fields ptp.v2.oe.smpte defaultsystemframerate.numerator \
	defaultsystemframerate.denominator masterlockingstatus timeaddressflags)" = \
	"30000 1001 1 0x01" ] || show_log capture
check "tshark finds nothing odd" [ -z "$(tshark -n -r "$TMP/seen.pcap" \
	-Y "_ws.malformed or _ws.expert.severity >= warning" 2>/dev/null)" ]
