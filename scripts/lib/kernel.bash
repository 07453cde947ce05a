# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Guest kernels below $cache/kernel/NAME, for scripts/setup:
#
#	boot/ lib/modules/	the kernel, unpacked
#	release			what uname -r says there
#	headers/build		what /lib/modules/RELEASE/build is on a host
#	extra			there if nobody gets it who did not ask for it
#	complete, headers/complete	that part is all there
#
# and $cache/linux-source: the files of the kernel's source that tests use.

# Kernels of this release: name, and the package that depends on the newest image;
# the release's own first, others only where apt knows them.
kernels() {
	[ "$arch" = amd64 ] || return 0
	case $release in
	12) echo "6.1 linux-image-amd64"; echo "6.12 linux-image-6.12-amd64 optional" ;;
	13) echo "6.12 linux-image-amd64" ;;
	esac
}

missing_kernels() {
	local line

	while read -r line; do
		[ -e "$cache/kernel/${line%% *}/complete" ] ||
			[ -e "$cache/kernel/${line%% *}.unavailable" ] || echo "$line"
	done < <(kernels)
}

missing_headers() {
	local line dir

	while read -r line; do
		dir=$cache/kernel/${line%% *}
		[ -e "$dir/headers/complete" ] || [ -e "$dir.unavailable" ] || echo "${line%% *}"
	done < <(kernels)
}

fetch_kernel() {
	local name=$1 meta=$2 optional=${3:-} image

	apt_update
	image=$( (apt_cache depends "$meta" 2>/dev/null || true) |
		sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
	if [ -z "$image" ]; then
		[ -n "$optional" ] || die "no kernel image behind $meta"
		say "apt knows no $meta: going without guest kernel $name"
		touch "$cache/kernel/$name.unavailable"
		return
	fi
	unpack_kernel "$name" "$image"
}

# In newer Debian releases the kernel is in packages that linux-image depends on.
unpack_kernel() {
	local name=$1 image=$2 dir=$cache/kernel/$1 debs=$tmp/$1 parts

	say "unpacking $image into $dir"
	fetch_debs "$debs" "$image"
	mapfile -t parts < <(dependencies "$debs"/*.deb | grep -E '^linux-(base|binary|modules)-[0-9]')
	[ ${#parts[@]} -eq 0 ] || fetch_debs "$debs" "${parts[@]}"
	rm -rf "$dir"
	unpack_debs "$dir" "$debs"/*.deb
	# scripts/vm bind-mounts this over the guest's /lib/modules
	if [ -d "$dir/usr/lib/modules" ] && [ ! -d "$dir/lib/modules" ]; then
		mkdir -p "$dir/lib"
		mv "$dir/usr/lib/modules" "$dir/lib/modules"
	fi
	image=$(basename "$dir"/lib/modules/*)
	if [ -e "$dir/lib/modules/$image/vmlinuz" ]; then
		mkdir -p "$dir/boot"
		mv "$dir/lib/modules/$image/vmlinuz" "$dir/boot/vmlinuz-$image"
	fi
	PATH=$PATH:/usr/sbin:/sbin depmod -b "$dir" "$image"
	echo "$image" >"$dir/release"
	touch "$dir/complete"
}

# Headers and build tools, as scripts/build-kmod wants them. Not installed, because
# the headers of some kernels would pull the kernel itself.
fetch_headers() {
	local name=$1 dir=$cache/kernel/$1/headers debs=$tmp/$1-headers release parts

	release=$(cat "$cache/kernel/$name/release")
	apt_update
	say "unpacking headers of $release into $dir"
	fetch_debs "$debs" "linux-headers-$release"
	mapfile -t parts < <(dependencies "$debs"/*.deb |
		grep -E '^linux-(headers-.*-common|kbuild-|base-[0-9])')
	fetch_debs "$debs" "${parts[@]}"
	rm -rf "$dir"
	unpack_debs "$dir" "$debs"/*.deb
	sed -i "s#/usr/src/#$dir/usr/src/#" "$dir/usr/src/linux-headers-$release/Makefile"
	ln -s "usr/src/linux-headers-$release" "$dir/build"
	if [ ${#SUITE[@]} -gt 0 ]; then
		give_runtime "$dir" usr/lib "$debs"/linux-kbuild-*.deb
		suit_compiler "$dir/build"
	fi
	touch "$dir/complete"
}

# Headers of another suite are for its compiler: have them use this machine's, and
# say nothing of what it may lack.
suit_compiler() {
	local dir=$1 option

	sed -i 's/gcc-[0-9][0-9]*$/gcc/' "$dir/.kernelvariables"
	sed -i "s/^\(CONFIG_PAHOLE_VERSION=\).*/\1$(pahole --numeric_version)/" \
		"$dir/include/config/auto.conf"
	for option in CC_HAS_MIN_FUNCTION_ALIGNMENT CC_HAS_COUNTED_BY CC_HAS_COUNTED_BY_PTR; do
		sed -i "/^CONFIG_$option=/d" "$dir/include/config/auto.conf"
		sed -i "/^#define CONFIG_$option /d" "$dir/include/generated/autoconf.h"
	done
}

# A kernel that only those get who ask: the newest VERSION.* of Debian unstable.
fetch_extra_kernel() (
	local name=$1 image

	use_suite sid
	image=$(apt_cache pkgnames "linux-image-$name." | grep -E "^linux-image-[0-9.]+\+deb[0-9]+-$arch$" |
		sort -V | tail -n 1)
	[ -n "$image" ] || die "Debian unstable has no linux $name, but has" \
		"$(apt_cache depends "linux-image-$arch" | sed -n 's/.*Depends: linux-image-//p')"
	unpack_kernel "$name" "$image"
	touch "$cache/kernel/$name/extra"
	fetch_headers "$name"
)

# What tests and checks use of the kernel's source, as patterns of its archive.
SOURCE_FILES=(
	tools/testing/selftests/lib.mk
	tools/testing/selftests/run_kselftest.sh
	tools/testing/selftests/kselftest.h
	tools/testing/selftests/kselftest_harness.h
	tools/testing/selftests/kselftest/runner.sh
	tools/testing/selftests/kselftest/prefix.pl
	tools/testing/selftests/kselftest/ktap_helpers.sh
	tools/net/ynl
	Documentation/netlink
	scripts/checkpatch.pl
	scripts/const_structs.checkpatch
	scripts/spelling.txt
)

SOURCE_PACKAGE=linux-source-6.12

missing_source() {
	[ -e "$cache/linux-source/complete" ] || [ -e "$cache/linux-source.unavailable" ] ||
		echo "files of $SOURCE_PACKAGE"
}

# The archive of the kernel's source, from its package, to standard output.
source_archive() {
	fetch_debs "$tmp/source" "$SOURCE_PACKAGE"
	dpkg-deb --fsys-tarfile "$tmp"/source/*.deb |
		tar -xO "./usr/src/$SOURCE_PACKAGE.tar.xz"
	rm -rf "$tmp/source"
}

fetch_source() {
	local dir=$cache/linux-source

	apt_update
	if [ -z "$(apt_cache pkgnames "$SOURCE_PACKAGE")" ]; then
		say "apt knows no $SOURCE_PACKAGE: going without kernel selftests"
		touch "$dir.unavailable"
		return
	fi
	say "unpacking parts of $SOURCE_PACKAGE into $dir"
	rm -rf "$dir"
	mkdir -p "$dir"
	source_archive | tar -xJ -C "$dir" --strip-components=1 \
		"${SOURCE_FILES[@]/#/$SOURCE_PACKAGE/}"
	touch "$dir/complete"
}
