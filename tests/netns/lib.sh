#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For the cases in this directory: two network namespaces joined by one veth,
# programs started in them and stopped at exit whatever happens, TAP lines.
#
#   SERVER (netns $S) s0 10.111.0.1, fd00:a75::1  ---  c0 10.111.0.2, fd00:a75::2 (netns $C) CLIENT
#
# No program started here can touch a clock: all run without CAP_SYS_TIME.
#
# A case:
#   . "$(dirname "$0")/lib.sh"
#   need chrony                     # or: ntpsec, agent
#   lab                             # makes the namespaces
#   agent "$S" srv 'serve_ntp = { allow = ( "10.111.0.0/24" ); }; ...'
#   chronyd "$C" cli 'server 10.111.0.1 minpoll 0 maxpoll 0'
#   wait_for 10 chrony_selected cli && ok "..." || not_ok "..."

set -u
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${BUILD:-$TOP/build}
PEERS=${ATS_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/as-timesync/peers}
AGENT=$BUILD/as-timesyncd
CTL=$BUILD/as-timesyncctl
CHRONYD=$PEERS/chrony/usr/sbin/chronyd
CHRONYC=$PEERS/chrony/usr/bin/chronyc
NTPD=$PEERS/ntpsec/usr/sbin/ntpd
NTPQ=$PEERS/ntpsec/usr/bin/ntpq

S=ats-$$-s
C=ats-$$-c
S4=10.111.0.1 S6=fd00:a75::1
C4=10.111.0.2 C6=fd00:a75::2
TMP=
NAMESPACES=()
declare -A PID=()

# TAP without numbers: tests/netns/run counts.
ok() { echo "ok - $*"; }
not_ok() { echo "not ok - $*"; }
note() { echo "# $*"; }
# skip REASON: the whole case ends here.
skip() { echo "ok - $(basename "$0" .sh) # SKIP $*"; exit 0; }
# check DESCRIPTION COMMAND...
check() {
	local what=$1
	shift
	if "$@"; then ok "$what"; else not_ok "$what"; return 1; fi
}

cleanup() {
	local name
	trap - EXIT INT TERM
	for name in "${!PID[@]}"; do stop "$name"; done
	for name in "${NAMESPACES[@]}"; do ip netns del "$name" 2>/dev/null; done
	[ -n "$TMP" ] && [ -z "${KEEP:-}" ] && rm -rf "$TMP"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# need WHAT...: chrony, ntpsec, agent; root is always needed.
need() {
	local what
	[ "$(id -u)" = 0 ] || skip "network namespaces need root"
	command -v setpriv >/dev/null || skip "setpriv (util-linux) is missing"
	for what; do
		case $what in
		chrony) [ -x "$CHRONYD" ] || skip "chrony is not in $PEERS (scripts/setup)" ;;
		ntpsec) [ -x "$NTPD" ] || skip "ntpsec is not in $PEERS (scripts/setup)" ;;
		agent) [ -x "$AGENT" ] || skip "$AGENT is not built" ;;
		*) [ -x "$what" ] || skip "$what is missing" ;;
		esac
	done
}

add_namespace() {
	ip netns add "$1" || skip "cannot make a network namespace"
	NAMESPACES+=("$1")
	ip -n "$1" link set lo up
}

# join NS1 IF1 NS2 IF2: a veth between two namespaces.
join() {
	ip link add "$2" netns "$1" type veth peer name "$4" netns "$3" &&
		ip -n "$1" link set "$2" up && ip -n "$3" link set "$4" up
}

# address NS INTERFACE ADDRESS/PREFIX...
address() {
	local ns=$1 dev=$2 a
	shift 2
	for a; do
		case $a in
		*:*) ip -n "$ns" addr add "$a" dev "$dev" nodad ;;
		*) ip -n "$ns" addr add "$a" dev "$dev" ;;
		esac || return 1
	done
}

lab() {
	TMP=$(mktemp -d "${TMPDIR:-/tmp}/ats-netns.XXXXXX")
	add_namespace "$S"
	add_namespace "$C"
	join "$S" s0 "$C" c0 || skip "cannot make a veth pair"
	address "$S" s0 $S4/24 $S6/64
	address "$C" c0 $C4/24 $C6/64
}

