#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Whom our server answers, how much, how long and from where.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/server-lib.bash"
need agent
lab
address "$S" s0 10.111.0.3/24 fd00:a75::3/64
address "$C" c0 10.111.0.5/24 10.111.0.6/24 10.111.0.7/24 10.111.0.8/24
answered='r["replies"] == 1 and r["longest"] == 48 and r["wrong_origin"] == 0 and r["mode"] == 4'

server 'serve_ntp = { }; local = { stratum = 3; };'
check "the log names the local reference" \
	grep -q ': synchronised to the local reference' "$TMP/srv.log"
query_is "nobody is answered by default" 'r["replies"] == 0' $S4
query_is "nobody is answered by default, IPv6" 'r["replies"] == 0' $S6
stat_is "and that is counted" 's["denied"] == 2'

reconfigure 'serve_ntp = { allow = [ "10.111.0.0/24", "fd00:a75::2" ]; deny = [ "10.111.0.6" ];
	ratelimit = false; }; local = { stratum = 3; };' || note "$(cat "$TMP/reload.log")"
query_is "an allowed net is answered" "$answered" --from 10.111.0.5 $S4
query_is "a denied address in it is not" 'r["replies"] == 0' --from 10.111.0.6 $S4
query_is "an allowed IPv6 address is answered" "$answered" --from $C6 $S6
query_is "the reply comes from the address asked" "$answered and r['from'] == '10.111.0.3'" 10.111.0.3
query_is "the same with IPv6" "$answered and r['from'] == 'fd00:a75::3'" fd00:a75::3
for version in 1 2 3 4; do
	query_is "version $version is answered alike" "$answered and r['version'] == $version" \
		--version $version $S4
done
query_is "version 1 without a mode, too" "$answered" --version 1 --mode 0 $S4
for mode in 1 2 4 5 6 7; do
	query_is "mode $mode is not answered" 'r["replies"] == 0' --mode $mode $S4
done
query_is "version 5 is not answered" 'r["replies"] == 0' --version 5 $S4
query_is "a longer request gets no longer reply" "$answered" --extra 20 $S4
query_is "octets that are nothing get none" 'r["replies"] == 0' --extra 8 $S4
query_is "nor does a request too long" 'r["replies"] == 0' --extra 1456 $S4
query_is "without a rate limit all are answered" 'r["replies"] == 50' --count 50 $S4

reconfigure 'serve_ntp = { allow = [ "10.111.0.0/24" ];
	ratelimit = { interval = 3; burst = 4; leak = 2; kod = true; }; }; local = { stratum = 3; };'
query_is "of 200 requests at once the burst, the leak and one KoD are answered" \
	'30 <= r["replies"] <= 80 and r["kod"] == {"RATE": 1} and r["longest"] == 48' \
	--from 10.111.0.7 --count 200 $S4
query_is "another client is not limited by that" "$answered" --from 10.111.0.8 $S4
reconfigure 'serve_ntp = { allow = [ "10.111.0.0/24" ];
	ratelimit = { interval = 3; burst = 4; leak = 2; kod = false; }; }; local = { stratum = 3; };'
query_is "KoD can be switched off" 'r["kod"] == {} and r["replies"] < 80' \
	--from 10.111.0.5 --count 200 $S4

reconfigure 'serve_ntp = { allow = [ "10.111.0.0/24" ]; bind = [ "10.111.0.3" ]; };
	local = { stratum = 3; };'
query_is "bound to one address: it answers" "$answered" 10.111.0.3
query_is "bound to one address: the others do not" 'r["replies"] == 0' $S4

reconfigure 'serve_ntp = { allow = [ "10.111.0.0/24" ]; };'
query_is "unsynchronised it says so: leap 3, stratum 0, no kiss code" \
	'r["replies"] == 1 and r["leap"] == 3 and r["stratum"] == 0 and r["kod"] == {}' $S4
stat_is "and counts that" 's["unsynchronised"] >= 1'
check "the server still runs" alive srv
