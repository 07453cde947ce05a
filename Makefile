# SPDX-License-Identifier: GPL-2.0-or-later
# One entry for everything: make, make run, make test, make check, make bench,
# make fuzz, make install; of the kernel module make modules, make modules_install,
# and make kmod for the guests. Another BUILD directory gives another set of objects.

CC ?= gcc
BUILD ?= build
PREFIX ?= /usr
SYSCONFDIR ?= /etc
DESTDIR ?=
VERSION := $(shell sed -n "s/^ATS_VERSION := //p" kmod/Kbuild)
TESTS ?=

PKGS := libevent_core libevent_extra libconfig jansson libsystemd nettle libnl-3.0 libnl-genl-3.0
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null)

OPT ?= -O2 -g
WARN := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wshadow -Wvla \
	-Wno-unused-parameter $(WERROR)
SAN ?=
ALL_CFLAGS = -std=gnu11 $(OPT) $(WARN) $(SAN) -fno-strict-aliasing -ffp-contract=off -fPIE \
	-DATS_VERSION='"$(VERSION)"' -DATS_SYSCONFDIR='"$(SYSCONFDIR)"' \
	-Iagent -Iagent/include -Iuapi $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(SAN) -pie $(LDFLAGS)

LIB_DIRS := wire core ntp ptp os config control kernel
LIB_SRC := $(foreach d,$(LIB_DIRS),$(wildcard agent/$(d)/*.c))
DAEMON_SRC := $(wildcard agent/daemon/*.c)
CTL_SRC := $(wildcard agent/ctl/*.c)
SIM_SRC := $(wildcard tests/sim/*.c)
UNIT_SRC := $(wildcard tests/unit/test_*.c)

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIB := $(BUILD)/libats.a
PROGRAMS := $(if $(DAEMON_SRC),$(BUILD)/as-timesyncd) $(if $(CTL_SRC),$(BUILD)/as-timesyncctl)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
UNIT_BIN := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))

# The last line of make test is that of the tests, not of make tidying up.
.SECONDARY:

.PHONY: all run test check bench fuzz install clean unit-programs sim
.PHONY: kmod modules modules_install
all: $(PROGRAMS)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(LIB): $(call obj,$(LIB_SRC))
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/as-timesyncd: $(call obj,$(DAEMON_SRC)) $(LIB)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

$(BUILD)/as-timesyncctl: $(call obj,$(CTL_SRC)) $(LIB)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

$(BUILD)/ats-sim: $(call obj,$(SIM_SRC)) $(LIB)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

# A unit test may reach into the daemon's objects, all but its main().
$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $(LIB) \
		$(filter-out %/main.o,$(call obj,$(DAEMON_SRC)) $(call obj,$(CTL_SRC)))
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $< $(filter-out %.a $<,$^) $(LIB) $(PKG_LIBS) -lcmocka -lm

# tests/fuzz/run builds these with clang and -fsanitize=fuzzer-no-link.
$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(LIB) \
		$(filter-out %/main.o,$(call obj,$(DAEMON_SRC)) $(call obj,$(CTL_SRC)))
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $< $(filter-out %.a $<,$^) $(LIB) \
		$(PKG_LIBS) -lm

unit-programs: $(UNIT_BIN)
sim: $(if $(SIM_SRC),$(BUILD)/ats-sim)

# For each guest kernel, in $(BUILD)/kmod/KERNEL.
kmod:
	scripts/build-kmod --out $(BUILD)/kmod

# For this host's kernel, or the one of KDIR, in $(BUILD)/kmod/RELEASE.
KDIR ?= /lib/modules/$(shell uname -r)/build
modules:
	scripts/build-kmod --out $(BUILD)/kmod $(KDIR)

modules_install: modules
	$(MAKE) -C $(KDIR) \
		M=$(abspath $(BUILD))/kmod/$(shell cat $(KDIR)/include/config/kernel.release) \
		modules_install

run: all
	scripts/lab

# TESTS names the parts to run, in the place of all.
test: all unit-programs sim
	$(if $(shell scripts/kernels),scripts/build-kmod --out $(BUILD)/kmod $$(scripts/kernels))
	scripts/run-tests $(TESTS)

check:
	scripts/check

bench: all
	tests/bench/run

fuzz:
	tests/fuzz/run

# An existing configuration stays. scripts/install-systemd adds the service.
install: all
	install -D -m 755 $(BUILD)/as-timesyncd $(DESTDIR)$(PREFIX)/sbin/as-timesyncd
	install -D -m 755 $(BUILD)/as-timesyncctl $(DESTDIR)$(PREFIX)/bin/as-timesyncctl
	for page in Documentation/man/*.[1-9]; do \
		install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/} \
			|| exit 1; \
	done
	[ -e $(DESTDIR)$(SYSCONFDIR)/as-timesync/config.conf ] || \
		install -D -m 644 scripts/config.conf \
			$(DESTDIR)$(SYSCONFDIR)/as-timesync/config.conf
	DESTDIR=$(DESTDIR) PREFIX=$(PREFIX) SYSCONFDIR=$(SYSCONFDIR) scripts/install-systemd

clean:
	rm -rf build

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
