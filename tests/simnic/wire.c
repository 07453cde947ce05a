// SPDX-License-Identifier: GPL-2.0
#include "wire.h"

#include <linux/list.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "clock.h"

struct wire {
	struct list_head list;
	struct simnic_clock *from, *to;
	unsigned int from_pin, to_pin;
	s64 delay_ns;
};

/* Outside of the clocks' locks; taken in hard interrupts. */
static DEFINE_SPINLOCK(wires_lock);
static LIST_HEAD(wires);

static struct wire *find_to(const struct simnic_clock *to, unsigned int pin)
{
	struct wire *w;

	list_for_each_entry(w, &wires, list)
		if (w->to == to && w->to_pin == pin)
			return w;
	return NULL;
}

int simnic_wire_add(struct simnic_clock *from, unsigned int from_pin,
		    struct simnic_clock *to, unsigned int to_pin, s64 delay_ns)
{
	struct wire *w;
	int err = 0;

	if (from_pin >= SIMNIC_PINS || to_pin >= SIMNIC_PINS)
		return -ERANGE;
	w = kmalloc(sizeof(*w), GFP_KERNEL);
	if (!w)
		return -ENOMEM;
	*w = (struct wire) {
		.from = from, .to = to, .from_pin = from_pin, .to_pin = to_pin,
		.delay_ns = delay_ns,
	};
	spin_lock_irq(&wires_lock);
	if (find_to(to, to_pin))
		err = -EBUSY;
	else
		list_add_tail(&w->list, &wires);
	spin_unlock_irq(&wires_lock);
	if (err)
		kfree(w);
	return err;
}

int simnic_wire_remove(struct simnic_clock *to, unsigned int to_pin)
{
	struct wire *w;

	spin_lock_irq(&wires_lock);
	w = find_to(to, to_pin);
	if (w)
		list_del(&w->list);
	spin_unlock_irq(&wires_lock);
	kfree(w);
	return w ? 0 : -ENOENT;
}

void simnic_wires_remove_clock(struct simnic_clock *c)
{
	struct wire *w, *next;

	spin_lock_irq(&wires_lock);
	list_for_each_entry_safe(w, next, &wires, list) {
		if (w->from != c && w->to != c)
			continue;
		list_del(&w->list);
		kfree(w);
	}
	spin_unlock_irq(&wires_lock);
}

void simnic_wires_show(struct seq_file *seq)
{
	struct wire *w;

	spin_lock_irq(&wires_lock);
	list_for_each_entry(w, &wires, list)
		seq_printf(seq, "%s %u %s %u %lld\n", w->from->name, w->from_pin, w->to->name,
			   w->to_pin, w->delay_ns);
	spin_unlock_irq(&wires_lock);
}

void simnic_wires_carry(struct simnic_clock *from, unsigned int pin, s64 when)
{
	unsigned long flags;
	struct wire *w;

	spin_lock_irqsave(&wires_lock, flags);
	list_for_each_entry(w, &wires, list)
		if (w->from == from && w->from_pin == pin)
			simnic_pulse_arrives(w->to, w->to_pin, when + w->delay_ns);
	spin_unlock_irqrestore(&wires_lock, flags);
}
