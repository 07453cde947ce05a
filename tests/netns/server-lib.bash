# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For the server-*.sh cases, after lib.sh.

# query OPTION... ADDRESS: from the client's namespace; result in $Q
query() { Q=$(inside "$C" python3 "$TOP/tests/netns/query.py" "$@" 2>&1); }
# says PYTHON-EXPRESSION over r, the result of the last query
says() { python3 -c 'import json, sys
r = json.loads(sys.argv[1])
sys.exit(not eval(sys.argv[2]))' "$Q" "$1" 2>/dev/null; }
# query_is DESCRIPTION EXPRESSION QUERY-OPTION...
query_is() {
	local what=$1 expression=$2
	shift 2
	query "$@"
	check "$what" says "$expression" || note "got: $Q"
}
# stat_is DESCRIPTION EXPRESSION over s, the server's counts
stat_is() {
	local got
	got=$(ctl srv serverstats --json)
	check "$1" python3 -c 'import json, sys
d = json.loads(sys.argv[1])
s = d.get("serverstats", d)
sys.exit(not eval(sys.argv[2]))' "$got" "$2" || note "got: $got"
}
# server CONFIG-TEXT: our daemon, ready when it answers on the control socket
server() { agent "$S" srv "$1" || { not_ok "the server starts"; exit 1; }; }
# reconfigure CONFIG-TEXT
reconfigure() {
	printf '%s\n' "control_clock = false;" "control_socket = \"$TMP/srv.sock\";" \
		"state_dir = \"\";" "$1" >"$TMP/srv.conf"
	ctl srv reload >"$TMP/reload.log" 2>&1
}
