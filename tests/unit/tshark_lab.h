/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of what tshark, whose authors read the standards too, makes of the messages and
 * TLVs that are built here: the same values, and nothing to complain of.
 */
#ifndef ATS_TEST_TSHARK_LAB_H
#define ATS_TEST_TSHARK_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "wire/bytes.h"
#include "wire/pcapng.h"
#include "wire/ptp_csptp.h"
#include "wire/ptp_management.h"
#include "wire/ptp_org.h"
#include "wire/ptp_unicast.h"

#define TIME_TAI (1790000037LL * NSEC_PER_SEC + 123456789)
#define CLOCK 0x001b21fffe7451a2ULL

enum { FRAMES = 64, EXPECTED = 20, ETHERNET = 14, ETHERTYPE = 0x88f7 };

static struct {
	const char *name;
	const char *expected[EXPECTED];
	size_t expectations;
} frame[FRAMES];
static size_t frames;
static u8 file[65536];
static size_t file_len;
static char dissected[1 << 20];

static inline void begin(void)
{
	memset(frame, 0, sizeof(frame));
	frames = 0;
	file_len = pcapng_section(file, sizeof(file), "test_ptp_dissect");
	file_len += pcapng_interface(file + file_len, sizeof(file) - file_len, PCAPNG_ETHERNET,
				     2048, "test0");
}

static inline struct ptp_message message(u8 type)
{
	return (struct ptp_message){
		.header = {
			.type = type, .minor_version = 1, .clock = CLOCK, .port = 1,
			.sequence = 7, .log_interval = PTP_LOG_INTERVAL_NONE,
		},
	};
}

/* A frame with @m; expect() says what is to be seen of it. */
static inline void add(const char *name, const struct ptp_message *m)
{
	static const u8 to[] = { 0x01, 0x1b, 0x19, 0, 0, 0, 0x00, 0x1b, 0x21, 0x74, 0x51, 0xa2 };
	u8 b[ETHERNET + PTP_MESSAGE_MAX] = { 0 };
	struct pcapng_packet p = { .utc = TIME_TAI, .frame = b, .direction = PCAPNG_OUTBOUND };
	size_t len, n;

	memcpy(b, to, sizeof(to));
	be16_put(b + sizeof(to), ETHERTYPE);
	len = ptp_message_build(m, b + ETHERNET, PTP_MESSAGE_MAX);
	assert_in_range(len, 1, PTP_MESSAGE_MAX);
	p.captured = p.length = (u32)(ETHERNET + len);
	n = pcapng_packet(file + file_len, sizeof(file) - file_len, &p);
	assert_in_range(n, 1, sizeof(file));
	file_len += n;
	assert_in_range(frames, 0, FRAMES - 1);
	frame[frames++].name = name;
}

static inline void add_tlv(const char *name, struct ptp_message m, const u8 *tlv, size_t len)
{
	assert_in_range(len, 1, PTP_MESSAGE_MAX);
	m.tlv = tlv;
	m.tlv_len = (u16)len;
	add(name, &m);
}

static inline void expect(const char *text)
{
	size_t *n = &frame[frames - 1].expectations;

	assert_in_range(*n, 0, EXPECTED - 1);
	frame[frames - 1].expected[(*n)++] = text;
}

static inline void check_frame(size_t i, const char *text)
{
	bool bad = strstr(text, "Malformed") || strstr(text, "[Expert Info (Warning") ||
		strstr(text, "[Expert Info (Error");
	size_t n;

	for (n = 0; n < frame[i].expectations; n++) {
		if (!strstr(text, frame[i].expected[n])) {
			print_message("# not seen: %s\n", frame[i].expected[n]);
			bad = true;
		}
	}
	if (bad) {
		print_message("%s\n", text);
		fail_msg("%s", frame[i].name);
	}
}

/* Each frame's text begins with "Frame N:" at the beginning of a line. */
static inline void check_all(char *text)
{
	char *at = strncmp(text, "Frame ", 6) ? NULL : text, *next;

	for (size_t i = 0; i < frames; i++, at = next) {
		assert_non_null(at);
		next = strstr(at, "\nFrame ");
		if (next)
			*next++ = '\0';
		check_frame(i, at);
	}
	assert_null(at);
}

static inline void dissect(void)
{
	char path[] = "/tmp/ats-ptp-XXXXXX", command[128];
	int fd = mkstemp(path);
	FILE *out;
	size_t n;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, file, file_len), file_len);
	close(fd);
	snprintf(command, sizeof(command), "tshark -n -V -r %s 2>/dev/null", path);
	out = popen(command, "r");
	assert_non_null(out);
	n = fread(dissected, 1, sizeof(dissected) - 1, out);
	dissected[n] = '\0';
	unlink(path);
	assert_int_equal(pclose(out), 0);
	check_all(dissected);
}

static inline bool no_tshark(void)
{
	return system("command -v tshark >/dev/null 2>&1");
}

/* A group of them has been added: look. */
static inline void look(void)
{
	if (no_tshark())
		skip();
	dissect();
}

#endif
