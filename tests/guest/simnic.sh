#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside a guest of scripts/vm --icount: programs that know NICs with hardware
# timestamps, on those of simnic, against the truth that simnic tells.
#
#	simnic.sh MODULE BUILD PEERS	(the directory with as-timesyncd; that of the peers)
#
# TAP on standard output. ATS_SIMNIC_PARTS: some of the parts, to look closer.

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC1091 # checked by itself
. "$here/guard.sh"
# shellcheck disable=SC1091
. "$here/tap.sh"

module=${1:?} build=${2:?} peers=${3:?}
tools=${ATS_GUEST_TOOLS:?}

DEBUG=/sys/kernel/debug/simnic
ADDRESS_A=10.9.0.1
PPB=30000
WANDER_PPT=300
# Of a servo that has settled; its stamps are exact.
LOCKED_NS=20
# With jitter of 1 us on the way, before the servo's filters.
JITTER_LOCKED_NS=5000
work=/tmp/simnic

# Under --icount the guest's time runs away while the guest waits for files of the
# machine: have all that runs from here on in the guest's memory.
stage() {
	local lib

	mkdir -p $work/bin $work/lib
	cp "$tools/phc-test" "$build/as-timesyncd" "$build/as-timesyncctl" $work/bin/
	cp "$peers"/linuxptp/usr/sbin/{ptp4l,phc2sys,hwstamp_ctl} \
		"$peers"/chrony/usr/{sbin/chronyd,bin/chronyc} $work/bin/
	cp "$(type -P ip)" "$(type -P ethtool)" $work/bin/
	ldd $work/bin/* | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p' | sort -u | while read -r lib; do
		cp "$lib" $work/lib/
	done
	/run/ats/busybox --install -s $work/bin 2>/dev/null
	cp "$module" $work/simnic.ko
	export PATH=$work/bin LD_LIBRARY_PATH=$work/lib
}

# Two namespaces, a and b, joined by a pair of NICs.
join() {
	local ns i=0

	for ns in a b; do
		ip netns add $ns
		ip link set simnic$i netns $ns
		ip -n $ns link set lo up
		ip -n $ns addr add 10.9.0.$((i + 1))/24 dev simnic$i
		ip -n $ns link set simnic$i up
		i=$((i + 1))
	done
}

in_ns() { local ns=$1; shift; ip netns exec "$ns" "$@"; }

nic() { echo "$3" >"$DEBUG/nics/$1/$2"; }
clock() { echo "$3" >"$DEBUG/clocks/$1/$2"; }
control() { echo "$*" >$DEBUG/control; }

# The truth: of clock $2, less clock $1, in whole ns.
offset() {
	local name value

	while read -r name value; do
		[ "$name" != "$2" ] || echo "${value%.*}"
	done <"$DEBUG/clocks/$1/offsets"
}

ptp_of() { sed -n 's/^ptp //p' "$DEBUG/clocks/$1/state"; }

# within NS COMMAND...: what it prints is between -NS and NS
within() {
	local limit=$1 value
	shift
	value=$("$@")
	[ -n "$value" ] && [ "${value#-}" -le "$limit" ]
}

# locks SECONDS NS A B: within the time, B is within NS of A for 3 s
locks() {
	local i good=0 worst=0 value

	for ((i = 0; i < $1 * 4 && good < 12; i++)); do
		sleep 0.25
		value=$(offset "$3" "$4")
		value=${value#-}
		if [ "$value" -le "$2" ]; then
			good=$((good + 1))
			[ "$value" -le "$worst" ] || worst=$value
		else
			good=0
			worst=0
		fi
	done
	echo "# after $((i / 4)) s, at most $worst ns off for 3 s; last: $value ns"
	[ $good -ge 12 ]
}

stop() {
	kill "$@" 2>/dev/null
	wait "$@" 2>/dev/null
}

counter() { in_ns "$1" ethtool -S "$2" | sed -n "s/^ *$3: //p"; }

# A clock that is wrong, wanders and was set; the other one is right.
spoil_clock() {
	clock simnic1 frequency_ppb $PPB
	clock simnic1 wander_ppt $WANDER_PPT
	clock simnic1 step_ns 54321
}

phc_results() {
	local line

	while IFS= read -r line; do
		case $line in
		"ok "*) result 0 "PHC: ${line#ok }" ;;
		"not ok "*) result 1 "PHC: ${line#not ok }" ;;
		*) echo "# $line" ;;
		esac
	done
}

part_device() {
	local info

	info=$(in_ns a ethtool -T simnic0)
	[[ $info == *"hardware-transmit"*"hardware-receive"*"PTP Hardware Clock: $(ptp_of simnic0)"*"onestep-sync"*"all"*"ptpv2-event"* ]]
	result $? "ethtool -T shows stamps and their clock"
	in_ns a hwstamp_ctl -i simnic0 -t 1 -r 1 >/dev/null
	result $? "hwstamp_ctl has it stamp all packets"
	nic simnic0 rx_all 0
	! in_ns a hwstamp_ctl -i simnic0 -t 1 -r 1 >/dev/null 2>&1
	result $? "a NIC that stamps PTP only refuses that"
	nic simnic0 rx_all 1
	! nic simnic0 delay_ns -1 2>/dev/null && ! nic simnic0 tx_slots 65 2>/dev/null &&
		! control wire simnic0 4 simnic1 2 2>/dev/null &&
		! control delete simnic9 2>/dev/null
	result $? "settings and commands out of bounds are refused"
	control wire simnic0 0 simnic1 2 250
	result $? "a wire can be laid"
	! control wire simnic0 1 simnic1 2 2>/dev/null
	result $? "but not a second one to the same pin"
	phc_results < <(phc-test "/dev/ptp$(ptp_of simnic0)" "/dev/ptp$(ptp_of simnic1)" 2>&1)
	clock simnic1 read_ns 1000
	phc_results < <(phc-test --brackets 1000 0 "/dev/ptp$(ptp_of simnic1)" 2>&1)
	clock simnic1 read_jitter_ns 400
	phc_results < <(phc-test --brackets 1000 400 "/dev/ptp$(ptp_of simnic1)" 2>&1)
	clock simnic1 read_ns 0
	clock simnic1 read_jitter_ns 0
	control unwire simnic1 2
}

# master OPTION... and slave OPTION...: ptp4l in a and in b
master() {
	exec ip netns exec a ptp4l -i "$@" -m --priority1 10 --logSyncInterval -3 --logAnnounceInterval -2 \
		--logMinDelayReqInterval -3 --uds_address $work/uds-a >$work/master.log 2>&1 &
	master=$!
}

slave() {
	exec ip netns exec b ptp4l -i "$@" -s -m --step_threshold 0.00001 --logAnnounceInterval -2 \
		--summary_interval 1 --uds_address $work/uds-b >$work/slave.log 2>&1 &
	slave=$!
}

ptp_result() {
	result "$1" "$2"
	[ "$1" -eq 0 ] || tail -n 15 $work/master.log $work/slave.log | sed 's/^/# /'
}

part_ptp() {
	spoil_clock
	master simnic0 -2
	slave simnic1 -2
	locks 40 $LOCKED_NS simnic0 simnic1
	ptp_result $? "ptp4l over Ethernet locks to the other clock within $LOCKED_NS ns"
	[ "$(awk '$2 == "rx" && $8 == "88f7" && $11 ~ /^08/ && $6 { n++ } END { print n + 0 }' \
		$DEBUG/nics/simnic1/log)" -eq 0 ]
	result $? "general messages are not stamped"
	nic simnic0 delay_ns 3000
	locks 30 $((1000 + LOCKED_NS)) simnic0 simnic1 && ! within 900 offset simnic0 simnic1
	ptp_result $? "an asymmetry of 2 us shows as 1 us"
	nic simnic0 delay_ns 1000
	stop "$master" "$slave"

	clock simnic1 step_ns -4321000
	nic simnic0 jitter_ns 1000
	nic simnic0 jitter_shape 1
	master simnic0 -4 --twoStepFlag 0 --time_stamping onestep
	slave simnic1 -4
	locks 40 $JITTER_LOCKED_NS simnic0 simnic1
	ptp_result $? "ptp4l over UDP, one-step and with jitter, locks within $JITTER_LOCKED_NS ns"
	nic simnic0 jitter_ns 0
	locks 30 $LOCKED_NS simnic0 simnic1
	ptp_result $? "and within $LOCKED_NS ns when there is none"
	stop "$master" "$slave"
}

# Transmit stamps that come late or never, and too few slots.
part_stamps() {
	nic simnic1 tx_stamp_delay_ns 200000000
	master simnic0 -6
	slave simnic1 -6 --tx_timestamp_timeout 10
	sleep 6
	stop "$slave"
	grep -q "timed out while polling for tx timestamp" $work/slave.log
	ptp_result $? "a transmit stamp that comes late is missed"
	nic simnic1 tx_stamp_delay_ns 2000000
	nic simnic1 tx_stamp_lose_every 5
	nic simnic1 tx_stamp_timeout_ns 1000000
	slave simnic1 -6 --tx_timestamp_timeout 10
	sleep 12
	stop "$slave"
	[ "$(counter b simnic1 tx_hwtstamp_timeouts)" -gt 0 ]
	ptp_result $? "transmit stamps get lost on request and are counted"
	nic simnic1 tx_slots 0
	nic simnic1 tx_stamp_lose_every 0
	nic simnic1 tx_stamp_delay_ns 0
	slave simnic1 -6 --tx_timestamp_timeout 10
	sleep 6
	stop "$slave" "$master"
	[ "$(counter b simnic1 tx_hwtstamp_skipped)" -gt 0 ]
	ptp_result $? "without a slot there is no stamp, and that is counted"
	nic simnic1 tx_slots 16
}

part_phc2sys() {
	spoil_clock
	phc2sys -s "/dev/ptp$(ptp_of simnic0)" -c "/dev/ptp$(ptp_of simnic1)" -O 0 -R 8 -m \
		--step_threshold 0.00001 >$work/slave.log 2>&1 &
	slave=$!
	: >$work/master.log
	locks 30 2000 simnic0 simnic1
	ptp_result $? "phc2sys keeps one PHC on the other within 2 us"
	stop "$slave"
}

chrony_config() {
	cat >"$work/chrony-$1.conf" <<-CONF
	hwtimestamp simnic$2
	bindcmdaddress $work/chronyd-$1.sock
	cmdport 0
	pidfile $work/chronyd-$1.pid
	$3
	CONF
}

# Both serve and measure the same system clock: its true offset is 0.
part_chrony() {
	local data

	chrony_config a 0 "local stratum 1
	allow 10.9.0.0/24"
	chrony_config b 1 "server $ADDRESS_A minpoll 0 maxpoll 0 xleave"
	exec ip netns exec a chronyd -x -d -u root -f $work/chrony-a.conf >$work/master.log 2>&1 &
	master=$!
	exec ip netns exec b chronyd -x -d -u root -f $work/chrony-b.conf >$work/slave.log 2>&1 &
	slave=$!
	sleep 30
	data=$(chronyc -h $work/chronyd-b.sock ntpdata)
	stop "$master" "$slave"
	[[ $data == *"Interleaved     : Yes"*"TX timestamping : Hardware"*"RX timestamping : Hardware"* ]]
	ptp_result $? "chronyd has hardware stamps in both directions"
	awk '/^Offset / { print "# offset " $3 " s"; ok = $3 < 1e-7 && $3 > -1e-7 }
		END { exit !ok }' <<<"$data"
	ptp_result $? "chronyd measures the clock that it shares within 100 ns"
}

agent() {
	exec ip netns exec "$1" as-timesyncd --foreground --config "$work/$1.conf" >"$work/$2.log" 2>&1 &
}

ctl() { as-timesyncctl --socket "$work/$1.sock" "${@:2}"; }

# A number of the client's only source, in whole ns.
source_ns() {
	ctl b sources --json | sed -n "s/.*\"$1\":\([-0-9.e]*\).*/\1/p" |
		awk '{ printf "%.0f\n", $1 * 1e9 }'
}

