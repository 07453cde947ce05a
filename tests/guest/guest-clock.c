// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads and, in a guest only, spoils the system clock for the guest tests:
 *
 *	guest-clock spoil SECONDS	step the clock by that much, frequency to 0
 *	guest-clock frequency		print the kernel's frequency correction, ppm
 *	guest-clock offset LINE-FILE	print system clock minus true time, ns
 *	guest-clock state		print adjtimex state and status
 *	guest-clock settle LINE-FILE BELOW-NS FOR-S LIMIT-S
 *		wait until |offset| stayed below BELOW-NS for FOR-S seconds; prints
 *		one line a second; exit status 1 when that takes more than LIMIT-S
 *	guest-clock hold LINE-FILE BELOW-NS FOR-S
 *		as settle, but the first offset above BELOW-NS ends it with status 1
 *	guest-clock bound LINE-FILE FOR-S
 *		exit status 1 if |offset| is ever above the kernel's maxerror, or the
 *		kernel says that the clock is not synchronised
 */
#include <math.h>
#include <stdbool.h>
#include <sys/timex.h>
#include <unistd.h>

#include "reference.h"

#define INTERVAL_NS (NSEC_PER_SEC / 4)

/*
 * A clock is changed only where scripts/vm says so twice: on the kernel's
 * command line, which no other machine has, and in a file of the guest's init.
 */
static bool in_guest(void)
{
	char line[4096] = "", mark[64] = "";
	FILE *cmdline = fopen("/proc/cmdline", "r"), *guest = fopen("/run/ats-guest", "r");
	const char *nonce;
	bool ok = false;

	if (cmdline && guest && fgets(line, sizeof(line), cmdline) &&
	    fgets(mark, sizeof(mark), guest)) {
		mark[strcspn(mark, "\n")] = '\0';
		nonce = strstr(line, "ats_guest=");
		ok = nonce && strlen(mark) >= 8 &&
		     !strncmp(nonce + strlen("ats_guest="), mark, strlen(mark));
	}
	if (cmdline)
		fclose(cmdline);
	if (guest)
		fclose(guest);
	return ok;
}

static struct timex adjust(struct timex tx)
{
	if (tx.modes && !in_guest()) {
		fprintf(stderr, "guest-clock: not in a test guest: the clock stays as it is\n");
		exit(3);
	}
	if (adjtimex(&tx) < 0) {
		perror("adjtimex");
		exit(2);
	}
	return tx;
}

static void spoil(double seconds)
{
	double whole = floor(seconds);
	struct timex step = {
		.modes = ADJ_SETOFFSET | ADJ_NANO,
		.time = { .tv_sec = whole, .tv_usec = (seconds - whole) * 1e9 },
	};
	struct timex stop = {
		.modes = ADJ_STATUS | ADJ_FREQUENCY | ADJ_TICK | ADJ_OFFSET | ADJ_MAXERROR,
		.status = STA_UNSYNC,
		.tick = 10000,
		.maxerror = 16000000,
	};

	adjust(stop);
	if (seconds != 0)
		adjust(step);
}

/* What the kernel adds to the clock's own rate, by tick and by frequency. */
static double frequency_ppm(void)
{
	struct timex tx = adjust((struct timex){ 0 });

	return (tx.tick - 10000) * 100.0 + tx.freq / 65536.0;
}

/* The tightest of several reads between two reads of the reference. */
static int64_t offset_ns(const struct reference *ref)
{
	int64_t best = INT64_MAX, offset = 0;
	int i;

	for (i = 0; i < 10; i++) {
		int64_t before = read_clock(CLOCK_MONOTONIC_RAW);
		int64_t sys = read_clock(CLOCK_REALTIME);
		int64_t after = read_clock(CLOCK_MONOTONIC_RAW);

		if (after - before < best) {
			best = after - before;
			offset = sys - reference_at(ref, before + best / 2);
		}
	}
	return offset;
}

