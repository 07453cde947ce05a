#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# PTP management: linuxptp's pmc asks our daemon, and is answered as by ptp4l; what may be
# changed from the network, and what not.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/netns/ptp-lib.bash"
. "$TOP/tests/netns/ptp-capture.bash"

# All that pmc of any version can GET
IDS=(NULL_MANAGEMENT CLOCK_DESCRIPTION USER_DESCRIPTION DEFAULT_DATA_SET CURRENT_DATA_SET
	PARENT_DATA_SET TIME_PROPERTIES_DATA_SET PRIORITY1 PRIORITY2 DOMAIN SLAVE_ONLY
	CLOCK_ACCURACY TRACEABILITY_PROPERTIES TIMESCALE_PROPERTIES MASTER_ONLY TIME_STATUS_NP
	GRANDMASTER_SETTINGS_NP PORT_DATA_SET LOG_ANNOUNCE_INTERVAL ANNOUNCE_RECEIPT_TIMEOUT
	LOG_SYNC_INTERVAL VERSION_NUMBER DELAY_MECHANISM LOG_MIN_PDELAY_REQ_INTERVAL
	PORT_DATA_SET_NP PORT_PROPERTIES_NP PORT_STATS_NP PORT_SERVICE_STATS_NP
	UNICAST_MASTER_TABLE_NP PORT_HWCLOCK_NP)
# ptp4l has these, ours has not, and says so
NOT_OURS=(ALTERNATE_TIME_OFFSET_ENABLE ALTERNATE_TIME_OFFSET_NAME
	ALTERNATE_TIME_OFFSET_PROPERTIES SUBSCRIBE_EVENTS_NP SYNCHRONIZATION_UNCERTAIN_NP
	POWER_PROFILE_SETTINGS_NP)

# Of linuxptp 3.1.1 and 4.2: pmc VERSION OPTION COMMAND...
pmc() {
	local version=$1 option=$2
	shift 2
	inside "$C" "$PEERS/$version/usr/sbin/pmc" -i c0 "$option" -b 1 "$@" 2>&1
}

# What was answered to each GET that this pmc can send: its name, what it is, its fields
shape() {
	awk '/^sending:/ { id[sent++] = $3 }
		/^sorry, / { sent-- }	# it cannot
		/ seq [0-9]+ RESPONSE / { now = $3; of[now] = id[now] " " $5; next }
		/^\t\t/ { of[now] = of[now] " " $1 }
		END { for (i = 0; i < sent; i++) print i in of ? of[i] : id[i] " none" }'
}
# shapes VERSION OPTION ID...
shapes() {
	local version=$1 option=$2
	shift 2
	pmc "$version" "$option" "${@/#/GET }" | shape
}

value() { pmc linuxptp "$1" "GET $2" | awk -v name="$3" '$1 == name { print $2 }'; }
is() { [ "$(value "$@")" = "$4" ]; }
# error OPTION COMMAND: answered with one, or says anything else
error() { pmc linuxptp "$1" "$2" | grep -q "RESPONSE MANAGEMENT_ERROR_STATUS"; }

ours() {
	agent "$S" ours "serve_ptp = ( { interface = \"s0\"; transport = \"$1\"; priority2 = 77;
		announce_interval = 0; announce_timeout = 2; } );
		ptp_management = { description = \"under test\"; $2 };"
	wait_for 10 port_is LISTENING MASTER || show_log ours
}
# port_is STATE...: of our port, as its host sees it
port_is() {
	local state
	state=$(ctl ours ptp --json | python3 -c \
		'import json, sys; print(json.load(sys.stdin)["ptp"][0]["ports"][0]["state"])')
	[[ " $* " = *" $state "* ]]
}

all_refused() {
	local line n=0
	while read -r line; do
		n=$((n + 1))
		[ "${line#* }" = MANAGEMENT_ERROR_STATUS ] || return 1
	done
	[ $n -gt 0 ]
}

# same THEIRS OURS: all were answered, and alike
same() { diff "$1" "$2" && [ "$(grep -c ' MANAGEMENT' "$2")" -ge 26 ]; }

# speaks VERSION OPTION: it answers at all, which begins some time after its start
speaks() { pmc "$1" "$2" "GET PRIORITY1" | grep -q 'RESPONSE MANAGEMENT PRIORITY1'; }

