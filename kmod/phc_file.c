// SPDX-License-Identifier: GPL-2.0
#include "phc_file.h"

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/platform_device.h>
#include <linux/posix-clock.h>
#include <linux/slab.h>
#include <linux/string.h>

/*
 * The device that a character device belongs to, if it does. The parent can be any
 * kobject: that of a device has the type which all devices share.
 */
static struct device *device_of(struct cdev *cdev)
{
	struct kobject *parent = cdev->kobj.parent;

	if (!parent || parent->ktype != platform_bus.kobj.ktype)
		return NULL;
	return kobj_to_dev(parent);
}

/*
 * What makes it certain: a class has one name and a name one class, and all devices
 * of "ptp" are made by ptp_clock_register(), with a posix_clock around the cdev.
 */
struct posix_clock *ats_phc_file_clock(struct file *file, u32 *index)
{
	struct inode *inode = file_inode(file);
	struct posix_clock *clk;
	struct device *dev;
	struct cdev *cdev;

	if (!IS_BUILTIN(CONFIG_PTP_1588_CLOCK) && !IS_MODULE(CONFIG_PTP_1588_CLOCK))
		return NULL;
	if (!S_ISCHR(inode->i_mode))
		return NULL;
	cdev = READ_ONCE(inode->i_cdev);
	if (!cdev || cdev->ops != file->f_op)
		return NULL;
	dev = device_of(cdev);
	if (!dev || !dev->class || strcmp(dev->class->name, "ptp") || dev->devt != cdev->dev)
		return NULL;
	clk = container_of(cdev, struct posix_clock, cdev);
	if (clk->dev != dev)
		return NULL;
	*index = MINOR(dev->devt);
	return clk;
}

static const struct device_attribute *class_attribute(const struct class *class, const char *name)
{
	unsigned int i, j;

	for (i = 0; class->dev_groups && class->dev_groups[i]; i++) {
		struct attribute **attrs = class->dev_groups[i]->attrs;

		for (j = 0; attrs && attrs[j]; j++)
			if (!strcmp(attrs[j]->name, name))
				return container_of(attrs[j], struct device_attribute, attr);
	}
	return NULL;
}

u32 ats_phc_file_max_ppb(struct posix_clock *clk)
{
	const struct device_attribute *a = class_attribute(clk->dev->class, "max_adjustment");
	u32 max = 0;
	char *page;

	if (!a || !a->show)
		return 0;
	page = kzalloc(PAGE_SIZE, GFP_KERNEL);
	if (!page)
		return 0;
	if (a->show(clk->dev, (struct device_attribute *)a, page) <= 0 ||
	    kstrtou32(strim(page), 10, &max))
		max = 0;
	kfree(page);
	return max;
}
