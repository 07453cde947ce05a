#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Does tshark see in DIR/tap.pcapng what was recorded at the times of DIR/tap.times?
#
#	capture.sh DIR

set -uo pipefail

dir=${1:?}
bad=0

fields() {
	tshark -r "$dir/tap.pcapng" -T fields "$@" 2>/dev/null
}

differ() {
	echo "# $*"
	bad=1
}

# Seconds with nine digits, as nanoseconds.
times=$(fields -e frame.time_epoch | tr -d .)
[ "$times" = "$(cat "$dir/tap.times")" ] || differ "the times are others"
[ -n "$times" ] || differ "there are none"

while read -r protocols comment; do
	case $protocols in
	*:ptp | *:ntp) ;;
	*) differ "no time message: $protocols" ;;
	esac
	[[ $comment == "software "* ]] || differ "no stamps in the comment: $comment"
done < <(fields -E separator=' ' -e frame.protocols -e frame.comment)

others=$(fields -e frame.interface_name -e frame.packet_flags_direction -e _ws.malformed |
	sort -u)
[ "$(tr -d '[:space:]' <<<"$others")" = b00x00000001 ] ||
	differ "not all came in at b0, and whole: $others"
exit $bad
