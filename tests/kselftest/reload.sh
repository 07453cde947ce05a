#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module comes and goes while requests and other packets flow: not one is lost.
#
#	reload.sh
#
# ATS_RELOAD_RATE is how many packets a second flow, a tenth of them requests
# (5000); reload.bash says how long, and where the module is. Leaves it loaded.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC1091 # of the kernel, and there once installed
. "$here/../kselftest/ktap_helpers.sh"

. "$here/reload.bash"

rate=${ATS_RELOAD_RATE:-5000}
server=ats-server-$$
client=ats-client-$$

cleanup() {
	[ -z "${serving:-}" ] || kill "$serving" 2>/dev/null
	ip netns del $server 2>/dev/null
	ip netns del $client 2>/dev/null
	rm -f "$out"
}

make_wire() {
	ip netns add $server && ip netns add $client &&
		ip -n $server link set lo up &&
		ip -n $server link add wire type veth peer name wire netns $client &&
		ip -n $server link set wire up && ip -n $client link set wire up &&
		ip -n $server addr add 192.0.2.1/24 dev wire &&
		ip -n $client addr add 192.0.2.2/24 dev wire
}

ktap_print_header
ktap_set_plan 6
trap cleanup EXIT
make_wire || ktap_exit_fail_msg "cannot make the wire"
load || ktap_exit_fail_msg "$module does not load"
ip netns exec $server "$here/traffic" serve &
serving=$!
sleep 0.2
# until both know each other's address
ip netns exec $client "$here/traffic" ask 192.0.2.1 10 10 200 >"$out" ||
	ktap_exit_fail_msg "no traffic without a change either: $(cat "$out")"
ip netns exec $client "$here/traffic" ask 192.0.2.1 $((rate / 10)) $((rate - rate / 10)) \
	"$duration_ms" >"$out" &
asking=$!
reload_often
reloaded=$?
wait $asking
asked=$?
ktap_print_msg "$(cat "$out")"
ktap_test_result "the module is unloaded and loaded under traffic" [ $reloaded -eq 0 ]
ktap_test_result "every request is answered, every packet arrives" [ $asked -eq 0 ]
ktap_test_result "the module answered" [ "$(number by-module)" -gt 0 ]
ktap_test_result "the agent answered" [ "$(number by-agent)" -gt 0 ]

ip netns exec $client "$here/traffic" ask 192.0.2.1 100 100 200 >"$out"
ktap_print_msg "$(cat "$out")"
ktap_test_result "the module answers in the end" [ "$(number by-module)" -gt 0 ]

ip netns del $server
ktap_test_result "it is unloaded and loaded when its namespace is gone" eval "unload && load"
ktap_finished
