# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Clocks of simnic, a servo of the kernel module and linuxptp's phc2sys side by side,
# and how far their clocks really are from the reference. In a guest.
# shellcheck disable=SC2154

DEBUG=/sys/kernel/debug/simnic
work=/tmp/servo

# stage KMOD BUILD PEERS. Under --icount the guest's time runs away while the guest
# waits for files of the machine: all that runs from here on is in its memory.
stage() {
	local lib

	mkdir -p $work/bin $work/lib
	cp "$2/as-timesyncctl" "$3/linuxptp/usr/sbin/phc2sys" $work/bin/
	# busybox's awk has no square root
	cp "$(type -P ip)" $work/bin/
	cp "$(readlink -f "$(type -P awk)")" $work/bin/awk
	ldd $work/bin/* | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p' | sort -u | while read -r lib; do
		cp "$lib" $work/lib/
	done
	/run/ats/busybox --install -s $work/bin 2>/dev/null
	cp "$1/simnic.ko" "$1/as_timesync.ko" $work/
	mkfifo $work/never
	exec 9<>$work/never
	export PATH=$work/bin:$PATH LD_LIBRARY_PATH=$work/lib
}

# The directory below $1 with the modules of this kernel.
kmod_here() {
	local module

	for module in "$1"/*/simnic.ko; do
		! grep -aq "^vermagic=$(uname -r) \|[[:cntrl:]]vermagic=$(uname -r) " "$module" || {
			dirname "$module"
			return
		}
	done
	return 1
}

load() {
	mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
	insmod $work/simnic.ko pairs=0 && insmod $work/as_timesync.ko
}

ctl() { as-timesyncctl kernel "$@"; }

# One field of a servo: field ID KEY
field() {
	ctl servo --json | sed "s/.*{\"id\":[ ]*$1,\([^}]*\)}.*/\1/" |
		sed -n "s/.*\"$2\":[ ]*\"\{0,1\}\([^,\"]*\).*/\1/p"
}

# A builtin: nothing is started that would cost time.
pause() { read -rt "$1" <&9; }

ptp_of() { sed -n 's/^ptp //p' "$DEBUG/clocks/$1/state"; }

# clock NAME PPB WANDER_PPT READ_NS
clock() {
	echo "clock $1" >$DEBUG/control
	echo "$2" >"$DEBUG/clocks/$1/frequency_ppb"
	echo "$4" >"$DEBUG/clocks/$1/read_ns"
	# the same walk for each of them
	echo 7 >"$DEBUG/clocks/$1/seed"
	echo "$3" >"$DEBUG/clocks/$1/wander_ppt"
}

# Somebody steers this clock.
is_steered() { ! grep -q "^adjustment_ppt 0$" "$DEBUG/clocks/$1/state"; }

# until_true SECONDS COMMAND...
until_true() {
	local i n=$(($1 * 10))
	shift

	for ((i = 0; i < n; i++)); do
		! "$@" >/dev/null 2>&1 || return 0
		pause 0.1
	done
	"$@"
}

# Each reading of the file is of its own instant, and bash goes back in it after every
# line that "read" reads: only as a whole it makes sense.
readings() { mapfile -t lines <"$DEBUG/clocks/$1/offsets"; }

# The true offset of clock $2 from clock $1, in whole ns.
offset() {
	local lines line

	readings "$1"
	for line in "${lines[@]}"; do
		[ "${line% *}" != "$2" ] || echo "${line#* }"
	done | sed 's/\..*//'
}

# The time base of simnic, and the true offset of clock $2 from clock $1, of one instant,
# in whole ns.
instant() {
	local lines

	readings "$1"
	printf '%s\n' "${lines[@]}" |
		awk -v c="$2" '$1 == "base" { b = $2 } $1 == c { o = $2 } END { print b, o }' |
		sed 's/\.[0-9]*//g'
}

# truth REFERENCE COUNT SECONDS CLOCK...: so many lines with the offsets of all CLOCKs
# at one instant, in as many seconds, never in step with a servo
truth() {
	local reference=$1 count=$2 seconds=$3 i name lines line wait
	local -A now
	shift 3

	for ((i = 0; i < count; i++)); do
		wait=$((seconds * 1000000 / count))
		wait=$((wait / 2 + RANDOM * (wait / 256) / 128))
		pause "$((wait / 1000000)).$(printf %06d $((wait % 1000000)))"
		readings "$reference"
		for line in "${lines[@]}"; do
			now[${line% *}]=${line#* }
		done
		line=
		for name in "$@"; do
			line+=" ${now[$name]}"
		done
		echo "$line"
	done
}

# Of column $1 of what truth printed: RMS, mean and largest, in ns.
rms() {
	awk -v c="$1" '{ s += $c * $c; m += $c; a = $c < 0 ? -$c : $c; if (a > w) w = a; n++ }
		END { printf "%.1f %.1f %.1f\n", sqrt(s / n), m / n, w }'
}