hardware_stamps() {
	[[ $(ctl b sources --json) == *'"stamps":{"transmit":"hardware","receive":"hardware"}'* ]]
}

# offset_is MIN MAX: that of the last measurement
offset_is() {
	local ns
	ns=$(source_ns last_offset)
	echo "# last offset $ns ns, estimate $(source_ns offset) ns"
	[ "$ns" -ge "$1" ] && [ "$ns" -le "$2" ]
}

part_agent() {
	cat >$work/a.conf <<-CONF
	mode = "server"; allowclients = [ "10.9.0.0/24" ]; local = { stratum = 1; };
	control_clock = false; control_socket = "$work/a.sock"; state_dir = "";
	CONF
	cat >$work/b.conf <<-CONF
	sources = ( { address = "$ADDRESS_A"; min_poll = -2; max_poll = -2; } );
	control_clock = false; control_socket = "$work/b.sock"; state_dir = "";
	CONF
	spoil_clock
	agent a master
	master=$!
	agent b slave
	slave=$!
	sleep 20
	hardware_stamps
	ptp_result $? "as-timesyncd has hardware stamps in both directions"
	offset_is -100 100
	ptp_result $? "as-timesyncd measures the clock that it shares within 100 ns"
	nic simnic0 delay_ns 3000
	sleep 3
	offset_is 900 1100
	ptp_result $? "an asymmetry of 2 us shows as 1 us"
	nic simnic0 delay_ns 1000
	clock simnic0 step_ns 1000000
	clock simnic1 step_ns -7654321
	sleep 5
	hardware_stamps && offset_is -100 100
	ptp_result $? "clocks of NICs that are set by others do not disturb it"
	clock simnic0 precise 0
	clock simnic1 precise 0
	sleep 12
	hardware_stamps && offset_is -2000 2000
	ptp_result $? "nor NICs that lose their precise reading"
	nic simnic1 tx_stamp_lose_every 3
	nic simnic0 tx_slots 0
	sleep 5
	[[ $(ctl b sources --json) == *'"reach":255,'* ]]
	ptp_result $? "nor stamps that do not come"
	stop "$master" "$slave"
}

