// SPDX-License-Identifier: GPL-2.0-only
/* /dev/tcpmig: sessions, the order of the calls, and what closing a session takes back. */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "module.h"
#include "session.h"

static int session_open(struct inode *inode, struct file *file)
{
	struct tcpmig_session *s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);

	if (!s)
		return -ENOMEM;
	mutex_init(&s->lock);
	s->net = get_net(current->nsproxy->net_ns);
	file->private_data = s;
	return nonseekable_open(inode, file);
}

static int session_release(struct inode *inode, struct file *file)
{
	struct tcpmig_session *s = file->private_data;

	tcpmig_session_end(s);
	put_net(s->net);
	mutex_destroy(&s->lock);
	kfree(s);
	return 0;
}

#define AT(stage) BIT(TCPMIG_STAGE_##stage)

static const struct {
	unsigned int cmd;
	unsigned int stages;    /* where the call is in order */
	int (*call)(struct tcpmig_session *s, void __user *arg);
} calls[] = {
	{ TCPMIG_IOC_ATTACH, AT(IDLE) | AT(ATTACHED), tcpmig_session_attach },
	{ TCPMIG_IOC_WAITING, AT(IDLE) | AT(ATTACHED), tcpmig_session_waiting },
	{ TCPMIG_IOC_FLUSH, AT(ATTACHED), tcpmig_session_flush },
	{ TCPMIG_IOC_WINDOW, AT(ATTACHED), tcpmig_session_window },
	{ TCPMIG_IOC_FREEZE, AT(ATTACHED), tcpmig_session_freeze },
	{ TCPMIG_IOC_GET, AT(FROZEN), tcpmig_session_get },
	{ TCPMIG_IOC_SEND, AT(FROZEN), tcpmig_session_send },
	{ TCPMIG_IOC_HOLD, AT(FROZEN), tcpmig_session_hold_call },
	{ TCPMIG_IOC_COMMIT, AT(FROZEN), tcpmig_session_commit },
	{ TCPMIG_IOC_ABORT, AT(FROZEN) | AT(CAPTURING) | AT(BUILT), tcpmig_session_abort_call },
	{ TCPMIG_IOC_CAPTURE, AT(IDLE), tcpmig_session_capture },
	{ TCPMIG_IOC_SET, AT(IDLE) | AT(CAPTURING), tcpmig_session_set },
	{ TCPMIG_IOC_RECEIVE, AT(IDLE) | AT(CAPTURING), tcpmig_session_receive },
	{ TCPMIG_IOC_QUEUE, AT(BUILT), tcpmig_session_queue },
	{ TCPMIG_IOC_ACTIVATE, AT(BUILT), tcpmig_session_activate },
	{ TCPMIG_IOC_STATUS, ~0u, tcpmig_session_status },
};

static long session_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct tcpmig_session *s = file->private_data;
	unsigned int i;
	int err = -ENOTTY;

	if (!ns_capable(s->net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	mutex_lock(&s->lock);
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		if (calls[i].cmd == cmd)
			err = calls[i].stages & BIT(s->stage) ? calls[i].call(s, (void __user *)arg) : -EBADFD;
	mutex_unlock(&s->lock);
	return err;
}

/* The owner keeps the module in place while a session is open; an activated socket is the kernel's alone. */
static const struct file_operations session_fops = {
	.owner = THIS_MODULE,
	.open = session_open,
	.release = session_release,
	.unlocked_ioctl = session_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "tcpmig",
	.fops = &session_fops,
	.mode = 0600,
};

int tcpmig_device_init(void)
{
	return misc_register(&device);
}

void tcpmig_device_exit(void)
{
	misc_deregister(&device);
}