# compare TRANSPORT OPTION VERSION
compare() {
	local transport=$1 option=$2 version=$3 theirs=$TMP/shape-theirs mine=$TMP/shape-ours
	[ -x "$PEERS/$version/usr/sbin/pmc" ] || { ok "$version # SKIP it is not there"; return; }
	shapes "$version" "$option" "${IDS[@]}" >"$mine"
	shapes "$version" "$option" "${NOT_OURS[@]}" >"$TMP/shape-not-ours"
	stop ours
	spawn "$S" "$version" "$PEERS/$version/usr/sbin/ptp4l" -i s0 -S -m "$option" \
		--uds_address "$TMP/$version.uds" --free_running 1
	wait_for 10 speaks "$version" "$option" || show_log "$version"
	shapes "$version" "$option" "${IDS[@]}" >"$theirs"
	stop "$version"
	note "$version over $transport: $(wc -l <"$mine") ids"
	check "$transport, pmc of $version: each GET answered, as by ptp4l" same "$theirs" "$mine"
	check "$transport, pmc of $version: what there is not is an error" \
		all_refused <"$TMP/shape-not-ours"
}

values() {
	local transport=$1 option=$2
	check "$transport: values are those of the configuration" eval \
		"is $option DEFAULT_DATA_SET priority2 77 &&
		is $option CLOCK_DESCRIPTION profileId 00:1b:19:01:01:00 &&
		is $option PORT_DATA_SET announceReceiptTimeout 2"
	check "$transport: userDescription" \
		grep -q 'userDescription *under test' <<<"$(pmc linuxptp "$option" 'GET USER_DESCRIPTION')"
	check "$transport: SET is refused, and changes nothing" eval \
		"error $option 'SET PRIORITY1 5' && is $option PRIORITY1 priority1 128"
	check "$transport: set on the host, seen from the network" eval \
		"ctl ours ptp set PRIORITY1 priority1=99 >/dev/null && is $option PRIORITY1 priority1 99"
}

# request ANSWER ARGUMENT...: manage.py says so
request() {
	local want=$1 got
	shift
	got=$(ip netns exec "$C" python3 "$TOP/tests/netns/manage.py" "$C4" "$@")
	# shellcheck disable=SC2053	# a pattern
	[[ $got = $want ]] || { note "$*: $got"; return 1; }
}

# Octet by octet, what pmc would not send
wrong() {
	# managementErrorId and managementId follow the TLV's head
	check "no such id: NO_SUCH_ID" request "2 2 00021fff*" 0 1fff
	check "too short: WRONG_LENGTH" request "2 2 00032005*" 1 2005
	check "too long: WRONG_LENGTH" request "2 2 00032005*" 1 2005 050000000000
	check "outside the profile: WRONG_VALUE" request "2 2 00042009*" 1 2009 0900
	check "not to be set: NOT_SETABLE" request "2 2 00052004*" 1 2004 0000
	check "a COMMAND that is none: NOT_SUPPORTED" request "4 2 00062005*" 3 2005
}

allowed() {
	check "SET where it is allowed" eval "pmc linuxptp -4 'SET PRIORITY1 5' |
		grep -q 'RESPONSE MANAGEMENT PRIORITY1' && is -4 PRIORITY1 priority1 5"
	check "quality that is measured is not set" \
		error -4 "SET GRANDMASTER_SETTINGS_NP clockClass 6 clockAccuracy 0x21 offsetScaledLogVariance 0x4e5d currentUtcOffset 37 leap61 0 leap59 0 currentUtcOffsetValid 1 ptpTimescale 1 timeTraceable 1 frequencyTraceable 1 timeSource 0x20"
	wrong
	check "COMMAND DISABLE_PORT" eval "request '4 1 200e' 3 200e && port_is DISABLED"
	check "a disabled port hears ENABLE_PORT" eval \
		"request '4 1 200d' 3 200d && port_is LISTENING MASTER"
}

