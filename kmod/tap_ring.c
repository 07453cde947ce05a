// SPDX-License-Identifier: GPL-2.0
#include "tap_ring.h"

#include <linux/kref.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>

enum {
	RECORDS_MIN = 16,
	RECORDS_MAX = 1 << 18,
};

static unsigned int tap_records = 1024;
module_param(tap_records, uint, 0444);
MODULE_PARM_DESC(tap_records, "records of the tap per CPU, a power of two from 16 to 262144");

struct ring {
	unsigned long busy;	/* bit 0: a writer is in it; nobody waits for it */
	struct ats_tap_ring *shared;
	struct ats_tap_record *record;
} ____cacheline_aligned_in_smp;

struct ats_tap_rings {
	struct kref ref;
	bool ended;
	wait_queue_head_t wait;
	struct timer_list wake;	/* so that a burst wakes its readers once */
	void *area;
	struct page **pages;
	unsigned long n_pages;
	u32 mask;
	unsigned int n;
	struct ring ring[];
};

bool ats_tap_rings_check(void)
{
	if (is_power_of_2(tap_records) && tap_records >= RECORDS_MIN && tap_records <= RECORDS_MAX)
		return true;
	pr_err("as_timesync: tap_records=%u is not a power of two from %d to %d\n", tap_records,
	       RECORDS_MIN, RECORDS_MAX);
	return false;
}

u32 ats_tap_rings_records(void)
{
	return tap_records;
}

/* In softirq. */
static void wake_readers(struct timer_list *timer)
{
	struct ats_tap_rings *rings = container_of(timer, struct ats_tap_rings, wake);

	wake_up_interruptible_poll(&rings->wait, EPOLLIN | EPOLLRDNORM);
}

static void free_pages_of(struct ats_tap_rings *rings)
{
	unsigned long i;

	for (i = 0; i < rings->n_pages; i++)
		__free_page(rings->pages[i]);
	kvfree(rings->pages);
}

/*
 * Single pages, each near the CPU that writes it and charged to who asked, which
 * vmalloc_user() does not do.
 */
static int alloc_area(struct ats_tap_rings *rings, const struct ats_tap_info *info)
{
	unsigned long i, n = PAGE_ALIGN(info->size) >> PAGE_SHIFT;
	unsigned int cpu;
	struct page *page;

	rings->pages = kvcalloc(n, sizeof(*rings->pages), GFP_KERNEL_ACCOUNT);
	if (!rings->pages)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		cpu = min_t(u64, i * PAGE_SIZE / info->ring_size, rings->n - 1);
		page = alloc_pages_node(cpu_to_node(cpu),
					GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN, 0);
		if (!page)
			goto out;
		rings->pages[rings->n_pages++] = page;
	}
	rings->area = vmap(rings->pages, n, VM_MAP, PAGE_KERNEL);
	if (rings->area)
		return 0;
out:
	free_pages_of(rings);
	return -ENOMEM;
}

static struct ats_tap_info describe(unsigned int rings)
{
	struct ats_tap_info info = {
		.version = ATS_TAP_VERSION,
		.record_size = sizeof(struct ats_tap_record),
		.records = tap_records,
		.rings = rings,
		.ring_offset = SMP_CACHE_BYTES,
	};

	BUILD_BUG_ON(sizeof(struct ats_tap_info) > SMP_CACHE_BYTES);
	BUILD_BUG_ON(sizeof(struct ats_tap_ring) != 64);
	BUILD_BUG_ON(sizeof(struct ats_tap_record) != 256);
	info.ring_size = sizeof(struct ats_tap_ring) +
			 (u64)tap_records * sizeof(struct ats_tap_record);
	info.size = info.ring_offset + rings * info.ring_size;
	return info;
}

struct ats_tap_rings *ats_tap_rings_new(void)
{
	struct ats_tap_info info = describe(nr_cpu_ids);
	struct ats_tap_rings *rings;
	unsigned int i;

	rings = kvzalloc(struct_size(rings, ring, info.rings), GFP_KERNEL_ACCOUNT);
	if (!rings)
		return NULL;
	rings->n = info.rings;
	rings->mask = info.records - 1;
	if (alloc_area(rings, &info)) {
		kvfree(rings);
		return NULL;
	}
	kref_init(&rings->ref);
	init_waitqueue_head(&rings->wait);
	timer_setup(&rings->wake, wake_readers, 0);
	for (i = 0; i < rings->n; i++) {
		rings->ring[i].shared = rings->area + info.ring_offset + i * info.ring_size;
		rings->ring[i].record = (void *)(rings->ring[i].shared + 1);
	}
	memcpy(rings->area, &info, sizeof(info));
	return rings;
}

static void rings_free(struct kref *ref)
{
	struct ats_tap_rings *rings = container_of(ref, struct ats_tap_rings, ref);

	timer_delete_sync(&rings->wake);
	vunmap(rings->area);
	free_pages_of(rings);
	kvfree(rings);
}

struct ats_tap_rings *ats_tap_rings_get(struct ats_tap_rings *rings)
{
	kref_get(&rings->ref);
	return rings;
}

void ats_tap_rings_put(struct ats_tap_rings *rings)
{
	kref_put(&rings->ref, rings_free);
}

/*
 * Where bottom halves can be preempted (PREEMPT_RT), or a driver's transmit path
 * comes back to a hook, the ring may be busy.
 */
struct ats_tap_record *ats_tap_rings_begin(struct ats_tap_rings *rings)
{
	struct ring *ring = &rings->ring[raw_smp_processor_id()];
	struct ats_tap_record *record;

	if (test_and_set_bit_lock(0, &ring->busy)) {
		/* of two that fail at once this may count one */
		WRITE_ONCE(ring->shared->dropped, READ_ONCE(ring->shared->dropped) + 1);
		return NULL;
	}
	record = &ring->record[ring->shared->head & rings->mask];
	record->cpu = ring - rings->ring;
	WRITE_ONCE(record->position, 0);
	smp_wmb();	/* invalid before it changes; with the reader's second look */
	return record;
}

void ats_tap_rings_commit(struct ats_tap_rings *rings, struct ats_tap_record *record)
{
	struct ring *ring = &rings->ring[record->cpu];
	u64 head = ring->shared->head + 1;

	smp_store_release(&record->position, head);	/* valid after what is in it */
	smp_store_release(&ring->shared->head, head);	/* there after it is valid */
	clear_bit_unlock(0, &ring->busy);
	/* head before the queue, as ats_tap_rings_total() is read after entering it */
	if (wq_has_sleeper(&rings->wait) && !timer_pending(&rings->wake))
		mod_timer(&rings->wake, jiffies + 1);
}

void ats_tap_rings_end(struct ats_tap_rings *rings)
{
	WRITE_ONCE(rings->ended, true);
	wake_up_all(&rings->wait);
}

bool ats_tap_rings_ended(const struct ats_tap_rings *rings)
{
	return READ_ONCE(rings->ended);
}

u64 ats_tap_rings_total(const struct ats_tap_rings *rings)
{
	unsigned int i;
	u64 total = 0;

	for (i = 0; i < rings->n; i++)
		total += smp_load_acquire(&rings->ring[i].shared->head); /* of a record in place */
	return total;
}

wait_queue_head_t *ats_tap_rings_wait(struct ats_tap_rings *rings)
{
	return &rings->wait;
}

int ats_tap_rings_map(struct ats_tap_rings *rings, struct vm_area_struct *vma)
{
	return vm_map_pages(vma, rings->pages, rings->n_pages);
}
