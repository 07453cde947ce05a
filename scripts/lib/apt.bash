# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Fetching Debian packages, for scripts/setup and scripts/debug-kernel. Needs
# $cache, and $tmp, a directory that the caller removes; cleanup of this file is
# to run at exit.

export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

APT=(apt-get -qq -y -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3
     -o Acquire::http::Timeout=30 -o APT::Sandbox::User=root)

self=$(basename "$0")
say() { echo "$self: $*"; }
die() { echo "$self: $*" >&2; exit 1; }

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"
	else
		die "needs root to run: $*"
	fi
}

# One setup at a time: it writes to the cache.
lock_cache() {
	mkdir -p "$cache"
	exec 9>"$cache/lock"
	flock -w 1800 9 || die "another setup holds $cache/lock"
}

# Under sudo the cache is the one of the user who called it.
give_cache_back() {
	if [ "$(id -u)" -eq 0 ] && [ -n "${SUDO_USER:-}" ] && [ -z "${ATS_CACHE:-}" ]; then
		chown -R "$SUDO_USER:" "$cache"
	fi
}

apt_update() {
	[ -z "${updated:-}" ] || return 0
	say "apt-get update"
	as_root "${APT[@]}" update || say "apt-get update failed: going on with the lists at hand"
	updated=yes
}

# A package that brings a service must not start it.
forbid_services() {
	[ -e /usr/sbin/policy-rc.d ] && return 0
	as_root sh -c 'printf "#!/bin/sh\nexit 101\n" >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d'
	policy=made
}

cleanup() {
	[ -z "${policy:-}" ] || as_root rm -f /usr/sbin/policy-rc.d
	[ -z "${tmp:-}" ] || rm -rf "$tmp"
}

apt_install() {
	apt_update
	forbid_services
	say "installing: $*"
	as_root "${APT[@]}" install --no-install-recommends "$@" >"$tmp/apt.log" 2>&1 || {
		tail -n 30 "$tmp/apt.log" >&2
		die "apt-get install failed"
	}
}

fetch_debs() {
	local dir=$1
	shift

	mkdir -p "$dir"
	(cd "$dir" && "${APT[@]}" download "$@") || die "cannot download: $*"
}

unpack_debs() {
	local dir=$1 deb
	shift

	mkdir -p "$dir"
	for deb in "$@"; do
		dpkg-deb -x "$deb" "$dir"
	done
}

# Names of what a package depends on: the first of alternatives, without versions.
dependencies() {
	dpkg-deb -f "$1" Depends | tr ',' '\n' | sed -e 's/|.*//' -e 's/(.*//' -e 's/[[:space:]]//g'
}

# Another release's packages: after this, apt-get and apt-cache of this shell know
# that suite alone, with lists and cache of their own. The system's apt is not
# touched. For a subshell: nothing leads back.
use_suite() {
	local dir=$cache/apt/$1

	mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial"
	: >"$dir/status"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
		"http://deb.debian.org/debian $1 main" >"$dir/sources.list"
	SUITE=(-o "Dir::Etc::SourceList=$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
		-o "Dir::State=$dir/state" -o "Dir::State::status=$dir/status"
		-o "Dir::Cache=$dir/cache" -o Acquire::Languages=none)
	APT+=("${SUITE[@]}")
	say "apt-get update ($1)"
	"${APT[@]}" update || die "cannot read the package lists of $1"
	updated=yes
}

apt_cache() { apt-cache "${SUITE[@]}" "$@"; }
SUITE=()

# Programs of another suite want its C library and other libraries: what the
# packages $3... need is unpacked into $1/runtime, and each of their programs below
# $1/$2 becomes a script that starts it with these.
give_runtime() {
	local dir=$1 programs=$1/$2 deb parts file
	shift 2

	mapfile -t parts < <(for deb in "$@"; do dependencies "$deb"; done |
		grep -E '^(lib|zlib)' | sort -u)
	fetch_debs "$tmp/runtime" libgcc-s1 libzstd1 "${parts[@]}"
	unpack_debs "$dir/runtime" "$tmp"/runtime/*.deb
	rm -rf "$tmp/runtime"
	while IFS= read -r -d '' file; do
		[ "$(head -c 4 "$file" | tr -d '\177\0')" = ELF ] || continue
		mv "$file" "$file.elf"
		cat >"$file" <<-SCRIPT
		#!/bin/sh
		exec $dir/runtime/usr/lib64/ld-linux-x86-64.so.2 --argv0 "\$0" \\
			--library-path $dir/runtime/usr/lib/x86_64-linux-gnu $file.elf "\$@"
		SCRIPT
		chmod 755 "$file"
	done < <(find "$programs" -type f -perm -100 -print0)
}
