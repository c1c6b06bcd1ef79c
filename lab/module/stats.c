// SPDX-License-Identifier: GPL-2.0-only
/* /proc/net/tcpmig of the initial network namespace: one `name value` a line, since the module was loaded. */
#include <linux/percpu.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include "module.h"

struct counters {
	u64 events[TCPMIG_COUNTER_MAX];
	u64 refusals[__TCPMIG_REFUSAL_MAX];
};

static DEFINE_PER_CPU(struct counters, counters);

#define NAME(name) #name,
static const char *const event_names[] = { TCPMIG_COUNTERS(NAME) };
static const char *const refusal_names[] = TCPMIG_REFUSED_NAMES;
static_assert(ARRAY_SIZE(refusal_names) == __TCPMIG_REFUSAL_MAX);

void tcpmig_count_add(enum tcpmig_counter which, u64 n)
{
	this_cpu_add(counters.events[which], n);
}

u32 tcpmig_count_refusal(u32 refusal)
{
	if (refusal)
		this_cpu_inc(counters.refusals[refusal]);
	return refusal;
}

static int stats_show(struct seq_file *m, void *v)
{
	unsigned int i;
	u64 sum;
	int cpu;

	for (i = 0; i < ARRAY_SIZE(event_names); i++) {
		sum = 0;
		for_each_possible_cpu(cpu)
			sum += per_cpu(counters, cpu).events[i];
		seq_printf(m, "%s %llu\n", event_names[i], sum);
	}
	for (i = 1; i < ARRAY_SIZE(refusal_names); i++) {
		sum = 0;
		for_each_possible_cpu(cpu)
			sum += per_cpu(counters, cpu).refusals[i];
		seq_printf(m, "refused-%s %llu\n", refusal_names[i], sum);
	}
	return 0;
}

int tcpmig_stats_init(void)
{
	return proc_create_single("tcpmig", 0444, init_net.proc_net, stats_show) ? 0 : -ENOMEM;
}

void tcpmig_stats_exit(void)
{
	remove_proc_entry("tcpmig", init_net.proc_net);
}
