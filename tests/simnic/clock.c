// SPDX-License-Identifier: GPL-2.0
#include "clock.h"

#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "phc.h"
#include "truth.h"
#include "wire.h"

static const struct simnic_setting clock_settings[] = {
	[SIMNIC_FREQUENCY_PPB] = { "frequency_ppb", -SIMNIC_ERROR_MAX_PPB, SIMNIC_ERROR_MAX_PPB },
	[SIMNIC_WANDER_PPT] = { "wander_ppt", 0, 1000000 },
	[SIMNIC_CLOCK_SEED] = { "seed", 0, S64_MAX },
	[SIMNIC_READ_NS] = { "read_ns", 0, 100000 },
	[SIMNIC_READ_JITTER_NS] = { "read_jitter_ns", 0, 100000 },
	[SIMNIC_EXTENDED] = { "extended", 0, 1, 1 },
	[SIMNIC_PRECISE] = { "precise", 0, 1, 1 },
};

static DEFINE_MUTEX(clocks_lock);
static LIST_HEAD(clocks);

static void setting_changed(struct simnic_settings *s, unsigned int index)
{
	struct simnic_clock *c = container_of(s, struct simnic_clock, settings);
	s64 value = simnic_setting(s, index), now;
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	now = simnic_base_now();
	switch (index) {
	case SIMNIC_FREQUENCY_PPB:
		simnic_counter_set_error(&c->counter, now, simnic_rate(value, NSEC_PER_SEC));
		break;
	case SIMNIC_WANDER_PPT:
		simnic_counter_set_wander(&c->counter, now, value);
		break;
	case SIMNIC_CLOCK_SEED:
		simnic_counter_seed(&c->counter, value);
		simnic_random_seed(&c->read_random, ~(u64)value);
		break;
	}
	simnic_pulses_retime(c, now);
	spin_unlock_irqrestore(&c->lock, flags);
}

/* It becomes the name of a directory. */
bool simnic_name_valid(const char *name)
{
	size_t len = strlen(name), i;

	for (i = 0; i < len; i++)
		if (!isalnum(name[i]) && !strchr("_-.:@", name[i]))
			return false;
	return len > 0 && len < SIMNIC_NAME_LEN && name[0] != '.' && strcmp(name, "-");
}

static struct simnic_clock *find(const char *name)
{
	struct simnic_clock *c;

	lockdep_assert_held(&clocks_lock);
	list_for_each_entry(c, &clocks, list)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

/* Repeats over runs that make the same clocks. */
static u64 seed_of_name(const char *name)
{
	u64 seed = 1;

	while (*name)
		seed = seed * 257 + (unsigned char)*name++;
	return seed & S64_MAX;
}

static struct simnic_clock *alloc_clock(const char *name)
{
	struct simnic_clock *c = kzalloc(sizeof(*c), GFP_KERNEL);
	u64 seed = seed_of_name(name);
	struct simnic_instant now;

	if (!c)
		return NULL;
	kref_init(&c->refs);
	strscpy(c->name, name, sizeof(c->name));
	spin_lock_init(&c->lock);
	simnic_settings_init(&c->settings, clock_settings, ARRAY_SIZE(clock_settings));
	c->settings.value[SIMNIC_CLOCK_SEED] = seed;
	c->settings.changed = setting_changed;
	now = simnic_instant_now();
	simnic_counter_init(&c->counter, now.base, now.real, seed);
	simnic_random_seed(&c->read_random, ~seed);
	simnic_pulses_init(c);
	return c;
}

struct simnic_clock *simnic_clock_new(const char *name)
{
	struct simnic_clock *c;
	int err;

	if (!simnic_name_valid(name))
		return ERR_PTR(-EINVAL);
	mutex_lock(&clocks_lock);
	err = -EEXIST;
	if (find(name))
		goto fail;
	err = -ENOMEM;
	c = alloc_clock(name);
	if (!c)
		goto fail;
	err = simnic_phc_register(c);
	if (err)
		goto free;
	list_add_tail(&c->list, &clocks);
	c->dir = simnic_truth_add_clock(c);
	mutex_unlock(&clocks_lock);
	return c;
free:
	kfree(c);
fail:
	mutex_unlock(&clocks_lock);
	return ERR_PTR(err);
}

struct simnic_clock *simnic_clock_get(const char *name)
{
	struct simnic_clock *c;

	mutex_lock(&clocks_lock);
	c = find(name);
	if (c)
		kref_get(&c->refs);
	mutex_unlock(&clocks_lock);
	return c ? c : ERR_PTR(-ENOENT);
}

/* With clocks_lock, which those who wait in files of this clock may want. */
static void release(struct kref *refs)
{
	struct simnic_clock *c = container_of(refs, struct simnic_clock, refs);

	list_del(&c->list);
	mutex_unlock(&clocks_lock);
	simnic_truth_remove(c->dir);
	simnic_wires_remove_clock(c);
	simnic_pulses_stop(c);
	simnic_phc_unregister(c);
	kfree(c);
}

void simnic_clock_put(struct simnic_clock *c)
{
	kref_put_mutex(&c->refs, release, &clocks_lock);
}

int simnic_clock_for_each(int (*show)(struct simnic_clock *c, void *arg), void *arg)
{
	struct simnic_clock *c;
	int err = 0;

	mutex_lock(&clocks_lock);
	list_for_each_entry(c, &clocks, list) {
		err = show(c, arg);
		if (err)
			break;
	}
	mutex_unlock(&clocks_lock);
	return err;
}

int simnic_clock_index(const struct simnic_clock *c)
{
	return ptp_clock_index(c->ptp);
}

__int128 simnic_clock_at(struct simnic_clock *c, s64 t)
{
	unsigned long flags;
	__int128 v;

	spin_lock_irqsave(&c->lock, flags);
	simnic_counter_advance(&c->counter, min(t, simnic_base_now()));
	v = simnic_counter_at(&c->counter, t);
	spin_unlock_irqrestore(&c->lock, flags);
	return v;
}