# What is in use must not keep the module, nor be hurt when it goes.
part_unload() {
	local i

	control pair late0 late1 - simnic0
	[ "$(ptp_of late0)" != "$(ptp_of simnic0)" ] && [ ! -e $DEBUG/clocks/late1 ]
	result $? "a pair can be added at run time, one end on a clock that is there"
	control clock alone && control wire alone 0 simnic0 2
	result $? "so can a clock without a NIC"
	in_ns a ip link add type simnic && ip -n a link del simnic1
	result $? "ip link adds and deletes a pair"
	ip netns del b
	for ((i = 0; i < 300; i++)); do
		[ -e $DEBUG/nics/simnic0 ] || [ -e $DEBUG/clocks/simnic1 ] || break
		sleep 0.1
	done
	echo "# after $i tenths of a second"
	[ ! -e $DEBUG/nics/simnic0 ] && [ ! -e $DEBUG/clocks/simnic1 ]
	result $? "a namespace that ends takes the pair along"
	ip link set late0 up
	ip link set late1 up
	ptp4l -i late0 -2 >/dev/null 2>&1 &
	master=$!
	sleep 1
	exec 9<"/dev/ptp$(ptp_of late0)"
	rmmod simnic
	result $? "the module goes while its clocks and NICs are in use"
	[ ! -e $DEBUG ] && [ -z "$(ls -d /sys/class/net/late* 2>/dev/null)" ]
	result $? "and leaves nothing"
	stop "$master"
	exec 9<&-
	insmod $work/simnic.ko pairs=2 && [ -e $DEBUG/nics/simnic3 ] && rmmod simnic
	result $? "it can be loaded and unloaded again"
}

mkdir $work
chmod 700 $work	# as chronyd wants it
stage
mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
insmod $work/simnic.ko
result $? "the module loads"
join
for part in ${ATS_SIMNIC_PARTS:-device ptp stamps phc2sys chrony agent unload}; do
	"part_$part"
done
finish
