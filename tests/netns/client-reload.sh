#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A reload adds, removes and changes sources and leaves the others alone; a
# wrong file changes nothing. Also: SIGHUP, offline and online, one daemon only.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/client-lib.bash"
need chrony agent
lab
address "$S" s0 10.111.0.3/24 10.111.0.4/24
chronyd "$S" srv 'local stratum 3
allow' || exit 1
one='{ address = "10.111.0.1"; }'
agent "$C" cli "sources = ( $one, { address = \"10.111.0.3\"; } );" || exit 1
sent() { show cli "peer('$1')['sent']"; }
write() {
	printf '%s\n' "control_clock = false; control_socket = \"$TMP/cli.sock\"; state_dir = \"\";" \
		"$1" >"$TMP/cli.conf"
}

expect "two sources" 10 'len(sources) == 2 and source("10.111.0.1")["samples"] > 4'
write "sources = ( { address = \"10.111.0.4\"; }, $one );"
answer=$(call cli '{"command":"reload"}')
note "$answer"
check "reload: one added, one removed, one kept" test "$(python3 -c '
import json, sys
r = json.loads(sys.argv[1])["reload"]
print(r["added"], r["removed"], r["changed"], r["kept"])' "$answer")" = "1 1 0 1"
expect "the new order" 1 '[s["name"] for s in sources] == ["10.111.0.4", "10.111.0.1"]'
expect "what was kept was not started again" 1 'source("10.111.0.1")["samples"] > source("10.111.0.4")["samples"] + 2'
expect "the new one is used" 10 'source("10.111.0.4")["samples"] > 4'

write "sources = ( $one, { address = \"10.111.0.4\"; min_poll = \"often\"; } );"
answer=$(call cli '{"command":"reload"}')
note "$answer"
check "a wrong file is refused with file, line and key" \
	grep -q '"invalid".*cli.conf:2: .*min_poll' <<<"$answer"
kill -HUP "${PID[cli]}"
sleep 1.5
expect "and changes nothing" 1 '[s["name"] for s in sources] == ["10.111.0.4", "10.111.0.1"]'
check "SIGHUP says what is wrong" grep -q 'cli.conf:2: ' "$TMP/cli.log"

write "sources = ( { address = \"10.111.0.1\"; max_poll = 3; min_poll = 3; prefer = true; } );"
samples=$(show cli 'source("10.111.0.1")["samples"]')
kill -HUP "${PID[cli]}"
expect "SIGHUP: a changed source keeps what it learned" 5 \
	"len(sources) == 1 and source('10.111.0.1')['prefer'] and source('10.111.0.1')['poll_interval'] == 8 and source('10.111.0.1')['samples'] >= $samples"

write "sources = ( $one );"
kill -HUP "${PID[cli]}"
expect "back to one second" 5 'source("10.111.0.1")["poll_interval"] == 1'
call cli '{"command":"offline","source":"10.111.0.1"}' >/dev/null
before=$(sent 10.111.0.1)
sleep 3
expect "offline: not asked" 1 "peer('10.111.0.1')['sent'] == $before and source('10.111.0.1')['state'] == 'offline'"
call cli '{"command":"online"}' >/dev/null
expect "online: asked again" 5 "peer('10.111.0.1')['sent'] > $before + 2"
check "no source of that name" grep -q not_found <<<"$(call cli '{"command":"offline","source":"x"}')"
check "a step needs to be confirmed" grep -q '"invalid"' <<<"$(call cli '{"command":"step"}')"
check "a watching daemon does not step" grep -q 'error' <<<"$(call cli '{"command":"step","confirm":true}')"
printf '#@ 11000000000\n2272060800 10\n' >"$TMP/leap"
write "sources = ( $one ); leap_file = \"$TMP/leap\";"
kill -HUP "${PID[cli]}"
expect "another leap second file" 5 \
	'tracking["tai_offset"] == 10 and tracking["leap_table_expired"] is False'
write "sources = ( $one ); leap_file = \"\";"
kill -HUP "${PID[cli]}"
expect "none: what it said is forgotten" 5 \
	'tracking["tai_offset"] is None and tracking["leap_table_expired"] is None'


# One daemon for one state directory.
mkdir "$TMP/state"
for i in a b; do
	printf '%s\n' "control_clock = false; control_socket = \"\"; state_dir = \"$TMP/state\";" \
		'servers = ( "10.111.0.1" );' >"$TMP/$i.conf"
done
spawn "$C" a "$AGENT" --foreground --config "$TMP/a.conf"
wait_for 5 test -s "$TMP/state/lock"
spawn "$C" b "$AGENT" --foreground --config "$TMP/b.conf"
wait_for 5 grep -q 'another as-timesyncd' "$TMP/b.log"
check "a second daemon on the same state is refused" grep -q 'another as-timesyncd' "$TMP/b.log"
check "and the first one lives" alive a
