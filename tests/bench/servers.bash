# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Our server on port 123 and chronyd on port 1123 of one namespace, and the load
# that comes from as many client addresses as wanted. After ../netns/lib.sh.

LOAD=$BUILD/ntp-load
CLIENTS_NET=10.64.0.0/12
FIRST_CLIENT=10.64.0.1
declare -A PORT=([ours]=123 [chronyd]=1123)

# servers CLIENTLOGLIMIT: both have an upstream server, as servers do; it never answers.
servers() { server_ours "$1" && server_chronyd "$1"; }

server_ours() {
	agent "$S" ours "serve_ntp = { allow = [ \"0.0.0.0/0\", \"::/0\" ]; ratelimit = false;
		clientloglimit = $1L; };
		kernel = \"off\"; local = { stratum = 3; }; servers = [ \"$C4\" ];"
}

server_chronyd() {
	chronyd "$S" chronyd "port 1123
local stratum 3
server $C4
allow
clientloglimit $1"
}

# Every address of the network is the client's own.
many_clients() {
	ip netns exec "$C" ip route add local $CLIENTS_NET dev lo
	ip netns exec "$S" ip route add $CLIENTS_NET via $C4
}

# load SERVER OPTION...: result in $TMP/load
load() {
	local server=$1
	shift
	inside "$C" "$LOAD" --port "${PORT[$server]}" --from $FIRST_CLIENT "$@" $S4 >"$TMP/load"
}

# Does it answer at all? Synchronised, and with nothing but good replies.
answers() { load "$1" --count 4 --window 1 && grep -q '"unsynchronised":0,"bad":0' "$TMP/load"; }

result() { sed "s/.*\"$1\":\([0-9.]*\).*/\1/" "$TMP/load"; }
