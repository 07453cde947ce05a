#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module comes and goes while it serves a PTP port: each Delay_Req is answered once,
# by it or by the agent, and Syncs go out while it is there.
#
#	ptp_reload.sh
#
# ATS_PTP_RATE is how many requests a second come (2000); reload.bash says how long, and
# where the module is. Leaves it loaded.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC1091 # of the kernel
. "$here/../kselftest/ktap_helpers.sh"

. "$here/reload.bash"

rate=${ATS_PTP_RATE:-2000}
trap 'rm -f "$out"' EXIT

ktap_print_header
ktap_set_plan 6
load || ktap_exit_fail_msg "$module does not load"
"$here/ptp_traffic" "$rate" "$duration_ms" >"$out" &
asking=$!
# as long as the traffic takes to begin
sleep 1
reload_often
reloaded=$?
wait $asking
asked=$?
ktap_print_msg "$(cat "$out")"
ktap_test_result "the module is unloaded and loaded while it serves PTP" [ $reloaded -eq 0 ]
ktap_test_result "every Delay_Req is answered, and once" [ $asked -eq 0 ]
ktap_test_result "the module answered" [ "$(number by-module)" -gt 0 ]
ktap_test_result "the agent answered" [ "$(number by-agent)" -gt 0 ]
ktap_test_result "the module sent Syncs" [ "$(number syncs)" -gt 0 ]
ktap_test_result "and Follow_Ups" [ "$(number follow-ups)" -gt 0 ]
ktap_finished
