// SPDX-License-Identifier: GPL-2.0-or-later
/* What the daemon knows from files: the saved frequency, the leap seconds. */
#include <errno.h>
#include <math.h>

#include "daemon/daemon_private.h"
#include "daemon/log.h"
#include "os/leap_file.h"
#include "os/state_file.h"

#define SAVE_INTERVAL_NS (3600 * NSEC_PER_SEC)
#define LEAP_INTERVAL_NS (3600 * NSEC_PER_SEC)
/* What temperature does to a crystal between two runs, and in a long time. */
#define RESTART_SD 3e-7
#define LONG_SD 2e-6
#define LONG_NS (7 * 86400 * NSEC_PER_SEC)

static double inverse(double ratio)
{
	return 1 / (1 + ratio) - 1;
}

void daemon_load_frequency(struct daemon *d)
{
	struct state_file s;
	char err[300];
	double sd;
	int r;

	if (!d->cfg->state_dir[0])
		return;
	r = state_file_load(d->cfg->state_dir, &s, err, sizeof(err));
	if (r == -ENOENT)
		return;
	if (r) {
		log_warning("saved frequency not used: %s", err);
		return;
	}
	/* A clock without battery cannot tell the age: then it counts as young. */
	sd = hypot(s.freq_sd, llabs(daemon_sys(d) - s.written_utc) > LONG_NS ? LONG_SD : RESTART_SD);
	log_info("saved frequency: the clock gains %.3f +- %.3f ppm", s.freq * 1e6, sd * 1e6);
	timekeeper_set_frequency(d->tk, inverse(s.freq), sd);
}

void daemon_save_frequency(struct daemon *d)
{
	struct tk_report r;
	struct state_file s;
	char err[300];
	u64 left_out;

	d->next_save_mono = daemon_mono(d) + SAVE_INTERVAL_NS;
	timekeeper_get_report(d->tk, &r);
	if (!d->cfg->state_dir[0] || !daemon_controls(d) || !r.synchronised || !(r.freq_sd > 0))
		return;
	s = (struct state_file){
		.freq = inverse(r.freq), .freq_sd = r.freq_sd, .written_utc = daemon_sys(d),
	};
	if (state_file_save(d->cfg->state_dir, &s, err, sizeof(err)) &&
	    log_limit_pass(&d->save_trouble, daemon_mono(d), &left_out))
		log_warning("frequency not saved: %s", err);
}

static void poll_leap_file(struct daemon *d)
{
	struct leap_table table;
	char err[300];
	int r = leap_file_poll(d->leap_file, &table, err, sizeof(err));

	if (r < 0)
		log_warning("leap seconds: %s", err);
	if (r != 1)
		return;
	d->have_leap_table = true;
	timekeeper_set_leap(d->tk, &table);
}

void daemon_open_leap_file(struct daemon *d)
{
	leap_file_free(d->leap_file);
	d->leap_file = d->cfg->leap_file[0] ? leap_file_new(d->cfg->leap_file) : NULL;
	d->next_leap_mono = daemon_mono(d) + LEAP_INTERVAL_NS;
	if (d->leap_file) {
		poll_leap_file(d);
	} else {
		/* switched off: what a former file said must not go on */
		d->have_leap_table = false;
		timekeeper_set_leap(d->tk, &(struct leap_table){ 0 });
	}
}

void daemon_memory_tick(struct daemon *d, s64 now)
{
	if (now >= d->next_save_mono)
		daemon_save_frequency(d);
	if (!d->leap_file || now < d->next_leap_mono)
		return;
	d->next_leap_mono = now + LEAP_INTERVAL_NS;
	poll_leap_file(d);
}
