# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For cases of PTP, after lib.sh: all that daemons of ours send is recorded, and judged at
# the end of the case. Nothing else speaks PTP in a daemon's namespace while it runs.
# shellcheck disable=SC2154,SC2034	# lib.sh

CAPTURES=()

recorded() { [ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -ge 24 ]; }

# capture NS NAME: what goes out of the namespace, until `stop NAME`
capture() {
	local ns=$1 name=$2 interface mac options=() from='' file=$TMP/sent-${#CAPTURES[@]}.pcap

	command -v dumpcap >/dev/null || return 0
	while read -r interface _ mac _; do
		[ "$interface" != lo ] || continue
		options+=(-i "${interface%@*}")
		from+="${from:+ or }ether src $mac"
	done < <(ip -n "$ns" -br link show up)
	# the filter before the interfaces: for all of them; an old format, easily read
	spawn "$ns" "capture-$name" dumpcap -q -P -w "$file" -f \
		"($from) and (ether proto 0x88f7 or udp port 319 or udp port 320)" "${options[@]}"
	CAPTURES+=("$file")
	wait_for 5 recorded "$file" || { show_log "capture-$name"; return 1; }
}

# What was sent is what this case must send, and tshark has nothing against it.
judge_sent() {
	if ! command -v tshark >/dev/null || ! command -v dumpcap >/dev/null; then
		ok "tshark dissects all that was sent # SKIP no tshark: run scripts/setup"
		return
	fi
	python3 "$TOP/tests/netns/ptp-sent.py" "$(basename "$0" .sh)" "${CAPTURES[@]}"
}