static void sleep_ns(int64_t ns)
{
	struct timespec ts = { ns / NSEC_PER_SEC, ns % NSEC_PER_SEC };

	nanosleep(&ts, NULL);
}

static void progress(double t, int64_t offset)
{
	printf("# t %6.1f s  offset %12.6f ms  frequency %9.3f ppm\n", t, offset * 1e-6,
	       frequency_ppm());
	fflush(stdout);
}

/* Shared by settle (limit_s > 0) and hold. */
static int watch(const struct reference *ref, int64_t below_ns, double for_s, double limit_s)
{
	int64_t start = read_clock(CLOCK_MONOTONIC_RAW), good_since = start, worst = 0;
	int round;

	for (round = 0;; round++) {
		int64_t now = read_clock(CLOCK_MONOTONIC_RAW), offset = offset_ns(ref);

		if (round % 4 == 0)
			progress((now - start) * 1e-9, offset);
		if (llabs(offset) >= below_ns) {
			if (limit_s <= 0) {
				progress((now - start) * 1e-9, offset);
				return 1;
			}
			good_since = now;
			worst = 0;
		} else if (llabs(offset) > worst) {
			worst = llabs(offset);
		}
		if (now - good_since >= for_s * 1e9) {
			printf("# within %.6f ms from %.1f s on, worst %.6f ms\n", below_ns * 1e-6,
			       (good_since - start) * 1e-9, worst * 1e-6);
			return 0;
		}
		if (limit_s > 0 && now - start >= limit_s * 1e9)
			return 1;
		sleep_ns(INTERVAL_NS);
	}
}

static int bound(const struct reference *ref, double for_s)
{
	int64_t start = read_clock(CLOCK_MONOTONIC_RAW), offset;
	struct timex tx;

	do {
		tx = adjust((struct timex){ 0 });
		offset = offset_ns(ref);
		if ((tx.status & STA_UNSYNC) || llabs(offset) > tx.maxerror * 1000LL) {
			printf("# offset %" PRId64 " ns, maxerror %ld us, status %#x\n", offset,
			       tx.maxerror, tx.status);
			return 1;
		}
		sleep_ns(INTERVAL_NS);
	} while (read_clock(CLOCK_MONOTONIC_RAW) - start < for_s * 1e9);
	printf("# at the end: offset %" PRId64 " ns, maxerror %ld us, esterror %ld us, status %#x\n",
	       offset, tx.maxerror, tx.esterror, tx.status);
	return 0;
}

static void load(struct reference *ref, const char *path)
{
	if (reference_load(ref, path) < 0) {
		fprintf(stderr, "guest-clock: no line of true time in %s\n", path);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	struct reference ref = { 0 };
	struct timex tx;

	if (!strcmp(what, "spoil") && argc == 3) {
		spoil(atof(argv[2]));
		return 0;
	}
	if (!strcmp(what, "frequency") && argc == 2) {
		printf("%.3f\n", frequency_ppm());
		return 0;
	}
	if (!strcmp(what, "state") && argc == 2) {
		tx = adjust((struct timex){ 0 });
		printf("freq %.3f ppm tick %ld status %#x maxerror %ld us esterror %ld us tai %d\n",
		       tx.freq / 65536.0, tx.tick, tx.status, tx.maxerror, tx.esterror, tx.tai);
		return 0;
	}
	if (argc >= 3)
		load(&ref, argv[2]);
	if (!strcmp(what, "offset") && argc == 3) {
		printf("%" PRId64 "\n", offset_ns(&ref));
		return 0;
	}
	if (!strcmp(what, "settle") && argc == 6)
		return watch(&ref, atoll(argv[3]), atof(argv[4]), atof(argv[5]));
	if (!strcmp(what, "hold") && argc == 5)
		return watch(&ref, atoll(argv[3]), atof(argv[4]), 0);
	if (!strcmp(what, "bound") && argc == 4)
		return bound(&ref, atof(argv[3]));
	fprintf(stderr, "usage: guest-clock spoil|frequency|state|offset|settle|hold|bound ...\n");
	return 2;
}
