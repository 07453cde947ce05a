// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PTP clocks as their users see them, for the guest test of simnic:
 *
 *	phc-test /dev/ptpA /dev/ptpB
 *	phc-test --brackets READ_NS JITTER_NS /dev/ptpA
 *
 * The second: the brackets only, of a clock with these settings of simnic.
 * Both must run at the rate of CLOCK_MONOTONIC_RAW. Pin 0 of A is wired to pin 2 of
 * B, WIRE_NS long. Prints lines "ok NAME" and "not ok NAME".
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/ptp_clock.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_SEC 1000000000LL
#define FD_TO_CLOCKID(fd) ((clockid_t)((~(unsigned int)(fd) << 3) | 3))

#define WIRE_NS 250
#define PERIOD_NS 10000000LL
#define EDGES 10

static bool failed;

__attribute__((format(printf, 2, 3)))
static bool check(bool ok, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	printf(ok ? "ok " : "not ok ");
	vprintf(name, args);
	putchar('\n');
	va_end(args);
	failed |= !ok;
	return ok;
}

static int64_t ns_of(const struct ptp_clock_time *t)
{
	return t->sec * NSEC_PER_SEC + t->nsec;
}

static int64_t gettime_ns(clockid_t id)
{
	struct timespec ts = { 0 };

	if (clock_gettime(id, &ts))
		perror("clock_gettime");
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static void sleep_ms(int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

struct cross {
	int64_t device, real, raw;
};

static bool cross(int fd, struct cross *c)
{
	struct ptp_sys_offset_precise o = { 0 };

	if (ioctl(fd, PTP_SYS_OFFSET_PRECISE, &o))
		return false;
	*c = (struct cross) {
		ns_of(&o.device), ns_of(&o.sys_realtime), ns_of(&o.sys_monoraw),
	};
	return true;
}

/* Reading of the clock less that of CLOCK_MONOTONIC_RAW. */
static int64_t ahead_of_raw(int fd)
{
	struct cross c = { 0 };

	check(cross(fd, &c), "PTP_SYS_OFFSET_PRECISE");
	return c.device - c.raw;
}

static bool near(int64_t a, int64_t b, int64_t within)
{
	return llabs(a - b) <= within;
}

static void test_caps(int fd)
{
	struct ptp_clock_caps caps = { 0 };

	check(!ioctl(fd, PTP_CLOCK_GETCAPS2, &caps) && caps.max_adj > 1000000 &&
	      caps.n_ext_ts == 2 && caps.n_per_out == 2 && caps.pps == 1 && caps.n_pins == 4 &&
	      caps.cross_timestamping == 1, "PTP_CLOCK_GETCAPS2 tells its abilities");
}

static bool adjust(int fd, struct timex tx)
{
	return syscall(SYS_clock_adjtime, FD_TO_CLOCKID(fd), &tx) >= 0;
}

static void test_set(int fd)
{
	struct timespec ts = { 1700000000, 500000000 };
	int64_t before, after, passed;

	check(!clock_settime(FD_TO_CLOCKID(fd), &ts), "clock_settime");
	passed = gettime_ns(FD_TO_CLOCKID(fd)) - (ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec);
	check(passed > 0 && passed < NSEC_PER_SEC, "clock_gettime goes on from there");

	before = ahead_of_raw(fd);
	check(adjust(fd, (struct timex) { .modes = ADJ_SETOFFSET | ADJ_NANO,
					  .time = { 1, 500000000 } }), "ADJ_SETOFFSET");
	after = ahead_of_raw(fd);
	check(near(after - before, 1500000000, 1), "forward, to the nanosecond");
	check(adjust(fd, (struct timex) { .modes = ADJ_SETOFFSET | ADJ_NANO,
					  .time = { -1, 750000000 } }), "ADJ_SETOFFSET");
	before = ahead_of_raw(fd);
	check(near(before - after, -250000000, 1), "and back");
	check(adjust(fd, (struct timex) { .modes = ADJ_OFFSET | ADJ_NANO, .offset = -1234 }),
	      "ADJ_OFFSET");
	check(near(ahead_of_raw(fd) - before, -1234, 1), "moves the phase");
}

static void test_frequency(int fd)
{
	struct cross a = { 0 }, b = { 0 };
	struct timex tx = { 0 };
	int64_t expected;

	check(adjust(fd, (struct timex) { .modes = ADJ_FREQUENCY, .freq = -40 * 65536 }) &&
	      cross(fd, &a), "ADJ_FREQUENCY");
	sleep_ms(200);
	cross(fd, &b);
	expected = -(b.raw - a.raw) * 40 / 1000000;
	check(b.raw - a.raw >= 200000000 &&
	      near((b.device - a.device) - (b.raw - a.raw), expected, 2),
	      "a clock slowed by 40 ppm is slower by 40 ppm");
	check(syscall(SYS_clock_adjtime, FD_TO_CLOCKID(fd), &tx) >= 0 && tx.freq == -40 * 65536,
	      "the frequency can be read back");
	check(!adjust(fd, (struct timex) { .modes = ADJ_FREQUENCY, .freq = 70000LL * 65536 }) &&
	      errno == ERANGE, "a frequency beyond max_adj is refused");
	check(adjust(fd, (struct timex) { .modes = ADJ_FREQUENCY, .freq = 0 }), "ADJ_FREQUENCY");
}

/* The clock read within a bracket of the system's is where the precise reading says. */
static void test_brackets(int fd)
{
	struct ptp_sys_offset_extended e = { .n_samples = 5 };
	struct ptp_sys_offset o = { .n_samples = 5 };
	struct cross c = { 0 };
	bool in = true;
	unsigned int i;
	int64_t real;

	cross(fd, &c);
	check(!ioctl(fd, PTP_SYS_OFFSET_EXTENDED, &e), "PTP_SYS_OFFSET_EXTENDED");
	for (i = 0; i < e.n_samples; i++) {
		real = ns_of(&e.ts[i][1]) - c.device + c.real;
		in &= real >= ns_of(&e.ts[i][0]) - 2 && real <= ns_of(&e.ts[i][2]) + 2;
	}
	check(in, "each reading lies in its bracket");
	check(!ioctl(fd, PTP_SYS_OFFSET, &o), "PTP_SYS_OFFSET");
	for (i = 0; i < o.n_samples; i++) {
		real = ns_of(&o.ts[2 * i + 1]) - c.device + c.real;
		in &= real >= ns_of(&o.ts[2 * i]) - 2 && real <= ns_of(&o.ts[2 * i + 2]) + 2;
	}
	check(in, "here, too");
}

/*
 * How far the clock's reading is from the middle of its bracket, doubled. PTP's headers of
 * older kernels do not know the clock that brackets are in, which is rsv[0] there.
 */
static int64_t off_middle(const struct ptp_sys_offset_extended *e, unsigned int i, int64_t ahead)
{
	return 2 * (ns_of(&e->ts[i][1]) - ahead) - ns_of(&e->ts[i][0]) - ns_of(&e->ts[i][2]);
}

/* Brackets in one clock, of which @ahead is how far ahead this one is. */
static void test_middles(int fd, clockid_t id, int64_t ahead, int read_ns, int jitter_ns)
{
	struct ptp_sys_offset_extended e = { .n_samples = PTP_MAX_SAMPLES, .rsv = { id } };
	int64_t off, least = INT64_MAX, most = INT64_MIN;
	bool shorter = false, exact = true;
	unsigned int i;

	if (ioctl(fd, PTP_SYS_OFFSET_EXTENDED, &e)) {
		check(id && errno == EINVAL, "brackets in clock %d: this kernel has none", id);
		return;
	}
	for (i = 0; i < e.n_samples; i++) {
		off = off_middle(&e, i, ahead);
		least = off < least ? off : least;
		most = off > most ? off : most;
		/* all three are whole ns, rounded down */
		exact &= llabs(off) <= jitter_ns + 4;
		shorter |= ns_of(&e.ts[i][2]) - ns_of(&e.ts[i][0]) < read_ns;
	}
	check(!shorter, "brackets in clock %d take as long as a reading", id);
	check(exact, "the middle of each is the reading's time (%" PRId64 "..%" PRId64
	      " half ns off)", least, most);
	if (jitter_ns)
		check(least < -jitter_ns / 4 && most > jitter_ns / 4, "and far off, as was set");
}

static void brackets(int fd, int read_ns, int jitter_ns)
{
	struct cross c = { 0 };

	check(cross(fd, &c), "PTP_SYS_OFFSET_PRECISE");
	test_middles(fd, CLOCK_REALTIME, c.device - c.real, read_ns, jitter_ns);
	test_middles(fd, CLOCK_MONOTONIC_RAW, c.device - c.raw, read_ns, jitter_ns);
}

static bool set_pin(int fd, unsigned int index, unsigned int func, unsigned int chan)
{
	struct ptp_pin_desc pin = { .index = index, .func = func, .chan = chan };

	return !ioctl(fd, PTP_PIN_SETFUNC2, &pin);
}

static bool output(int fd, int64_t period_ns)
{
	struct ptp_perout_request req = {
		.period = { .sec = period_ns / NSEC_PER_SEC, .nsec = period_ns % NSEC_PER_SEC },
	};

	return !ioctl(fd, PTP_PEROUT_REQUEST2, &req);
}

static bool input(int fd, unsigned int flags)
{
	struct ptp_extts_request req = { .index = 0, .flags = flags };

	return !ioctl(fd, PTP_EXTTS_REQUEST2, &req);
}

static void test_pins(int fd)
{
	struct ptp_pin_desc pin = { .index = 2 };

	check(!ioctl(fd, PTP_PIN_GETFUNC2, &pin) && !strcmp(pin.name, "SDP2") &&
	      pin.func == PTP_PF_EXTTS && pin.chan == 0, "PTP_PIN_GETFUNC2");
	check(set_pin(fd, 0, PTP_PF_NONE, 0), "PTP_PIN_SETFUNC2");
	check(!output(fd, PERIOD_NS) && errno == EBUSY, "an output without a pin is refused");
	check(set_pin(fd, 0, PTP_PF_PEROUT, 0), "PTP_PIN_SETFUNC2");
	check(!output(fd, 1000) && errno == ERANGE, "an output of 1 MHz is refused");
	check(!set_pin(fd, 0, PTP_PF_PHYSYNC, 0), "a function that there is not is refused");
	check(!set_pin(fd, 4, PTP_PF_NONE, 0), "a pin that there is not is refused");
	check(!input(fd, PTP_ENABLE_FEATURE | PTP_STRICT_FLAGS | PTP_FALLING_EDGE),
	      "strictly falling edges are refused");
}

/* Pulses of A at whole periods, stamped by B: exact, since both run at one rate. */
static void test_pulses(int a, int b)
{
	int64_t a_ahead = ahead_of_raw(a), b_ahead = ahead_of_raw(b), at, phase, last = 0;
	struct ptp_extts_event event;
	bool exact = true, in_order = true;
	int i;

	check(input(b, PTP_ENABLE_FEATURE | PTP_RISING_EDGE | PTP_STRICT_FLAGS),
	      "PTP_EXTTS_REQUEST2");
	check(output(a, PERIOD_NS), "PTP_PEROUT_REQUEST2");
	for (i = 0; i < EDGES; i++) {
		if (read(b, &event, sizeof(event)) != sizeof(event)) {
			check(false, "events come in");
			break;
		}
		at = ns_of(&event.t) - b_ahead + a_ahead - WIRE_NS;
		phase = (at + PERIOD_NS / 2) % PERIOD_NS - PERIOD_NS / 2;
		exact &= llabs(phase) <= 2;
		in_order &= event.index == 0 && (!last || near(at - last, PERIOD_NS, 2));
		last = at;
	}
	check(exact, "each pulse is stamped when it was, on its wire of %d ns", WIRE_NS);
	check(in_order, "none is missing");
	output(a, 0);
	input(b, 0);
}

/* The newest PPS that the kernel knows of this clock, ns of CLOCK_REALTIME. */
static int64_t last_pps(const char *dev)
{
	char path[64], name[32];
	long long sec, nsec;
	int64_t ns = -1;
	FILE *f;
	int i;

	for (i = 0; i < 16 && ns < 0; i++) {
		snprintf(path, sizeof(path), "/sys/class/pps/pps%d/name", i);
		f = fopen(path, "r");
		if (!f)
			continue;
		if (fscanf(f, "%31s", name) == 1 && !strcmp(name, strrchr(dev, '/') + 1))
			ns = 0;
		fclose(f);
	}
	snprintf(path, sizeof(path), "/sys/class/pps/pps%d/assert", i - 1);
	f = ns ? NULL : fopen(path, "r");
	if (!f)
		return -1;
	if (fscanf(f, "%lld.%lld", &sec, &nsec) == 2)
		ns = sec * NSEC_PER_SEC + nsec;
	fclose(f);
	return ns;
}

static void test_pps(int fd, const char *dev)
{
	struct cross c = { 0 };
	int64_t pps, phase;

	check(!ioctl(fd, PTP_ENABLE_PPS, 1), "PTP_ENABLE_PPS");
	sleep_ms(1200);
	pps = last_pps(dev);
	cross(fd, &c);
	phase = (pps - c.real + c.device) % NSEC_PER_SEC;
	if (phase > NSEC_PER_SEC / 2)
		phase -= NSEC_PER_SEC;
	/* the system's clock may be a bit off CLOCK_MONOTONIC_RAW */
	check(pps > 0 && c.real - pps < 2 * NSEC_PER_SEC && llabs(phase) < 1000,
	      "PPS comes at the whole second of the clock (%" PRId64 " ns)", phase);
	ioctl(fd, PTP_ENABLE_PPS, 0);
}

int main(int argc, char **argv)
{
	int a, b;

	if (argc == 5 && !strcmp(argv[1], "--brackets")) {
		a = open(argv[4], O_RDWR);
		if (check(a >= 0, "the clock can be opened"))
			brackets(a, atoi(argv[2]), atoi(argv[3]));
		return failed;
	}
	if (argc != 3) {
		fprintf(stderr, "usage: phc-test /dev/ptpA /dev/ptpB\n"
			"       phc-test --brackets READ_NS JITTER_NS /dev/ptpA\n");
		return 2;
	}
	a = open(argv[1], O_RDWR);
	b = open(argv[2], O_RDWR);
	if (!check(a >= 0 && b >= 0, "the clocks can be opened"))
		return 1;
	test_caps(a);
	test_set(a);
	test_frequency(a);
	test_brackets(a);
	test_pins(a);
	test_pulses(a, b);
	test_pps(a, argv[1]);
	return failed;
}
