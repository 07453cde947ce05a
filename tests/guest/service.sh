#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside a guest of scripts/vm --systemd: the service as it is installed.
#
#	service.sh DESTDIR	(what "make install DESTDIR=..." wrote)
#
# TAP on standard output.

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC1091 # checked by itself
. "$here/guard.sh"

installed=${1:?}
tools=${ATS_GUEST_TOOLS:?}

PORT=11123
# The guest shares its processors with whatever else the machine does.
BELOW_NS=10000000
# CAP_NET_BIND_SERVICE, CAP_NET_ADMIN and CAP_SYS_TIME
CAPABILITIES=0000000002001400
CONFIG=/etc/as-timesync/config.conf
LINE=/tmp/line

# shellcheck disable=SC1091 # checked by itself
. "$here/tap.sh"

main_pid() { systemctl show -P MainPID as-timesync; }

# By a clock that nobody steps.
uptime_s() { cut -d. -f1 /proc/uptime; }

# Within so many seconds the rest becomes true.
within() {
	local end=$(($(uptime_s) + $1))
	shift

	until "$@"; do
		[ "$(uptime_s)" -lt $end ] || return 1
		sleep 0.25
	done
}

install_files() {
	cp -a "$installed/." / && systemd-sysusers && systemctl daemon-reload
	result $? "what make install wrote can be put in place"
	systemd-analyze verify --man=no as-timesync.service 2>&1 | sed 's/^/# /'
	result "${PIPESTATUS[0]}" "systemd finds no fault with the unit"
}

write_config() {
	mkdir -p "$(dirname $CONFIG)"
	echo "sources = ( { protocol = \"ntp\"; address = \"127.0.0.1\"; port = $PORT; } );" >$CONFIG
}

same_process() { [ "$(main_pid)" = "$pid" ] && kill -0 "$pid"; }
new_process() { systemctl -q is-active as-timesync && [ "$(main_pid)" != "$pid" ]; }

has_status() { grep -q "^$1:[[:space:]]*$2\$" "/proc/$pid/status"; }

start() {
	"$tools/ref-server" $LINE $PORT -50000 &
	within 10 test -s $LINE
	"$tools/guest-clock" spoil 0.3
	systemctl start as-timesync
	result $? "the service starts and says that it is ready"
	pid=$(main_pid)
	! has_status Uid "0.*"
	result $? "it does not run as root"
	has_status CapEff $CAPABILITIES && has_status CapBnd $CAPABILITIES
	result $? "it holds three capabilities and can not get more"
	"$tools/guest-clock" settle $LINE $BELOW_NS 5 90
	result $? "it steers the clock from inside its sandbox"
	as-timesyncctl status
	result $? "as-timesyncctl reaches it"
}

reload() {
	local status

	systemctl reload as-timesync && same_process
	result $? "systemctl reload works and keeps the process"
	echo 'servers = [ 5 ];' >$CONFIG
	systemctl reload as-timesync 2>/dev/null
	status=$?
	[ $status -ne 0 ] && same_process && systemctl -q is-active as-timesync
	result $? "systemctl reload fails on a bad file and the service goes on"
	write_config
}

restart() {
	kill -KILL "$pid"
	within 20 new_process
	result $? "it comes back when it is killed"
	"$tools/guest-clock" settle $LINE $BELOW_NS 10 90 >/dev/null
	systemctl stop as-timesync && [ "$(systemctl is-active as-timesync)" = inactive ]
	result $? "it stops"
	[ "$(stat -c %U /var/lib/as-timesync/frequency)" = as-timesync ]
	result $? "it left its state in /var/lib/as-timesync"
}

synchronised() { [ "$(timedatectl show -p NTPSynchronized --value)" = yes ]; }

set_ntp() {
	local name="timedatectl set-ntp true enables and starts it"

	if ! systemctl -q is-active dbus.socket; then
		skip "$name" "no D-Bus on this machine"
		return
	fi
	# a D-Bus call gives up after 25 s, which a busy machine may need
	within 100 timedatectl set-ntp true && within 10 systemctl -q is-active as-timesync &&
		systemctl -q is-enabled as-timesync
	result $? "$name"
	within 60 synchronised
	result $? "timedatectl says that the clock is synchronised"
}

install_files
write_config
start
reload
restart
set_ntp
[ -z "$failed" ] || journalctl -b --no-pager -u as-timesync 2>&1 | tail -n 60 | sed 's/^/# /'
finish