# inside NS COMMAND...: in the namespace, without the right to set clocks.
inside() {
	local ns=$1
	shift
	ip netns exec "$ns" setpriv --inh-caps=-sys_time --bounding-set=-sys_time -- "$@"
}

# spawn NS NAME COMMAND...: in the background, output to $TMP/NAME.log.
spawn() {
	local ns=$1 name=$2
	shift 2
	# what one of this name said before is not taken for this one's, however late it starts
	: >"$TMP/$name.log"
	# ip and setpriv exec: the pid is the program's own.
	ip netns exec "$ns" setpriv --inh-caps=-sys_time --bounding-set=-sys_time -- "$@" \
		>"$TMP/$name.log" 2>&1 </dev/null &
	PID[$name]=$!
}

alive() { kill -0 "${PID[$1]:-0}" 2>/dev/null; }

stop() {
	local pid=${PID[$1]:-} i
	unset "PID[$1]"
	[ -n "$pid" ] || return 0
	kill "$pid" 2>/dev/null
	for ((i = 0; i < 30; i++)); do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	stop "capture-$1"
}

# wait_for SECONDS COMMAND...: polls until it succeeds.
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.2
	done
}

show_log() { sed 's/^/# /' "$TMP/$1.log" | tail -n "${2:-15}"; }

# agent NS NAME CONFIG-TEXT: our daemon, watching its clock only.
agent() {
	local ns=$1 name=$2
	printf '%s\n' "control_clock = false;" "control_socket = \"$TMP/$name.sock\";" \
		"state_dir = \"\";" "$3" >"$TMP/$name.conf"
	# of cases that record what it sends: ptp-capture.bash
	! declare -F capture >/dev/null || capture "$ns" "$name"
	spawn "$ns" "$name" "$AGENT" --foreground --config "$TMP/$name.conf"
	wait_for 5 test -S "$TMP/$name.sock" || { show_log "$name"; return 1; }
}
# ctl NAME COMMAND...
ctl() {
	local name=$1
	shift
	"$CTL" --socket "$TMP/$name.sock" "$@"
}

# chronyd NS NAME CONFIG-TEXT: -x, never steers.
chronyd() {
	local ns=$1 name=$2
	[ -d "$TMP/$name.d" ] || mkdir -m 0770 "$TMP/$name.d"
	printf '%s\n' "pidfile $TMP/$name.pid" "bindcmdaddress $TMP/$name.d/sock" "cmdport 0" \
		"$3" >"$TMP/$name.conf"
	spawn "$ns" "$name" "$CHRONYD" -x -d -u root -f "$TMP/$name.conf"
	wait_for 5 test -S "$TMP/$name.d/sock" || { show_log "$name"; return 1; }
}
# chronyc NAME COMMAND...
chronyc() {
	local name=$1
	shift
	"$CHRONYC" -n -h "$TMP/$name.d/sock" "$@" 2>&1
}
chrony_selected() { chronyc "$1" -c sources | grep -q '^[\^=#],\*,'; }

# ntpd NS NAME CONFIG-TEXT: ntpsec, unable to steer.
ntpd() {
	local ns=$1 name=$2
	printf "%s\n" "disable kernel" "disable ntp" "restrict default" "restrict 127.0.0.1" \
		"restrict ::1" "$3" >"$TMP/$name.conf"
	spawn "$ns" "$name" env LD_LIBRARY_PATH="$PEERS/ntpsec/usr/lib/x86_64-linux-gnu" \
		"$NTPD" -n -g -c "$TMP/$name.conf" -p "$TMP/$name.pid" -f "$TMP/$name.drift"
	sleep 0.5
	alive "$name" || { show_log "$name"; return 1; }
}
# ntpq NS COMMAND...: of the ntpd in that namespace.
ntpq() {
	local ns=$1
	shift
	# Its Python module looks for its library beside itself or in /usr/lib.
	[ -d "$TMP/py" ] || {
		mkdir "$TMP/py" && cp -r "$PEERS"/ntpsec/usr/lib/python3/dist-packages/ntp "$TMP/py/" &&
			cp -L "$PEERS"/ntpsec/usr/lib/*/ntp/libntpc.so "$TMP/py/ntp/"
	}
	inside "$ns" env PYTHONPATH="$TMP/py" python3 "$NTPQ" -n "$@"
}
# The line of the system peer starts with a star.
ntpd_selected() { ntpq "$1" -p 2>/dev/null | grep -q '^\*'; }