# answers ID: to as-timesyncctl at the other end of the link, asking all there are
answers() { ctl asker ptp get "$1" --all --wait 0.2 --json; }
understood() {
	local id out failed=0
	for id in "${IDS[@]}"; do
		out=$(answers "$id")
		case $1:$id in
		# 3.1.1 does not know them
		linuxptp:MASTER_ONLY | linuxptp:PORT_SERVICE_STATS_NP | \
			linuxptp:UNICAST_MASTER_TABLE_NP | linuxptp:PORT_HWCLOCK_NP)
			[[ $out = *'"error":"NO_SUCH_ID"'* ]] ;;
		*:PORT_PROPERTIES_NP | *:PORT_HWCLOCK_NP) [[ $out = *'"error":"NOT_SUPPORTED"'* ]] ;;
		*) [[ $out = *'"data":{'* ]] ;;
		esac || { note "$id: $out"; failed=1; }
	done
	return $failed
}

# of ours, by itself
own() { ctl asker ptp get "$1" --json; }
follows() {
	[[ $(own PORT_DATA_SET) = *'"portState":'[89],* ]] &&
		[[ $(own PARENT_DATA_SET) = *'"grandmasterPriority1":33'* ]] &&
		[[ $(own CURRENT_DATA_SET) = *'"stepsRemoved":1'* ]] &&
		[[ $(own CURRENT_DATA_SET) != *'"meanDelay":0.0'* ]] &&
		[[ $(own TIME_STATUS_NP) = *'"gmPresent":1'* ]] &&
		[[ $(own TIME_STATUS_NP) != *'"ingress_time":0,'* ]]
}

# ask_ptp4l VERSION: the other way round
ask_ptp4l() {
	local version=$1
	[ -x "$PEERS/$version/usr/sbin/ptp4l" ] || { ok "$version # SKIP it is not there"; return; }
	spawn "$S" theirs "$PEERS/$version/usr/sbin/ptp4l" -i s0 -S -m -4 --priority1 33 \
		--uds_address "$TMP/theirs.uds" --free_running 1
	agent "$C" asker "sources = ( { protocol = \"ptp\"; interface = \"c0\";
		transport = \"ipv4\"; } );"
	wait_for 10 eval "answers PRIORITY1 | grep -q '\"priority1\":33'" || show_log theirs
	check "ours asks ptp4l of $version: all answers are understood" understood "$version"
	check "ours asks ptp4l of $version: SET is refused" eval \
		"ctl asker ptp set PRIORITY1 priority1=5 --all --wait 0.2 | grep -q NOT_SUPPORTED"
	check "what ours says of itself as its time-receiver" wait_for 10 follows
	stop asker
	stop theirs
}

# Between pmc and ptp4l: what is for others goes on, and so do their answers.
clocks() { pmc linuxptp -2 -b "$1" "GET PRIORITY1" | grep -c 'RESPONSE MANAGEMENT PRIORITY1'; }
passed_on() { [ "$(clocks 1)" = 2 ] && [ "$(clocks 0)" = 1 ]; }
between() {
	local far=ats-$$-d
	add_namespace "$far"
	join "$S" s1 "$far" d0
	agent "$S" ours "serve_ptp = ( { interface = [ \"s0\", \"s1\" ]; transport = \"ethernet\";
		announce_interval = 0; announce_timeout = 2; } );"
	spawn "$far" theirs "$PTP4L" -i d0 -S -m -2 --slaveOnly 1 --free_running 1 \
		--uds_address "$TMP/theirs.uds" --logAnnounceInterval 0
	check "a boundary clock passes management on, as far as its hops go" \
		wait_for 15 passed_on || { show_log ours; show_log theirs; clocks 1; }
	stop theirs
	stop ours
}

need "$PTP4L" agent
lab
for pair in ipv4:-4 ipv6:-6 ethernet:-2; do
	transport=${pair%:*} option=${pair#*:}
	ours "$transport" ""
	values "$transport" "$option"
	compare "$transport" "$option" linuxptp
	ours "$transport" ""
	compare "$transport" "$option" linuxptp-4.2
	stop ours
done
ours ipv4 "set = true; command = true;"
allowed
stop ours
ours ipv4 "get = false;"
check "GET is refused where it is not allowed" error -4 "GET PRIORITY1"
check "and counted" eval "ctl ours ptp --json | grep -q '\"denied\":[1-9]'"
stop ours
ask_ptp4l linuxptp-4.2
ask_ptp4l linuxptp
between
judge_sent
