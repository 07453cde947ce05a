#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ntpsec's ntpd as a client of our server, IPv4 and IPv6.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/server-lib.bash"
need ntpsec agent
lab
server 'serve_ntp = { allow = [ "10.111.0.0/24", "fd00:a75::/64" ]; }; local = { stratum = 3; };'
ntpd "$C" cli "server $S4 minpoll 3 maxpoll 3 iburst
server $S6 minpoll 3 maxpoll 3 iburst" || exit 1

check "ntpd selects our server" wait_for 40 ntpd_selected "$C" || ntpq "$C" -p
sleep 10
ntpq "$C" -p >"$TMP/peers" 2>&1
for a in $S4 $S6; do
	# remote refid st t when poll reach delay offset jitter (ms)
	line=$(grep -F "$a" "$TMP/peers")
	check "$a: stratum 3, answers" awk '{ exit !($3 == 3 && $7 > 0) }' <<<"$line" || note "$line"
	check "$a: offset below 0.2 ms" awk '{ exit !($9 < 0.2 && $9 > -0.2) }' <<<"$line" || note "$line"
	note "$a: $(awk '{ printf "offset %.1f us, delay %.1f us, jitter %.1f us", $9 * 1e3, $8 * 1e3, $10 * 1e3 }' <<<"$line")"
done
