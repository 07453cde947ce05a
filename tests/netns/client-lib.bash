# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For the client-*.sh cases, after lib.sh: what our client says of itself.

# is NAME EXPRESSION: see state.py
is() { python3 "$TOP/tests/netns/state.py" "$TMP/$1.sock" "$2" 2>/dev/null; }
show() { python3 "$TOP/tests/netns/state.py" "$TMP/$1.sock" print "$2" 2>&1; }
call() { python3 "$TOP/tests/netns/state.py" "$TMP/$1.sock" call "$2" 2>&1; }

# liar NS NAME ADDRESS MODE [ARGUMENT]
liar() {
	local ns=$1 name=$2
	shift 2
	[ -x "$TMP/liar" ] || ${CC:-cc} -O2 -o "$TMP/liar" "$TOP/tests/netns/liar.c" || return 1
	spawn "$ns" "$name" "$TMP/liar" "$1" 123 "${@:2}"
}

# expect DESCRIPTION SECONDS EXPRESSION: true of cli within so many seconds.
expect() {
	local what=$1 seconds=$2
	if wait_for "$seconds" is cli "$3"; then
		ok "$what"
	else
		not_ok "$what"
		show cli '"\n".join("# %s %s reach %o offset %s %s" % (s["address"], s["state"], s["reach"], s["offset"], [p["answers"] for p in peers if p["address"] == s["address"]]) for s in sources)'
		show_log cli
	fi
}

# The figures of one source, for people: true offset is 0, both ends share one clock.
figures() {
	note "$1: $(show cli "'offset %+.0f ns, jitter %.0f ns, delay %.0f ns, %d samples' % tuple([1e9 * source('$1')[k] for k in ('offset', 'jitter', 'delay')] + [source('$1')['samples']])")"
}
